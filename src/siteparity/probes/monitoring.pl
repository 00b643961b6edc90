# Prints the arguments of a process, and what an agent answers to GET: the status, the wanted metrics, and how
# the answer ended. Perl's core is on every host; other tools that speak HTTP are not.
use strict;
use Socket qw(:DEFAULT getaddrinfo AI_NUMERICHOST);

my ($main, $place, $port, $path, $patience, @wanted) = @ARGV;
my $wanted = join "|", @wanted;
my $secret = "(?:pass|secret|token|key|dsn|auth)";
$| = 1;

sub over {
    print "$_[0]\n[now]\n", time, "\nend\n";
    exit 0;
}

print "[arguments]\n";
if ($main) {
    open(my $line, "<", "/proc/$main/cmdline") or die "the arguments of process $main: $!\n";
    local $/;
    my $hide;
    for (split /\0/, <$line>) {
        if ($hide) {
            $hide = 0;
            $_ = "(secret)";
        } elsif (/^-[^=]*$secret[^=]*$/i) {
            $hide = 1;
        }
        s/($secret[^=]*[=:]).*/$1(secret)/i;
        s#//[^/\@]*\@#//(secret)\@#;
        s/\s+/ /g;
        print "$_\n";
    }
}

print "[answer]\n";
$SIG{ALRM} = sub { over("silent for $patience s") };
alarm $patience;
my ($error, $found) = getaddrinfo($place, $port, {socktype => SOCK_STREAM, flags => AI_NUMERICHOST});
die "$place: $error\n" if $error;
socket(my $s, $found->{family}, SOCK_STREAM, 0) or die "socket: $!\n";
connect($s, $found->{addr}) or over($!);
$SIG{PIPE} = "IGNORE";
syswrite($s, "GET $path HTTP/1.0\r\nHost: $place\r\n\r\n") or over($!);
my $first = <$s>;
over("no HTTP") unless $first =~ m#^HTTP/1\.[01] (\d\d\d)\b#;
print "$1\n";
while (<$s>) {
    print if length($wanted) && /^(?:$wanted)[{ ]/;
}
over("complete");
