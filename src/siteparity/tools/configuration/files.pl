use strict;
use Cwd "realpath";
# For each file "f\tPATH\tMODE OWNER:GROUP\tKIND", where KIND is one of
#   text            its lines follow, "c\tLINE" each, or "c\tLINE\tHASH" for a line that hides something
#   link TARGET
#   digest SHA256   it is large, or no text
#   unpacked        a conffile that its package brought and that is gone
#   packaged        a conffile that nobody changed, with unusual rights
#   PEM BLOCKS      certificates and keys that no package delivered: "CERTIFICATE, PRIVATE KEY"
#   heap COUNT SHA256   a folder in which very many files were delivered by no package
# Usual rights of a conffile are shown as "-". Besides: "g\tPATTERN\tCOUNT" for each pattern of the policy,
# "t\tPATH\tSTATE" for each file that hides something: its inode, the time of its last change, and its size;
# "n\tCOUNT" for the conffiles, "l\tPATH" for a file that an upgrade left, "P" if there is an ld.so.preload,
# and "p\tLIBRARY" for each library that it names.
my (%wanted, %named, %by_name, @digests, %users, %groups);
my ($largest, $left, $most_hashes, $largest_stray, $most_strays) = qw(@LARGEST@);
my $usual = qr/^0(?:644|755) root:root\z/;
my %of_root = map { $_ => 1 } given("NAMED");
my @patterns = given("PATHS");
my @including = given("NGINX");
my $elsewhere = any(given("ELSEWHERE"), environment_files(given("UNITS")));
my $of_one_host = any(qw(@OF_ONE_HOST@));
my %is_stray;

sub pattern {
    my $text = quotemeta shift;
    $text =~ s/\\\*/.*/g;
    $text =~ s/\\\?/./g;
    return $text;
}
sub any { my $either = join "|", map { pattern($_) } @_; return @_ ? qr/\A(?:$either)\z/s : qr/(?!)/ }
sub environment_files {
    # Without systemd nothing has such a file.
    @_ && -d "/run/systemd/system" or return;
    open my $h, "-|", "systemctl", "show", "--property=EnvironmentFiles", "--", @_ or die "systemctl: $!\n";
    my @lines = <$h>;
    close $h or die "systemctl: exit ", $? >> 8, "\n";
    return map { /^EnvironmentFiles=(.*) \(ignore_errors=(?:yes|no)\)$/ ? $1 : () } @lines;
}
sub counts { return $_[0] !~ $elsewhere }
sub headed { return join "\t", "f", clean($_[0]), $_[1], $_[2] }
sub header { print headed(@_), "\n" }

sub rights {
    my ($mode, $uid, $gid) = @_;
    my $owner = $users{$uid} //= getpwuid($uid) // $uid;
    my $group = $groups{$gid} //= getgrgid($gid) // $gid;
    return sprintf "%04o %s:%s", $mode & 07777, $owner, $group;
}

# What root has not named must be open to everybody: the kernel decides that for an account that is nobody.
sub readable {
    my ($path, $by_name) = @_;
    my $handle;
    my $ids = $);
    if (!$by_name && $> == 0) { $) = "65534 65534"; $> = 65534; $> == 65534 or die "setuid: $!\n" }
    my $is_open = open $handle, "<", $path;
    my $why = $!;
    if (!$by_name && $< == 0) { $> = 0; $) = $ids }
    $is_open and return $handle;
    die $by_name ? "$path: $why\n"
        : "$path: not everybody may read it, and root has not allowed it by name ($why); "
            . "install what `siteparity privileges` prints\n";
}

sub clean { my $text = shift; $text =~ s/([\\\t\n\r])/sprintf "\\x%02x", ord $1/ge; return $text }

sub sums {
    my ($program, @paths) = @_;
    my %sums;
    while (my @some = splice @paths, 0, 500) {
        open my $h, "-|", $program, "-z", "--", @some or die "$program: $!\n";
        local $/ = "\0";
        while (<$h>) { chomp; /^([0-9a-f]+) [ *](.*)\z/s or die "$program: no digest\n"; $sums{$2} = $1 }
        close $h or !$! or die "$program: $!\n";
    }
    return %sums;
}

print "[files]\n";
for my $pattern (@patterns) {
    my @there = grep { -l $_ || -f $_ } glob quotemeta_spaces($pattern);
    my @own = grep { counts($_) } @there;    # another aspect judges the others, which are there all the same
    $wanted{$_} = $named{$_} = 1 for @own;
    $by_name{$_} ||= $of_root{$pattern} for @own;
    print join("\t", "g", clean($pattern), scalar @there), "\n";
}
# What an nginx includes, as nginx finds it.
for my $main (@including) {
    my ($folder, @next) = ($main =~ m{^(.*)/}, $main);
    my %seen;
    while (defined(my $path = shift @next)) {
        next if $seen{$path}++ || !-f $path || !counts($path);
        $wanted{$path} = $named{$path} = 1;
        $by_name{$path} ||= $of_root{$main};
        my $f = readable($path, $by_name{$path});
        while (<$f>) {
            s/(?:^|\s)#.*//;
            while (/(?:^|[\s;{}])include\s+("[^"]*"|'[^']*'|[^\s;]+)\s*;/g) {
                (my $pattern = $1) =~ s/^["']|["']\z//g;
                push @next, glob quotemeta_spaces($pattern =~ m{^/} ? $pattern : "$folder/$pattern");
            }
        }
        close $f or die "$path: $!\n";
    }
}

# A blank ends a pattern of glob, and braces stand for alternatives; here they are parts of names.
sub quotemeta_spaces { my $text = shift; $text =~ s/([\s{}~"'\\])/\\$1/g; return $text }

# Conffiles of packages: those that were changed are read, of all others only what is unusual is told.
if (open my $status, "<", "/var/lib/dpkg/status") {
    my ($in, %packaged);
    while (<$status>) {
        if (/^Conffiles:/) { $in = 1; next }
        if ($in && /^ (\/.*) ([0-9a-f]{32})( obsolete)?( remove-on-upgrade)?$/) {
            $packaged{$1} = $2 unless $3 || $4;
            next;
        }
        $in = 0;
    }
    close $status or die "/var/lib/dpkg/status: $!\n";
    my @there = grep { counts($_) } sort keys %packaged;
    header($_, "-", "unpacked") for grep { !-e $_ && !-l $_ } @there;
    my %sums = sums("md5sum", grep { -f $_ } @there);
    for (@there) {
        next unless -e $_;
        defined $sums{$_} or die "$_: cannot be read\n";
        if ($sums{$_} ne $packaged{$_}) { $wanted{$_} = $by_name{$_} = 1; next }
        my $rights = rights((stat $_)[2, 4, 5]);
        header($_, $rights, "packaged") unless $named{$_} || $rights =~ /$usual/;
    }
    print "n\t", scalar(@there), "\n";
} elsif ($! != 2) {
    die "/var/lib/dpkg/status: $!\n";
} elsif (my %packaged = map { chomp; ($_, 1) } rpm("-qa", "--configfiles")) {
    my @there = grep { m{^/} && counts($_) } keys %packaged;
    for (rpm("-Va", "--configfiles", "--nodeps", "--noscripts")) {
        my ($wrong, $path) = m{^(missing|[SM5DLUGTP.?]{8,10}) +c (/.*)$} or die "rpm: $_";
        $path =~ s/ \([^()]*\)$// unless $packaged{$path};
        next unless $packaged{$path} && counts($path);
        if ($wrong eq "missing") { header($path, "-", "unpacked") }
        elsif ($wrong =~ /[S5L?]/) { $wanted{$path} = $by_name{$path} = 1 }
        elsif ($wrong =~ /[MUG]/ && !$named{$path}) {
            header($path, rights((lstat $path)[2, 4, 5]), "packaged");
        }
    }
    print "n\t", scalar(@there), "\n";
} else {
    print "n\t0\n";
}

sub rpm {
    grep { -x "$_/rpm" } split /:/, $ENV{PATH} or return;
    open my $h, "-|", "rpm", @_ or die "rpm: $!\n";
    my @lines = <$h>;
    close $h or !$! && $? >> 8 == 1 or die "rpm: exit $?\n";
    return @lines;
}

# What no package delivered, and what upgrades left.
my (%delivered, %strays, %seen);
sub read_lines { my $f = shift; my @lines = <$f>; chomp @lines; return @lines }
if (my @lists = glob "/var/lib/dpkg/info/*.list") {
    open my $h, "-|", "grep", "-hs", "^/etc/", @lists or die "grep: $!\n";
    $delivered{$_} = 1 for read_lines($h);
    close $h or !$! && $? >> 8 == 1 or die "grep: exit $?\n";
} else {
    $delivered{$_} = 1 for grep { m{^/etc/} } map { chomp; $_ } rpm("-qal");
}

sub walk {
    my $folder = shift;
    opendir my $d, $folder or die "$folder: $!\n";
    for (sort readdir $d) {
        next if /^\.\.?\z/;
        my $path = "$folder/$_";
        if (!-l $path && -d _) {
            walk($path);
        } elsif (/\.(?:dpkg-(?:new|dist|tmp)|ucf-(?:new|dist)|rpmnew)\z/) {
            print "l\t", clean($path), "\n";
        } elsif (!$wanted{$path} && !$delivered{$path} && (-l _ || -f _)) {
            note($folder, $path);
        }
    }
}
sub note {
    my ($folder, $path) = @_;
    push @{$strays{$folder}}, $path if counts($path) && $path !~ $of_one_host;
}
walk("/etc");

# What programs read in the home of their account: whom they trust, and how they log in.
my %of_services = map { (stat $_)[4] => 1 } grep { is_service($_) } glob "/proc/[0-9]*";
sub is_service { open my $f, "<", "$_[0]/cgroup" or return 0; return scalar grep { m{/system[.]slice/} } <$f> }
open my $accounts, "-|", "getent", "passwd" or die "getent: $!\n";
for (read_lines($accounts)) {
    my ($name, $uid, $home) = (split /:/)[0, 2, 5];
    next if $uid >= 1000 && !$of_services{$uid} && !-e "/var/spool/cron/crontabs/$name" && !-e "/var/spool/cron/$name";
    next if $home !~ m{^/.} || $seen{$home}++;
    note($home, $_) for grep { !-l $_ && -f _ && !$wanted{$_} } map { "$home/$_" } qw(@IN_HOMES@);
}
close $accounts or die "getent: exit $?\n";

# Where they are many, one digest tells of all that everybody may read.
for my $folder (sort keys %strays) {
    my @some = @{$strays{$folder}};
    my @open = @some > $most_strays ? grep { -l $_ || (lstat $_)[2] & 4 } @some : ();
    if (@open > $most_strays) {
        my %is_open = map { $_ => 1 } @open;
        @some = grep { !$is_open{$_} } @some;
        my %sums = sums("sha256sum", grep { -f $_ } @open);
        my $told = join "\n", map { join " ", $_, -l $_ ? "-> " . readlink : rights((lstat $_)[2, 4, 5]), $sums{$_} // "" } @open;
        header("$folder/*", "-", sprintf "heap %d %s", scalar @open, digest($told));
    }
    $wanted{$_} = $named{$_} = $by_name{$_} = $is_stray{$_} = 1 for @some;
}

sub digest {
    my $text = shift;
    $text = join "", hashes("", unpack "(a50000)*", $text) if length $text > 50000;
    return (hashes("", $text))[0];
}

# Before the files are read, so that a change in between shows.
my %states;
for my $there ([grep { -e $_ } sort keys %wanted]) {
    while (my @some = splice @$there, 0, 500) {
        open my $h, "-|", "stat", "-L", "--printf", '%i %.9Z %s %n\0', "--", @some or die "stat: $!\n";
        local $/ = "\0";
        while (<$h>) { chomp; /^(\d+ [\d.]+ \d+) (.*)\z/s or die "stat: no state\n"; $states{$2} = $1 }
        close $h or die "stat: a file is gone\n";
    }
}

# Names may be hashed there, each with a salt of its own, and stand in the order in which they were met.
sub known_hosts {
    my %known = map { s/^\|1\|\S+/(hashed)/r => 1 } grep { /^[^#\s]/ } split /\n/, shift;
    return sort keys %known;
}

# A comment often has a date, and a blank behind its mark: "#include" is none. Certbot gives each host an
# account of its own.
sub is_passing {
    my ($path, $line) = @_;
    return $line =~ m{^\s*(?:#+|;+|//+)(?:\s|$)} || $path =~ m{^/etc/letsencrypt/renewal/} && $line =~ /^account = /;
}

my @lines;    # [what is printed, what it hides]
for my $path (sort keys %wanted) {
    my ($mode, $uid, $gid, $size) = (lstat $path)[2, 4, 5, 7];
    defined $mode or die "$path: $!\n";
    my $shown = rights($mode, $uid, $gid);
    $shown = "-" if !$named{$path} && $shown =~ /$usual/;
    if (-l _) {
        push @lines, [headed($path, $shown, "link " . clean(readlink $path))];
        -f $path or next;
        # What is in these folders is compared where it is, or with its package.
        next if $is_stray{$path} && (realpath($path) // "") =~ m{^/(?:etc|usr|s?bin|lib[^/]*|proc|sys|dev)/};
        $size = -s _;
    }
    my $f = readable($path, $by_name{$path});
    my $text = do { local $/; <$f> } // "";
    close $f or die "$path: $!\n";
    my $is_hidden = $is_stray{$path} && !($mode & 4);
    my $limit = $is_stray{$path} ? $largest_stray : $largest;
    if ($size > $limit || $size > $left || $text =~ /[\0\xff]/) {
        if (!$is_hidden) { push @digests, [$path, $shown]; next }
        # A plain digest of what only some may read could be guessed from.
        push @lines, [headed($path, $shown, "text")], ["c\t***", $text], [join "\t", "t", clean($path), $states{$path}];
        next;
    }
    # Which certificate it is, each site may decide by itself; `tls` judges what is served.
    if ($is_stray{$path} && $text =~ /^-----BEGIN /m) {
        my %blocks = map { $_ => 1 } $text =~ /^-----BEGIN ([A-Z0-9 ]+)-----$/mg;
        push @lines, [headed($path, $shown, "PEM " . join ", ", sort keys %blocks)];
        next;
    }
    $left -= $size;
    push @lines, [headed($path, $shown, "text")];
    my ($hiding, $rest) = (0);
    begin($path, $size);
    for my $line ($path =~ m{/known_hosts\z} ? known_hosts($text) : split /\n/, $text, -1) {
        next if $is_stray{$path} && is_passing($path, $line);
        my $visible = shown($line);
        push @lines, ["c\t" . clean($visible), @hidden ? join "\0", @hidden : undef];
        next unless @hidden && ++$hiding >= $most_hashes;
        # Of a file that hides very much, one hash tells of all that follows.
        $rest ? $rest->[1] .= "\n" . pop @{$lines[-1]} : ($rest = $lines[-1]);
    }
    push @lines, [join "\t", "t", clean($path), $states{$path} // die "$path: it was changed meanwhile\n"] if $hiding;
}
my @hashes = keyed(map { $_->[1] // () } @lines);
print $_->[0], defined $_->[1] ? "\t" . substr shift @hashes, 0, 12 : "", "\n" for @lines;

my %digests = sums("sha256sum", map { $_->[0] } @digests);
for (@digests) {
    defined $digests{$_->[0]} or die "$_->[0]: cannot be read\n";
    header($_->[0], $_->[1], "digest $digests{$_->[0]}");
}

if (open my $f, "<", "/etc/ld.so.preload") {
    print "P\n";
    while (<$f>) { chomp; s/#.*//; print "p\t", clean($_), "\n" for split /[\s:]+/ }
} elsif ($! != 2) {
    die "/etc/ld.so.preload: $!\n";
}
print "end\n";
