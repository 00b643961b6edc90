# "same NAME" or "differs NAME" for each user of the files that the running Redis has: whether the files have
# the password that is in force. The running Redis shows hashes and the files may have plain words, so sha256sum
# hashes each word. It reads them through pipes: a word is never an argument, nor in a file.
our @lines;
my @filed = ((grep { /^user\s/i } @lines), users());
# Redis makes this user if no line does: with requirepass, which a file of users puts out of force, or open.
my $one = value_of("aclfile") eq "" ? value_of("requirepass") : "";
push @filed, "user default " . ($one eq "" ? "nopass" : ">$one") unless grep { /^(?i:user)\s+default(?:\s|$)/ } @filed;
my %running = map { /^user (\S+) (.*)/ ? ($1, $2) : () } split /\n/, asked("ACL", "LIST");

my @words = map { /\s>(\S+)/g } @filed;
my (%digest, @ends);
$^F = 1000;  # the pipes stay open in sha256sum
for (@words) {
    length() < 60000 && pipe my $out, my $in or die "a password cannot be hashed\n";
    print $in $_;
    close $in or die "pipe: $!\n";
    push @ends, $out;
}
if (@ends) {
    open my $sums, "-|", "sha256sum", "--", map { "/dev/fd/" . fileno $_ } @ends or die "sha256sum: $!\n";
    for my $word (@words) {
        (<$sums> // "") =~ /^([0-9a-f]{64}) / or die "sha256sum: no hash\n";
        $digest{$word} = $1;
    }
    close $sums or die "sha256sum failed\n";
}

sub hashes {
    my %found = map { /^#(.*)/ ? ($1, 1) : /^>(.*)/ ? ($digest{$1}, 1) : /^nopass$/ ? ($_, 1) : () }
        split " ", $_[0];
    return join " ", sort keys %found;
}

for (@filed) {
    my ($name, $rules) = /^user\s+(\S+)\s*(.*)/i or next;
    next unless exists $running{$name};
    print hashes($rules) eq hashes($running{$name}) ? "same" : "differs", " $name\n";
}
print "end\n";
