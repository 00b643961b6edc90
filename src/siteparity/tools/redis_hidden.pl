# "h\tLINE\tHASH" for each line with a password: the line as it is shown, and a hash of the whole under the key
# of the run. "t\tPATH\tSTATE" for each file that was read: inode, time of its last change, size.
# The hash of a password may stand in place of the password, so a plain word is hashed first.
our (@lines, @files);
my (@shown, @whole);
for my $line (@lines, users()) {
    my $shown = shown($line);
    my ($kind, $name, $rules) = split " ", $line, 3;
    if ($kind =~ /^["']?user["']?$/i) {
        my @words = ($rules // "") =~ /(?:^|[\s"'])([#>][^\s"']+)/g or next;
        $shown = "passwords of user $name";
        $line = join " ", sort map { /^>(.*)/s ? "#" . (hashes("", $1))[0] : $_ } @words;
    }
    next if $shown eq $line;
    push @shown, join " ", split " ", $shown;
    push @whole, $line;
}
my @sums = keyed(@whole);
print "h\t$shown[$_]\t$sums[$_]\n" for 0 .. $#shown;
for my $path (@files, grep { $_ ne "" } value_of("aclfile")) {
    my @stat = stat $path or die "$path: $!\n";
    print join("\t", "t", $path, "@stat[1, 10, 7]"), "\n";
}
print "end\n";
