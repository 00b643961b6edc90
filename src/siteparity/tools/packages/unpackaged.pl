use strict;
# Arguments: folders; and numbers, each the limit of files that may be listed from there on.
# Stdin: the path of every file of a package.
# Prints "F\tPATH\tMODE OWNER:GROUP\tSHA256" for a file, "L\tPATH\tTARGET" for a symbolic link, "O\tPATH" for
# anything else, and "G\tFOLDER" for a folder of the arguments that does not exist.
# Without File::Find, which is not in perl-base.
my (%packaged, %asked, @files, $most, $told);
$asked{$_} = 1 for @ARGV;
while (<STDIN>) { chomp; $packaged{$_} = 1 }
%packaged or die "no package has a file\n";
if (open my $diversions, "<", "/var/lib/dpkg/diversions") {
    while (defined(my $from = <$diversions>)) {
        my ($to, $by) = (scalar <$diversions>, scalar <$diversions>);
        chomp $from;
        delete $packaged{$from} if $by eq ":\n";    # somebody has put another file there by hand
    }
}

sub too_many {
    my %below;
    $below{join "/", grep { defined } (split m{/}, $_->[0])[0 .. 3]}++ for @files;
    my ($place) = sort { $below{$b} <=> $below{$a} || $a cmp $b } keys %below, "links";
    die "more than $most files that no package has brought, most of them below $place; a Python environment "
        . "belongs into the code of its application, or into packages.python\n";
}
sub tell_it { too_many() if $told++ >= $most; print join("\t", @_), "\n" }

sub one_line {
    my ($text) = @_;
    $text !~ /[\t\n]/ or die "a name with a tab or the end of a line: $text\n";
    return $text;
}

# No file of these is opened: to read one may do something, and no package brings any.
my %strange = map { ((stat)[0] // "", 1) } "/proc", "/sys", "/dev";
delete $strange{(stat "/")[0]};

sub look {
    my ($folder) = @_;
    return if $strange{(stat $folder)[0] // ""};
    opendir my $names, $folder or die "$folder: $!\n";
    for my $name (sort readdir $names) {
        next if $name eq "." || $name eq ".." || $name eq "__pycache__";
        my $path = "$folder/$name";
        my ($mode, $uid, $gid) = (lstat $path)[2, 4, 5];
        next if !defined $mode;
        if (($mode & 0170000) == 0040000) { $asked{$path} or look($path); next }
        next if $packaged{$path};
        one_line($path);
        if (($mode & 0170000) == 0120000) {
            tell_it("L", $path, one_line(readlink $path));
        } elsif (($mode & 0170000) == 0100000) {
            my ($owner, $group) = ($uid ? getpwuid $uid : "root", $gid ? getgrgid $gid : "root");
            push @files, [$path, sprintf "%04o %s:%s", $mode & 07777, $owner // $uid, $group // $gid];
            too_many() if @files > $most;
        } else {
            tell_it("O", $path);
        }
    }
}

print "[files]\n";
for my $folder (@ARGV) {
    if ($folder =~ /^[0-9]/) {
        $most = $folder;
    } elsif ($folder =~ /[*?]/) {
        look($_) for grep { -d } glob $folder;
    } elsif (-d $folder) {
        look($folder);
    } else {
        tell_it("G", $folder);
    }
}
while (my @some = splice @files, 0, 500) {
    my %sums;
    open my $h, "-|", "sha256sum", "-z", "--", map { $_->[0] } @some or die "sha256sum: $!\n";
    { local $/ = "\0"; while (<$h>) { chomp; $sums{substr $_, 66} = substr $_, 0, 64 } }
    close $h or die "sha256sum: a file cannot be read\n";
    tell_it("F", @$_, $sums{$_->[0]}) for @some;
}
print "end\n";
