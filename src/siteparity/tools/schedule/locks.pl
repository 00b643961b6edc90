# Files that jobs name, and that a process holds a lock on: "held PATH SECONDS PROGRAM", with the age of the
# process; then who names it: "by crontab TEXT" or "by unit NAME", where TEXT is the file, or a script that names
# it. Nothing else of a crontab or a script leaves the host.
use strict;
use Cwd "realpath";
my $largest = 65_536;
sub slurp { open my $f, "<", $_[0] or return; local $/; return scalar <$f> }
sub clean { my $text = shift // ""; $text =~ s/([\\\t\n\r\0-\x1f])/sprintf "\\x%02x", ord $1/ge; return $text }
defined slurp("/proc/1/environ") or die "other users' processes cannot be read\n";

my %named;    # file -> "crontab TEXT" or "unit NAME"
sub paths { my $text = shift; $text =~ s/^\s*#.*//mg; return $text =~ m{(?<![\w.:/-])(/[\w.\@+-]+(?:/[\w.\@+-]+)+)}g }
# A daemon locks its database and its pid file for as long as it runs.
sub locks { my $text = shift; return grep { m{lock|lck|mutex}i || $text =~ m{\bflock\b[^|;&\n]*\Q$_\E} } paths($text) }
sub note {
    my ($text, $who) = @_;
    my %is_lock = map { $_ => 1 } locks($text);
    for my $path (paths($text)) {
        next unless -f $path;
        my $by = $who // "crontab\t$path";
        $named{realpath($path)}{$by} = 1 if $is_lock{$path};
        next if -s _ > $largest || !-T $path;
        my $script = slurp($path) // next;
        $named{realpath($_)}{$by} = 1 for grep { -f } $script =~ /^#!/ ? locks($script) : ();
    }
}
note(slurp($_) // "") for grep { -f && -s _ <= $largest } glob("/etc/crontab /etc/cron.d/* /var/spool/cron/crontabs/*");
for my $path (glob "/etc/systemd/system/*.service /usr/local/lib/systemd/system/*.service") {
    my ($name) = $path =~ m{([^/]+)\z};
    note(slurp($path) // "", "unit\t$name") if -f $path && -s _ <= $largest;
}

my ($up) = (slurp("/proc/uptime") // "") =~ /^([\d.]+)/ or die "/proc/uptime cannot be read\n";
my %held;     # file -> [seconds, program]
my $looked = 0;
for my $pid (%named ? map { m{(\d+)} } glob "/proc/[0-9]*" : ()) {
    opendir my $d, "/proc/$pid/fd" or next;
    $looked++;
    for my $fd (readdir $d) {
        my $path = readlink "/proc/$pid/fd/$fd" // next;
        $named{$path} && (slurp("/proc/$pid/fdinfo/$fd") // "") =~ /^lock:/m or next;
        my ($program, $began) = (slurp("/proc/$pid/stat") // "") =~ /^\d+ \((.*)\) \S(?: \S+){18} (\d+)/s or next;
        my $seconds = int($up - $began / 100);
        $held{$path} = [$seconds, $program] if !$held{$path} || $held{$path}[0] < $seconds;
    }
}
!%named || $looked or die "no process can be looked at\n";
for my $path (sort keys %held) {
    print join("\t", "held", map { clean($_) } $path, @{$held{$path}}), "\n";
    print "by\t", join("\t", map { clean($_) } split /\t/), "\n" for sort keys %{$named{$path}};
}
print "end\n";
