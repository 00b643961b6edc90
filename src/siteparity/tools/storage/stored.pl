# Stored files of each folder of $PLACES, without those that match a pattern of $ELSEWHERE: for each class of
# age how many there are and their bytes, and of each the newest and the oldest, with digests of small ones.
# A file is as old as the last change of its inode: one that was moved here a moment ago is new, whatever time its
# content has.
# Prints "F\tFOLDER\tRIGHTS", or "N\tFOLDER\tWHY" in place of all else; "C\tFOLDER\tCLASS\tFILES\tBYTES"; and
# "S\tFOLDER\tCLASS\tBYTES\tSHA256\tRIGHTS\tFILE" ("-" without a digest). FOLDER and FILE are coded as words are.
# Without File::Find, which is not in perl-base.
my @bounds = (@CLASSES@);
my ($each, $most, $largest, $budget) = (@LIMITS@);
my $now = time;
my @outside = map { s/([^*])/quotemeta $1/ger =~ s/\*/.*/gr } given("ELSEWHERE");
my $outside = @outside ? join "|", map { "(?:$_)" } @outside : "(?!)";
$outside = qr/^(?:$outside)$/s;

sub class_of {
    my ($age) = @_;
    my $class = 0;
    for my $number (1 .. $#bounds) { $class = $number if $age >= $bounds[$number] }
    return $class;
}

# Keeps the first and last of a row by age; the row is cut only now and then, since sorting costs.
sub keep {
    my ($row) = @_;
    return if @$row < 20 * $each;
    my @sorted = sort { $a->[0] <=> $b->[0] || $a->[2] cmp $b->[2] } @$row;
    @$row = (@sorted[0 .. $each - 1], @sorted[-$each .. -1]);
}

my $seen;
sub look {
    my ($folder, $found) = @_;
    opendir my $names, $folder or ($!{ENOENT} ? return : die "$folder: $!\n");    # deleted meanwhile
    for my $name (readdir $names) {
        next if $name eq "." || $name eq "..";
        my $path = "$folder/$name";
        next if $path =~ $outside;
        my ($mode, $uid, $gid, $size, $changed) = (lstat $path)[2, 4, 5, 7, 10];
        next if !defined $mode;
        if (($mode & 0170000) == 0040000) { look($path, $found); next }
        next if ($mode & 0170000) != 0100000;
        ++$seen <= $most or die "more than $most files below $folder; name the folders that matter\n";
        my $age = $now - $changed;
        my $class = $found->[class_of($age)] //= {files => 0, bytes => 0, row => []};
        $class->{files}++;
        $class->{bytes} += $size;
        push @{$class->{row}}, [$age, $size, $path, $mode, $uid, $gid];
        keep($class->{row});
    }
}

sub digest {
    my ($size, $path) = @_;
    return "-" if $size > $largest || $size > $budget;
    $budget -= $size;
    return sha256($path) || "-";    # it was deleted a moment ago
}

for my $folder (given("PLACES")) {
    my $shown = coded($folder);
    my ($mode, $uid, $gid) = (stat $folder)[2, 4, 5];
    if (!defined $mode) { print "N\t$shown\tno such folder\n"; next }
    if (($mode & 0170000) != 0040000) { print "N\t$shown\tno folder\n"; next }
    print "F\t$shown\t", rights($mode, $uid, $gid), "\n";
    my @found;
    look($folder, \@found);
    for my $class (grep { $found[$_] } 0 .. $#found) {
        my $of = $found[$class];
        print "C\t$shown\t$class\t$of->{files}\t$of->{bytes}\n";
        my @row = sort { $a->[0] <=> $b->[0] || $a->[2] cmp $b->[2] } @{$of->{row}};
        splice @row, $each, @row - 2 * $each if @row > 2 * $each;
        for my $one (@row) {
            my ($size, $path, @rights) = @$one[1 .. 5];
            print join("\t", "S", $shown, $class, $size, digest($size, $path), rights(@rights), coded($path)), "\n";
        }
    }
}
print "end\n";
