# What leads from this host to the other site. Of any text leave the host: which name or address of either site
# stands in it, and which name without a site leads to which address of the other one. It changes nothing, and
# starts nothing.
#   socket    PROTOCOL STATE UNIT PROGRAM ADDRESS PORT TITLE
#   named     PLACE NAMES-OF-THE-OTHER-SITE OWN-NAMES
#   resolved  PLACE NAME ADDRESSES-OF-THE-OTHER-SITE
#   leads     NAME WHERE  a name of a file: to "own ADDRESS", "there", "outside" or "nothing"
#   slow      NAME        it was not looked up, since no name server answers
#   looked    KIND COUNT
# PLACE is "unit UNIT PROGRAM environment VARIABLE", "unit UNIT PROGRAM argument OPTION", "file PATH LINE", or
# "mount PATH".
use strict;
use Errno;
use Socket qw(AF_INET AF_INET6 SOCK_STREAM inet_pton inet_ntop getaddrinfo getnameinfo EAI_AGAIN NI_NUMERICHOST NIx_NOSERV);

my ($largest, $most_files, $most_names, $patience) = (65_536, 400, 200, 5);    # seconds for all lookups
my (%own, %other, @own_nets, @other_nets);
sort_in($_, \%own, \@own_nets) for given("OWN_SITE");
sort_in($_, \%other, \@other_nets) for given("OTHER_SITE");
delete @other{keys %own};
my %public = map { lc($_) => 1 } given("PUBLIC_NAMES");
my ($names, $own_names) = map { pattern(grep { !/^\@/ } keys %$_) } \%other, \%own;

sub sort_in {
    my ($text, $names, $nets) = @_;
    if ($text =~ m{^([0-9A-Fa-f.:]+)/(\d+)\z}) { push @$nets, [packed($1) // return, $2] }
    elsif (defined(my $address = packed($text))) { $names->{"\@$address"} = $text }
    else { $names->{lc $text} = $text }
}
# No part of a longer name, and no part of a path: "//name" is an address, "/name" is a folder.
sub pattern {
    my $any = join "|", map { quotemeta } sort { length $b <=> length $a || $a cmp $b } @_;
    return $any eq "" ? qr/(?!)/ : qr/(?<![\w.-])(?<![^\/]\/)($any)(?![\w-]|\.[A-Za-z0-9])/i;
}
sub packed { my $text = shift; return inet_pton($text =~ /:/ ? AF_INET6 : AF_INET, $text) }
sub text_of { return inet_ntop(length $_[0] == 4 ? AF_INET : AF_INET6, $_[0]) }
sub within {
    my ($address, @nets) = @_;
    for (@nets) {
        my ($net, $bits) = @$_;
        next if length $net != length $address;
        return 1 if substr(unpack("B*", $net), 0, $bits) eq substr(unpack("B*", $address), 0, $bits);
    }
    return 0;
}
# An address of the other site, or undef: what lies in networks of both is the own site's.
sub there {
    my $address = shift // return;
    $address = substr $address, 12 if length $address == 16 && $address =~ /^\0{10}\xff\xff/;
    return if $own{"\@$address"};
    return $address if $other{"\@$address"} || within($address, @other_nets) && !within($address, @own_nets);
    return;
}
sub is_own { my $address = shift; return $own{"\@$address"} || within($address, @own_nets) }

sub clean { my $text = shift // ""; $text =~ s/([\\\t\n\r\0-\x1f])/sprintf "\\x%02x", ord $1/ge; return $text }
my %said;
sub row { my $line = join "\t", map { clean($_) } @_; print "$line\n" unless $said{$line}++ }
sub slurp { open my $f, "<", $_[0] or return; local $/; return scalar <$f> }
sub listing { opendir my $d, $_[0] or return; return sort grep { !/^\.\.?\z/ } readdir $d }

# Names without a site that lead to the other one, by the host's own file.
my %by_hosts_file;
for (split /\n/, slurp("/etc/hosts") // "") {
    s/#.*//;
    my ($address, @called) = split;
    defined $address && defined(my $there = there(packed($address) // next)) or next;
    $by_hosts_file{lc $_}{text_of($there)} = 1 for grep { !$other{lc $_} && !$public{lc $_} } @called;
}

# Where a place is told: the words of a text that may be hosts.
my %asked;    # name -> place -> 1
my $leads = qr/host|server|addr|relay|broker|proxy|endpoint|upstream|ur[il]\b|_ur[il]|dsn|gateway|peer|master|primary|backend|node|bootstrap|smtp|redis|memcache|ldap|queue|amqp|sentinel|location|conn|remote|target|:\/\/|:\d{2,5}\b/i;
my $no_host = qr/\.(?:conf|cnf|cfg|ini|env|ya?ml|toml|json|php|p[ylm]|sh|rb|js|so|log|sock|socket|pid|pem|crt|key|service|timer|mount|target|slice|path|txt|html?|xml|css|mo|po|db|gz|d|lock|list|so\.\d+)\z/i;

sub look {
    my ($place, $text, $only_leads) = @_;
    my (%there, %here);
    $there{$other{lc $1}} = 1 while $text =~ /$names/g;
    $here{$own{lc $1}} = 1 while $text =~ /$own_names/g;
    while ($text =~ /(?<![\w.])((?:\d{1,3}\.){3}\d{1,3})(?![\w]|\.\d)|(?<![\w:.])([0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?![\w:])/g) {
        my $address = packed($1 // $2) // next;
        if (defined(my $found = there($address))) { $there{text_of($found)} = 1 }
        elsif (is_own($address)) { $here{text_of($address)} = 1 }
    }
    row("named", $place, join(" ", sort keys %there), join(" ", sort keys %here)) if %there && !$only_leads;
    return unless $text =~ $leads;
    while ($text =~ /(?<![\w.-])(?<![^\/]\/)([A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*)\.?(?![\w-]|\.\w)/g) {
        my $name = lc $1;
        next if $other{$name} || $public{$name} || $name !~ /[a-z]/;
        next unless $by_hosts_file{$name} || $name =~ /\.[a-z][a-z-]*[a-z]\z/ && $name !~ $no_host;
        $asked{$name}{$place} = 1 if keys %{$asked{$name}} < 8;
    }
}

# Processes and their units. What a person does in a session is no part of the service.
my (%unit_of, %comm_of, %spaces, %mine, %parent);
my @pids = grep { /^\d+\z/ } listing("/proc");
my $looked = 0;
for my $pid (@pids) {
    my $stat = slurp("/proc/$pid/stat") // next;
    ($comm_of{$pid}, $parent{$pid}) = $stat =~ /^\d+ \((.*)\) \S (\d+)/s or next;
    my $groups = slurp("/proc/$pid/cgroup") // next;
    my ($path) = $groups =~ m{^(?:0:|\d+:name=systemd):(.*)$}m;
    my @units = ($path // "") =~ m{/([^/\n]+\.(?:service|scope))(?=/|\z)}g;
    $unit_of{$pid} = $units[-1] // "";
    my $space = readlink "/proc/$pid/ns/net";
    $spaces{$space} //= $pid if defined $space;
}
for (my $pid = $$; $pid && !$mine{$pid}; $pid = $parent{$pid} // 0) { $mine{$pid} = 1 }
delete $mine{1};
sub in_session { return $unit_of{$_[0]} =~ /^(?:session-.*\.scope|sshd?(?:@.*)?\.service)\z/ }

my (@files, %file_seen);
my $no_settings = qr{^/(?:proc|sys|dev|run/systemd|boot|usr/(?:bin|sbin|lib|lib64|libexec|share|include)|bin|sbin|lib|lib64)/};
sub add_file {
    my $path = shift;
    return if $file_seen{$path}++ || $path =~ $no_settings || @files >= $most_files;
    push @files, $path if -f $path && -s _ && -s _ <= $largest && $path !~ /\.(?:so|pid|log|pem|crt|key|mo|gz|zip|jar|pyc)\z/;
}
sub add_folder {
    my $folder = shift;
    return if $folder eq "/" || $folder =~ $no_settings;
    add_file("$folder/$_") for grep { /^\.env(?:\.\w+)?\z|^\.user\.ini\z|\.(?:ini|cfg|cnf|conf|ya?ml|toml|properties)\z|config[\w.-]*\.(?:php|json)\z/ } listing($folder);
}
sub add_paths { my $text = shift; add_file($1) while $text =~ m{(?<![\w.:/-])(/[\w.\@+-]+(?:/[\w.\@+-]+)+)}g }

for my $pid (@pids) {
    defined $unit_of{$pid} && !$mine{$pid} && !in_session($pid) or next;
    my $environment = slurp("/proc/$pid/environ");
    if (!defined $environment) {
        $!{EACCES} && $unit_of{$pid} ne "" and die "$unit_of{$pid}: its processes cannot be read\n";
        next;
    }
    my $line = slurp("/proc/$pid/cmdline") // next;
    $line eq "" and next;
    # Another run that asks this very question has the words of it in its environment, and is of no unit.
    next if $unit_of{$pid} eq "" && 3 == grep { $environment =~ /(?:^|\0)$_=/ } qw(OWN_SITE OTHER_SITE PUBLIC_NAMES);
    $looked++;
    my $who = join "\t", "unit", $unit_of{$pid}, $comm_of{$pid};
    for (split /\0/, $environment) {
        my ($name, $value) = /^([A-Za-z_]\w*)=(.*)\z/s or next;
        next if $name =~ /^(?:SSH_\w+|LS_COLORS|PATH|MAIL|MAILTO|HOSTNAME|INVOCATION_ID|JOURNAL_STREAM)\z/ || $value eq "";
        look("$who\tenvironment\t$name", "$name=$value");
        add_paths($value);
    }
    # A title in place of arguments tells whom a process serves.
    my ($program, @words) = split /\0/, $line;
    if (defined $program && $program !~ /^[\w.\/ -]+: /) {
        my ($option, $number) = ("", 0);
        for my $word (@words) {
            $number++;
            my ($called) = $word =~ /^(--[A-Za-z][\w-]*)/;
            my $name = $called // ($option ne "" && $word !~ /^-/ ? $option : $number);
            look("$who\targument\t$name", $option ne "" && $word !~ /^-/ ? "$option $word" : $word);
            add_paths(" $word");
            $option = $word =~ /^(--?[A-Za-z][\w-]*)\z/ ? $1 : "";
            $option = $1 if $option =~ /^(-[A-Za-z])/;
        }
    }
    my $folder = readlink "/proc/$pid/cwd";
    add_folder($folder) if defined $folder && $unit_of{$pid} ne "";
}

# Sockets of every network namespace. One that a listener accepted is the other side's dependence.
sub address_of { my ($hex, $port) = split /:/, $_[0]; return join("", map { pack "L", hex } $hex =~ /.{8}/g), hex $port }
my %states = ("01" => "connected", "02" => "connecting", "08" => "connected");
my (%sockets, $count);
for my $space (sort keys %spaces) {
    my (%takes, @found);
    for my $protocol (qw(tcp tcp6 udp udp6)) {
        my @lines = split /\n/, slurp("/proc/$spaces{$space}/net/$protocol") // next;
        shift @lines;
        for (@lines) {
            my (undef, $here, $there, $state, undef, undef, undef, undef, undef, $inode) = split;
            $count++;
            my ($own_address, $own_port) = address_of($here);
            if ($protocol =~ /^tcp/ && $state eq "0A") { $takes{$own_port} = 1; next }
            my $how = $protocol =~ /^tcp/ ? $states{$state} : $state eq "01" ? "connected" : undef;
            next unless defined $how;
            my ($address, $port) = address_of($there);
            my $found = there($address) // next;
            # Clocks and resolvers have several servers, and open such a socket for a moment.
            next if $protocol =~ /^udp/ && ($port == 53 || $port == 123);
            push @found, [$protocol =~ s/6//r, $how, $own_port, text_of($found), $port, $inode];
        }
    }
    for (@found) {
        my ($protocol, $how, $own_port, $address, $port, $inode) = @$_;
        push @{$sockets{$inode}}, [$protocol, $how, $address, $port] unless $protocol eq "tcp" && $takes{$own_port};
    }
}
defined $count or die "/proc/net/tcp cannot be read\n";
my %held;
if (%sockets) {
    for my $pid (@pids) {
        for my $fd (listing("/proc/$pid/fd")) {
            my ($inode) = (readlink("/proc/$pid/fd/$fd") // "") =~ /^socket:\[(\d+)\]/ or next;
            push @{$held{$inode}}, $pid if $sockets{$inode};
        }
    }
}
for my $inode (sort keys %sockets) {
    for my $one (@{$sockets{$inode}}) {
        my @who = @{$held{$inode} || []};
        my ($pid) = ((grep { ($unit_of{$_} // "") ne "" } @who), @who);
        my $title = defined $pid ? slurp("/proc/$pid/cmdline") // "" : "";
        next if defined $pid && ($mine{$pid} || is_a_person($pid, $title));
        my ($kind) = $title =~ /^postgres: .*?(walreceiver|logical replication [a-z ]*worker)/;
        my ($protocol, $how, $address, $port) = @$one;
        row("socket", $protocol, $how, defined $pid ? ($unit_of{$pid} // "", $comm_of{$pid} // "") : ("", "kernel"), $address, $port, $kind);
    }
}
# Somebody who is logged in, and the suite itself: no tunnel that a program uses.
sub is_a_person {
    my ($pid, $line) = @_;
    my @words = split /\0/, $line;
    return 0 unless ($comm_of{$pid} // "") =~ /^(?:ssh|scp|sftp|rsync)\z/;
    return 1 if grep { m{ControlPath=.*/siteparity-} } @words;
    return 0 if grep { /^-[A-Za-z]*[LRDNWwf]/ } @words[1 .. $#words];
    return in_session($pid) || ((slurp("/proc/$pid/stat") // "") =~ /.*\) \S \d+ \d+ \d+ (\d+)/s && $1 != 0);
}

# File systems of other hosts.
for (split /\n/, slurp("/proc/1/mounts") // slurp("/proc/self/mounts") // "") {
    my ($source, $point, $type, $options) = map { s/\\([0-7]{3})/chr oct $1/ger } split / /;
    my ($host) = $source =~ m{^//([^/]+)} ? $1 : $source =~ m{^(?:[^/:\@]+\@)?(\[[^\]]+\]|[^/:\[]+):} ? $1 : "";
    my @addresses = $type =~ /^(?:nfs|cifs|smb)/ ? $options =~ /(?:^|,)addr=([^,]+)/g : ();
    next if $host eq "" && !@addresses;
    look("mount\t$point", "host //" . join " //", map { s/^\[|\]\z//gr } grep { $_ ne "" } $host, @addresses);
}

# Files that jobs and units start, and what those name.
my @jobs = ("/etc/crontab", "/etc/anacrontab", glob("/etc/cron.d/* /var/spool/cron/crontabs/* /var/spool/cron/*"));
for my $folder ("/etc/systemd/system", "/usr/local/lib/systemd/system", "/run/systemd/transient") {
    push @jobs, map { -d "$folder/$_" && !-l "$folder/$_" ? glob "$folder/$_/*.conf" : "$folder/$_" } grep { /\.(?:service|d|timer|socket|path)\z/ } listing($folder);
}
for my $path (@jobs) { add_paths(slurp($path) // "") if -f $path && -s _ <= $largest }
add_folder($_) for map { ($_, "$_/config", $_ =~ s{/[^/]+/?\z}{}r) } roots();
sub roots {
    my %roots;
    for my $path (glob "/etc/nginx/nginx.conf /etc/nginx/conf.d/* /etc/nginx/sites-enabled/* /etc/apache2/sites-enabled/*") {
        my $text = -f $path ? slurp($path) // "" : "";
        $roots{$1} = 1 while $text =~ m{^\s*(?:root|DocumentRoot)\s+["']?(/[^\s;"']+)}mg;
        # A name that this host itself serves moves with the customers.
        while ($text =~ /^\s*(?:server_name|ServerName|ServerAlias)\s+([^;\n]+)/mg) { $public{lc $_} = 1 for split " ", $1 }
    }
    return sort grep { m{^/[^/]+/} } keys %roots;
}
# Of files below /etc others tell which names of the other site stand in them; here, which names lead there.
my @etc;
my @folders = ("/etc");
while (defined(my $folder = shift @folders)) {
    for my $name (listing($folder)) {
        my $path = "$folder/$name";
        if (-l $path ? -f $path && $folder =~ /-enabled\z/ : -f _) { push @etc, $path if -s _ && -s _ <= $largest }
        elsif (!-l $path && -d _) { push @folders, $path unless $path =~ m{^/etc/(?:ssl|alternatives|rc\d|init\.d|apparmor|fonts|pam\.d|security|selinux|ca-certificates|console-setup|X11|ssh|letsencrypt/(?:live|archive|accounts))} }
    }
}
@etc = grep { !m{^/etc/(?:hosts|services|protocols|rpc|ethertypes|mime\.types|resolv\.conf|nsswitch\.conf|machine-id|(?:passwd|group|g?shadow|sub[ug]id)-?)\z|~\z|\.(?:example|sample|bak|orig|dpkg-\w+)\z} } @etc;
my $read = 0;
for (my $at = 0; $at < @files; $at++) { read_file($files[$at], 0) }    # a file may name another one
read_file($_, 1) for grep { !$file_seen{$_}++ || m{^/etc/} } @etc;
sub read_file {
    my ($path, $is_judged) = @_;
    my $text = slurp($path) // return;
    return if substr($text, 0, 4096) =~ /[\0]/;
    $read++;
    $is_judged ||= $path =~ m{^/etc/};
    my $is_script = $text =~ /^#!/;
    my $number = 0;
    for my $line (split /\n/, $text) {
        $number++;
        next if $line =~ m{^\s*(?:[#;]|//|\*|/\*)};
        next if $line =~ /^\s*(?:server_name|ServerName|ServerAlias|myhostname|mydestination|ServerAdmin)\b/;
        next if $line =~ /^\s*primary_conninfo\b/;    # the stream of a replica, which `replication` judges
        look("file\t$path\t$number", $line =~ s/\s#\s.*//r, $is_judged);
        add_paths($line) if $is_script || $path =~ /\.env\z/;
    }
}

# A resolver that asks the other site alone.
my @servers = map { /^\s*nameserver\s+(\S+)/ ? packed($1) // () : () } split /\n/, slurp("/etc/resolv.conf") // "";
if (@servers && !grep { !defined there($_) } @servers) {
    row("named", "file\t/etc/resolv.conf\t0", join(" ", map { text_of(there($_)) } @servers), "");
}

# What names lead to, as programs on this host find out.
$ENV{RES_OPTIONS} = "timeout:1 attempts:1";
my $began = time;
for my $name (sort { !$by_hosts_file{$a} <=> !$by_hosts_file{$b} || !$own{$a} <=> !$own{$b} || $a cmp $b } keys %asked) {
    next if $public{$name};
    if (!$by_hosts_file{$name} && (time - $began > $patience || $most_names-- < 1)) { row("slow", $name); next }
    my @addresses = map { packed($_) // () } sort keys %{$by_hosts_file{$name} || {}};
    @addresses = looked_up($name) unless @addresses;
    my %there = map { text_of($_) => 1 } grep { defined } map { there($_) } @addresses;
    my @own = sort map { text_of($_) } grep { is_own($_) } @addresses;
    # A name of both sites is a list of peers.
    if (%there && !@own) { row("resolved", $_, $name, join " ", sort keys %there) for sort keys %{$asked{$name}} }
    # Processes, and what runs at one site alone, come and go.
    next if $own{$name} && @own && !%there;
    next unless grep { /^file\t(?!\/etc\/(?:cron|anacrontab|systemd\/))/ } keys %{$asked{$name}};
    row("leads", $name, @own ? "own @own" : %there ? "there" : @addresses ? "outside" : "nothing");
}
sub looked_up {
    my $name = shift;
    my ($error, @all) = getaddrinfo($name, "", {socktype => SOCK_STREAM});
    # One packet that was lost is no difference between two hosts.
    ($error, @all) = getaddrinfo($name, "", {socktype => SOCK_STREAM}) if $error == EAI_AGAIN && time - $began <= $patience;
    my %addresses = map { ((getnameinfo($_->{addr}, NI_NUMERICHOST, NIx_NOSERV))[1] // "") => 1 } @all;
    return map { packed($_) // () } sort keys %addresses;
}
row("looked", "processes", $looked);
row("looked", "sockets", $count);
row("looked", "files", $read);
row("looked", "names", scalar keys %asked);
print "end\n";
