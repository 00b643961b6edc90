# What runs on a host, and what its settings lead to. It changes nothing, and starts systemctl, ss and locale alone.
use strict;
use Text::ParseWords;
use Socket qw(:DEFAULT getaddrinfo getnameinfo NI_NUMERICHOST NIx_NOSERV);
@FORMS@
@ROWS@
my ($most_files, $most_entries, $most_names) = (150, 200_000, 40);
my $platform = qr/^(?:systemd-|dbus|ssh|cron|anacron|getty|serial-getty|console-getty|user\@|rsyslog|polkit|chrony|ntp|networking|nftables|unattended-upgrades|apt-)/;
my $text_file = qr/\.(?:conf|cfg|cnf|ini|env|ya?ml|toml|json|php|properties)$|(?:^|\/)\.env$|\/sites-enabled\/[^\/.]+$/;
my $no_text = qr/\.(?:p[ylm]|rb|js|so|pid|sock|log|pem|key|crt|mo|db|sqlite3?|gz|bin)$/;
my $apps = qr{^/(?:srv|opt|home|app|data|var/www|usr/local/(?:lib|share)|usr/share|var/lib)/[^/]};
sub listing { opendir my $d, $_[0] or return; return sort grep { !/^\.\.?$/ } readdir $d }
sub said { open my $f, "-|", @_ or die "$_[0]: $!\n"; my @lines = <$f>; close $f or die "$_[0] failed\n"; chomp @lines; return @lines }

defined slurp("/proc/1/environ") or die "other users' processes cannot be read\n";

# Processes by unit. Those of users' own managers are no services of the host.
my (%unit_of, %pids, %parent, %user_of);
for my $pid (grep { /^\d+$/ } listing("/proc")) {
    my $groups = slurp("/proc/$pid/cgroup") // next;
    next if $groups =~ m{/user\.slice/};
    my ($unit) = $groups =~ m{^(?:0:|\d+:name=systemd):/.*?([^/\n]+\.service)(?:/|$)}m;
    next unless defined $unit;
    my $uid = (stat "/proc/$pid")[4];
    my ($ppid) = (slurp("/proc/$pid/stat") // "") =~ /.*\) \S (\d+)/s;
    $unit_of{$pid} = $unit;
    $parent{$pid} = $ppid;
    $user_of{$pid} = getpwuid($uid // 0) // $uid;
    push @{$pids{$unit}}, $pid;
}

my (%show, @units);
{
    my @properties = qw(Id LoadState ActiveState UnitFileState MainPID User WorkingDirectory EnvironmentFiles Environment Type);
    my $at = {};
    for (said("systemctl", "show", "--all", "--property=" . join(",", @properties), "--", "*.service"), "") {
        if ($_ eq "") { if (defined $at->{Id}) { push @units, $at; $show{$at->{Id}} = $at } $at = {}; next }
        my ($name, $value) = /^(\w+)=(.*)$/s or next;
        if ($name eq "EnvironmentFiles" || $name eq "Environment") { push @{$at->{$name}}, "$name=$value" if $value ne "" }
        else { $at->{$name} = $value }
    }
}
for my $one (@units) {
    next unless $one->{LoadState} eq "loaded" && ($one->{ActiveState} eq "active" || $one->{UnitFileState} =~ /^enabled/);
    my $main = $one->{MainPID} || ($pids{$one->{Id}} || [0])->[0];
    # The account of the work: of a child that gave up root's rights, else of the main process.
    my ($plain) = grep { $_ ne "root" } map { $user_of{$_} // () } @{$pids{$one->{Id}} || []};
    my $comm = $main ? slurp("/proc/$main/comm") // "" : "";
    chomp $comm;
    row("unit", $one->{Id}, $one->{ActiveState}, $one->{UnitFileState}, $one->{Type},
        $main ? $plain // $user_of{$main} // "" : $one->{User} // "", $comm, $one->{WorkingDirectory} =~ s/^[!-]//r);
}

sub holders { my $users = shift // ""; my %seen; return grep { !$seen{$_->[1]}++ } map { [$_->[0], $_->[1]] } map { [/^(.*)",pid=(\d+)/s] } $users =~ /\("(.*?",pid=\d+)/g }

my %takes;
for (said("ss", "-Hlntup")) {
    my ($protocol, $at, $port, $users) = /^(tcp|udp)\s+\S+\s+\d+\s+\d+\s+(\S+):(\d+)\s+\S+(?:\s+users:\((.*)\))?\s*$/ or next;
    my @held = holders($users);
    $takes{$port} = 1;
    row("listens", $protocol, place($at), $port, (@held ? $unit_of{$held[0][1]} // "" : ""),
        (grep { $_->[1] eq "1" } @held) ? "systemd" : join(", ", do { my %n; sort grep { !$n{$_}++ } map { $_->[0] } @held }) || "kernel");
}
my %by_inode;
for (said("ss", "-Hxap")) {
    my ($state, $path, $inode, $peer, $users) = /^u_\w+\s+(\S+)\s+\d+\s+\d+\s+(.+?)\s+(\d+)\s+\*\s+(\d+)(?:\s+users:\((.*)\))?\s*$/ or next;
    my @held = map { $_->[1] } holders($users);
    $by_inode{$inode} = [$path, $peer, @held];
    my ($unit) = grep { defined } map { $unit_of{$_} } @held;
    row("socket", $unit, $path) if $state eq "LISTEN" && defined $unit && $path =~ m{^/} && $unit !~ $platform;
}
my %counted;
for (values %by_inode) {
    my ($path, $peer, @held) = @$_;
    my $server = $path eq "*" ? $by_inode{$peer} : undef;
    next unless $server && $server->[0] ne "*";
    my ($from, $to) = map { my @u = grep { defined } map { $unit_of{$_} } @$_; $u[0] } [@held], [@$server[2 .. $#$server]];
    $counted{join "\t", "uses", clean($from), clean($to), clean($server->[0])}++ if defined $from && defined $to && $from ne $to && $to !~ $platform;
}
for (said("ss", "-Hntp", "state", "established")) {
    my ($here, $own, $there, $port, $users) = /^\d+\s+\d+\s+(\S+):(\d+)\s+(\S+):(\d+)(?:\s+users:\((.*)\))?\s*$/ or next;
    my ($unit) = grep { defined } map { $unit_of{$_->[1]} } holders($users);
    $counted{join "\t", "connection", clean($unit // ""), $takes{$own} ? $own : 0, clean(place($there)), $port}++;
}
print "$_\t$counted{$_}\n" for sort keys %counted;

# Where the settings of a service may stand: what its unit, command and environment name, and the folders of its name.
my (%files_of, %folders_of);
sub may_read { my $path = shift; return -f $path && -s _ && -s _ < 1_000_000 && $path !~ $no_text && $path !~ m{^/(?:proc|sys|dev|run|usr/lib|usr/bin|bin|sbin|usr/sbin)/} }
%environment_of = map { my $unit = $_->{Id}; map { /^EnvironmentFiles=(.*?) \(ignore_errors=/ ? ("$unit\0$1", $1) : () } @{$_->{EnvironmentFiles} || []} } @units;
my %is_environment = map { ($_, 1) } values %environment_of;
# A file that other units are started with is none of a unit that only has its name or its account.
sub add_file { my ($unit, $path) = @_; return if $is_environment{$path} && !$environment_of{"$unit\0$path"}; $files_of{$unit}{$path} = 1 if may_read($path) && keys %{$files_of{$unit}} < $most_files }
sub add_folder {
    my ($unit, $folder, $depth) = @_;
    for my $name (listing($folder)) {
        my $path = "$folder/$name";
        if (-d $path) { add_folder($unit, $path, $depth - 1) if $depth > 1 && $name !~ /-available$|^\.|^(?:ssl|certs|private|rules|snippets|modsecurity.*)$/ }
        elsif ($path =~ $text_file) { add_file($unit, $path) }
    }
}
my %main_of;
for my $unit (sort keys %pids) {
    next if $unit =~ $platform;
    my $one = $show{$unit} || {};
    my $main = $one->{MainPID} || $pids{$unit}[0];
    $main_of{$unit} = $main;
    for (@{$one->{EnvironmentFiles} || []}) { add_file($unit, $1) if /^EnvironmentFiles=(.*?) \(ignore_errors=/ }
    my @words = split /\0/, slurp("/proc/$main/cmdline") // "";
    my %set = map { /^([A-Za-z_]\w*)=(.*)/s ? ($1, $2) : () } split /\0/, slurp("/proc/$main/environ") // "";
    my $cwd = readlink("/proc/$main/cwd") // "/";
    for my $word (map({ split /[\s()=]+/ } @words), values %set) {
        $word = "$cwd/$word" if $word =~ m{^[\w.-]+(?:/[\w.-]+)*$} && $word =~ $text_file;
        next unless $word =~ m{^/};
        add_file($unit, $word) if $word =~ $text_file || $word =~ m{^/etc/};
        add_folder($unit, $1, 2) if $word =~ m{^(/etc/.+)/[^/]+\.conf$};
        my ($top) = $word =~ m{^(/.+)/bin/[^/]+$};
        $folders_of{$unit}{$top} = 1 if defined $top && $top =~ $apps;
        $folders_of{$unit}{$word} = 1 if $word =~ $apps && -d $word;
    }
    my $comm = slurp("/proc/$main/comm") // "";
    chomp $comm;
    (my $stem = $unit) =~ s/(?:\@.*)?\.service$//;
    my %stems = map { ($_, 1) } grep { /^[A-Za-z][\w.-]+$/ && !/^(?:root|nobody|www-data|python[\d.]*|perl|ruby|node|java|php|sh|default|security|init|systemd)$/ }
        $stem, $stem =~ /^([^-]+)-/ ? $1 : (), $comm, $user_of{$main} // "";
    add_folder($unit, "/etc/$_", 3) for sort keys %stems;
    my ($home) = map { s/^[!-]//r } $one->{WorkingDirectory} // "";
    for my $folder (grep { $_ =~ $apps } $cwd, $home) {
        $folders_of{$unit}{$folder} = 1;
        add_folder($unit, $folder, 1);
        add_folder($unit, "$folder/config", 1);
        add_file($unit, "$folder/.env");
    }
    row("variable", $unit, $_, $set{$_}, "running") for sort grep { /^(?:LANG|LANGUAGE|LC_[A-Z]+)$/ } keys %set;
    my %configured;
    for (@{$one->{Environment} || []}) { $configured{$1} = $2 while /(?:^Environment=|\s)"?(LANG|LANGUAGE|LC_[A-Z]+)=([\w.@:-]+)/g }
    row("variable", $unit, $_, $configured{$_}, "configured") for sort keys %configured;
    my %alike;
    for my $pid (grep { ($parent{$_} // 0) == $main && $_ != $main } @{$pids{$unit}}) {
        my ($first, @more) = split /\0/, slurp("/proc/$pid/cmdline") // "";
        next unless defined $first && $first ne "";
        my $text = $first =~ /^([\w.-]+: [a-z ]+)/ ? $1 =~ s/\s+$//r : "";
        if ($text eq "") {
            my ($program) = grep { m{/} || /^[\w.-]+$/ } $first =~ /(?:python|perl|ruby|node|php)[\d.]*$/ ? ($more[0], $first) : $first;
            ($text) = ($program // "") =~ m{^(?:[\w./-]*/)?([\w.-]+)$};
        }
        $alike{$text}++ if defined $text;
    }
    $alike{$_} > 1 && row("workers", $unit, $_, $alike{$_}) for sort keys %alike;
}

my %done;
for my $unit (sort keys %main_of) { $done{"$unit\0$_"}++ || read_file($unit, $_) for sort keys %{$files_of{$unit} || {}} }
# Programs behind a web server that have their settings beside its folders, such as those in PHP.
if (my ($behind) = grep { /^php.*fpm/ } sort keys %main_of) {
    my %root = map { ($_, 1) } @roots;
    for my $root (sort keys %root) {
        $folders_of{$behind}{$root =~ s{/(?:public(?:_html)?|html|web|htdocs)/?$}{}r} = 1;
        for my $folder ("$root", "$root/config", "$root/../config", "$root/..") {
            next unless -d $folder && $folder ne "/..";
            add_folder($behind, $folder, 1) if $folder =~ $apps;
        }
        my ($name) = $root =~ m{^/(?:srv|opt|var/www|var/lib|usr/share)/([\w.-]+)};
        add_folder($behind, "/etc/$name", 2) if defined $name && $name ne "html";
    }
    $done{"$behind\0$_"}++ || read_file($behind, $_) for sort keys %{$files_of{$behind} || {}};
}
for my $unit (sort keys %main_of) {
    my $main = $main_of{$unit};
    for (split /\0/, slurp("/proc/$main/environ") // "") {
        next unless /^([A-Za-z_]\w*)=(.*)$/s && $1 !~ /^(?:PATH|NOTIFY_SOCKET|LISTEN_|INVOCATION_ID|JOURNAL_STREAM|HOME|PWD|DEBUGINFOD_URLS|CREDENTIALS_DIRECTORY)/;
        my ($key, $address) = ($1, address($2));
        row("process", $unit, $key, @$address[0 .. 4]) if $address;
        $addresses{$address->[2]} = 1 if $address && $address->[2] ne "";
    }
}
for my $name (sort keys %addresses) {
    next unless $name =~ /[A-Za-z]/ && $name !~ /:/ && $most_names-- > 0;
    local $SIG{ALRM} = sub { die "late\n" };
    my @found = eval { alarm 2; my ($bad, @all) = getaddrinfo($name, "", {socktype => SOCK_STREAM}); alarm 0; $bad ? () : @all };
    alarm 0;
    my %once;
    for (@found) { my ($bad, $address) = getnameinfo($_->{addr}, NI_NUMERICHOST, NIx_NOSERV); row("resolves", $name, $address) unless $bad || $once{$address}++ }
}

# Compiled catalogues, releases and file systems of services.
my %seen_folder;
for my $unit (sort keys %main_of) {
    for my $folder (sort keys %{$folders_of{$unit} || {}}) {
        my %name = map { (lc $_, $_) } listing($folder);
        my ($version) = grep { defined } map { $name{$_} } qw(version revision release version.txt);
        my ($list) = grep { /^(?:sha256sums|manifest\.sha256|checksums\.sha256)$/i } values %name;
        row("release", $unit, $folder, -f "$folder/" . ($version // "") ? $version : "", $list // "", -e "$folder/.git" ? "git" : "")
            if defined $list || -e "$folder/.git" || (defined $version && -f "$folder/$version");
        my ($count, $device) = (0, (stat $folder)[0] // 0);
        my @pending = $folder =~ m{^/usr/share/(?:locale|i18n)\b} ? () : ([$folder, 9]);
        while (my $next = shift @pending) {
            my ($where, $depth) = @$next;
            for my $name (listing($where)) {
                last if $most_entries-- < 1;
                my $path = "$where/$name";
                next if -l $path || $path eq "/usr/share/locale";
                if (-d _) { next if (lstat $path)[0] != $device; push @pending, [$path, $depth - 1] if $depth > 1 && $name !~ /^(?:node_modules|\.git|__pycache__|proc)$/ && @pending < 20_000 }
                elsif ($name =~ /\.mo$/ && $count++ < 2000) { row("catalogue", $unit, $path, -f $path =~ s/\.mo$/.po/r ? "source" : "") }
            }
        }
    }
}
my %fstab = map { my (undef, $path) = split; defined $path ? ($path, 1) : () } grep { !/^\s*#/ } split /\n/, slurp("/etc/fstab") // "";
for (split /\n/, slurp("/proc/self/mountinfo") // "") {
    my ($path, $type) = /^(?:\S+ ){4}(\S+) .* - (\S+) / or next;
    $path =~ s/\\([0-7]{3})/chr oct $1/ge;
    next unless $path =~ m{^/(?:srv|opt|data|home|app|var/www|var/lib|mnt|media)/?.};
    next if $path =~ m{^/var/lib/(?:containers|docker|lxcfs|kubelet)} || $type =~ /^(?:overlay|proc|sysfs|cgroup|devpts|mqueue|nsfs|squashfs)/ || -f $path;
    row("mount", $path, $type, $fstab{$path} ? "fstab" : "");
}
row("locale", $_) for grep { /\.utf-?8/i } eval { said("locale", "-a") };

# Jobs that no package brought. Of a command leave the host: its words, unless one of them may be a secret.
my %packaged = map { ($_, 1) } map { split /\n/, slurp($_) // "" } glob "/var/lib/dpkg/info/*.conffiles";
for my $file ("/etc/crontab", (grep { !m{/\.} } glob "/etc/cron.d/*"), glob "/var/spool/cron/crontabs/*") {
    next if $packaged{$file} || !-f $file;
    my ($owner) = $file =~ m{^/var/spool/cron/crontabs/(.+)};
    for (split /\n/, slurp($file) // "") {
        next if /^\s*(?:#|$)/ || /^\s*["']?[A-Za-z_]\w*["']?\s*=/;
        my ($when, $rest) = /^\s*(\@\w+|(?:\S+\s+){4}\S+)\s+(.*)$/ or next;
        my $user = $owner;
        ($user, $rest) = split /\s+/, $rest, 2 unless defined $user;
        next unless defined $rest && $rest !~ /run-parts|anacron/;
        row("job", $file, $user, join(" ", split /\s+/, $when), told($rest));
    }
}
{
    my %at;
    for (said("systemctl", "show", "--all", "--property=Id,Unit,UnitFileState,ActiveState,FragmentPath", "--", "*.timer"), "") {
        if ($_ ne "") { my ($name, $value) = /^(\w+)=(.*)$/s or next; $at{$name} = $value; next }
        row("timer", @at{qw(Id Unit ActiveState UnitFileState FragmentPath)}) if defined $at{Id};
        %at = ();
    }
}

# The zones of the names that customers type, and their authoritative name servers, as the host's resolvers say.
my ($resolver) = (slurp("/etc/resolv.conf") // "") =~ /^\s*nameserver\s+(\d+(?:\.\d+){3})/m;
sub asked {
    my ($name, $type) = @_;
    socket(my $s, PF_INET, SOCK_DGRAM, 0) or return;
    connect($s, sockaddr_in(53, inet_aton($resolver))) or return;
    my $question = join("", map { chr(length) . $_ } split /\./, $name) . "\0" . pack("nn", $type, 1);
    for (1 .. 2) {
        send($s, pack("nnnnnn", 4711, 0x0100, 1, 0, 0, 0) . $question, 0);
        my $ready = "";
        vec($ready, fileno($s), 1) = 1;
        next unless select($ready, undef, undef, 1) > 0;
        recv($s, my $got, 4096, 0);
        next unless length($got // "") > 12 && unpack("n", $got) == 4711;
        my $count = unpack("n", substr $got, 6, 2);
        my $at = 12 + length $question;
        my @answers;
        for (1 .. $count) {
            (undef, $at) = label($got, $at);
            return @answers if $at + 10 > length $got;
            my ($kind, undef, undef, $size) = unpack "nnNn", substr $got, $at, 10;
            $at += 10;
            push @answers, $kind == 1 ? join(".", unpack "C4", substr $got, $at, 4) : (label($got, $at))[0] if $kind == $type;
            $at += $size;
        }
        return @answers;
    }
    return;
}
sub label {
    my ($got, $at) = @_;
    my ($end, @parts);
    for (1 .. 130) {
        return ("", length $got) if $at >= length $got;
        my $size = ord substr $got, $at, 1;
        if ($size >= 192) { $end //= $at + 2; $at = unpack("n", substr $got, $at, 2) & 0x3fff; next }
        $at++;
        last if !$size;
        push @parts, substr $got, $at, $size;
        $at += $size;
    }
    return (join(".", @parts), $end // $at);
}
if (defined $resolver) {
    for my $name ((sort keys %names)[0 .. 9]) {
        next unless defined $name;
        my @labels = split /\./, $name;
        while (@labels > 1) {
            my $zone = join ".", @labels;
            if (my @servers = sort { $a cmp $b } asked($zone, 2)) {
                for my $server (@servers) { row("nameserver", $name, $zone, lc $server, $_) for asked($server, 1) }
                last;
            }
            shift @labels;
        }
        row("resolves", $name, $_) for asked($name, 1);
    }
}
print "end\n";
