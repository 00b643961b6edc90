use strict;
# Every product that runs or starts at a boot, by the rows of the table:
#   p UNIT PRODUCT PROGRAM   one of them; what follows is about it
#   x STATE                  of one of its commands: "ok", or why it failed
#   w LINE                   what a command that failed said
#   v ITEM VALUE             a setting in force, without secrets
#   l ITEM VALUE             a part of a running service that can be switched off -> how it is
#   m REASON                 what could not be looked at
#   n WORDS STATE            a file that its configuration names
#   g WORDS STATE            the same of a file that must be there
# After them what these files say that stand outside /etc, and the settings that PHP finds beside pages: "u PATH
# LINE [HASH]", with a hash of what the line hides; "t PATH STATE" for each file that hides something; the end mark.
our @products;
my ($most_lines, $seconds, $most_looks, $largest) = (12, 8, 100_000, 65_536);

sub clean { my $text = shift // ""; $text =~ s/([\\\t\n\r\0])/sprintf "\\x%02x", ord $1/ge; return $text }
sub put { print join("\t", map { clean($_) } @_), "\n" }
sub slurp { open my $f, "<", shift or return undef; local $/; my $text = <$f>; close $f; return $text }
# A line as it may be told, with what it hides.
sub told { my $line = shift; $line =~ s/[^\t\x20-\x7e\x80-\xff]/?/g; return shown($line) }

slurp("/proc/1/environ") // die "other users' processes cannot be seen; let root ask\n";

# --- Which products run, or start at a boot -------------------------------------------------------------------

sub unit_of {
    my ($text, $root) = @_;
    $text =~ m{^(?:\d+:name=systemd|0:):\Q$root\E/system\.slice/(?:[^\n]*/)?([^/\n]+\.service)$}m or return undef;
    return $1;
}
my $is_systemd = -d "/run/systemd/system";
my ($root) = (slurp("/proc/1/cgroup") // "") =~ m{^(?:\d+:name=systemd|0:):(.*?)(?:/init\.scope|/)?$}m;
my (%found, @order);

sub found {
    my ($product, $unit, %more) = @_;
    return $found{"$unit $product->{name}"} //= do { push @order, "$unit $product->{name}"; {product => $product, unit => $unit, %more} };
}
for my $pid (sort { $a <=> $b } map { m{/(\d+)$} } glob "/proc/[0-9]*") {
    my $program = readlink "/proc/$pid/exe" or next;
    $program =~ s/ \(deleted\)\z//;
    for my $product (grep { $_->{program} && $program =~ /\A$_->{program}\z/ } @products) {
        my $cgroup = slurp("/proc/$pid/cgroup") // next;
        my $unit = $is_systemd ? unit_of($cgroup, $root // "") // next : $program =~ s{.*/}{}r;
        my $one = found($product, $unit, program => $program, pid => $pid);
        push @{$one->{pids}}, $pid;
    }
}
# The program and its words of each ExecStart= line.
my %starts;
for my $link (glob "/etc/systemd/system/*.wants/*.service /run/systemd/generator*/*.wants/*.service") {
    my ($unit) = $link =~ m{([^/]+)\z};
    my ($program) = (slurp($link) // "") =~ /^ExecStart=[-+!:\@]*(\S+)/m or next;
    for my $product (grep { $_->{program} && $program =~ /\A$_->{program}\z/ } @products) {
        found($product, $unit, program => $program) if -e $program;
    }
}
for my $product (@products) {
    for my $program (grep { -x $_ && !-l $_ } map { glob $_ } @{$product->{alone}}) {
        found($product, $program =~ s{.*/}{}r, program => $program) if $program =~ /\A$product->{program}\z/;
    }
}

# What the manager would start, with its variables filled in.
my @units = grep { /\.service\z/ } map { $_->{unit} } @found{@order};
if (@units && $is_systemd) {
    open my $h, "-|", "systemctl", "show", "--no-pager", "--property=Id,User,ExecStart,Environment,EnvironmentFiles", "--", @units
        or die "systemctl: $!\n";
    my ($text, %of) = (do { local $/; <$h> } // "");
    close $h or die "systemctl: exit ", $? >> 8, "\n";
    for my $shown (split /\n\n/, $text) {
        my %is = map { /^(\w+)=(.*)$/ ? ($1, $2) : () } reverse split /\n/, $shown;    # of several ExecStart= the first
        $is{Environments} = [$shown =~ /^EnvironmentFiles=(.*) \(ignore_errors=\w+\)$/mg];
        $starts{$is{Id}} = \%is if $is{Id};
    }
}
# The words of each command in the units' files, by the command as "systemctl show" tells it: without its quotes.
my %words_of;
if (%starts && open my $h, "-|", "systemctl", "cat", "--", sort keys %starts) {
    my $text = do { local $/; <$h> } // "";
    close $h;
    $text =~ s/\\\n/ /g;
    for ($text =~ /^ExecStart=[-+!:\@|]*(.+)$/mg) {
        my @words = map { s/"((?:\\.|[^"\\])*)"|'([^']*)'/$1 \/\/ $2/ger } /(?:"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'])+/g;
        $words_of{join " ", @words} = \@words;
    }
}
sub command_line {
    my $one = shift;
    my @runs = split /\0/, $one->{pid} ? slurp("/proc/$one->{pid}/cmdline") // "" : "";
    return @runs if @runs > 1 && $runs[0] =~ m{^[\w./-]+\z};    # else it has given itself a title
    my $is = $starts{$one->{unit}} or return ();
    my ($line) = ($is->{ExecStart} // "") =~ /argv\[\]=(.*?) ; ignore_errors=/ or return ();
    return @{$words_of{$line}} if $words_of{$line} && $line !~ /\$/;
    my %value = map { /^"?(\w+)=(.*?)"?$/ ? ($1, $2) : () } split / /, $is->{Environment} // "";
    for my $file (@{$is->{Environments}}) {
        /^\s*(\w+)=["']?(.*?)["']?\s*$/ and $value{$1} = $2 for split /\n/, slurp($file) // "";
    }
    $line =~ s/\$\{?(\w+)\}?/$value{$1} \/\/ ""/ge;
    return split " ", $line;
}

# The options of a command line that decide about the configuration, as [name, value].
sub options {
    my ($product, @words) = @_;
    my ($all, @found) = (join "|", map { quotemeta } split " ", $product->{options});
    shift @words;
    while ($all ne "" && defined(my $word = shift @words)) {
        if ($word =~ /\A(?:$all)\z/) { push @found, [$word, shift @words] if @words }
        elsif ($word =~ /\A((?:$all)(?<=..[\w-]))=(.*)\z/s) { push @found, [$1, $2] }
        elsif ($word =~ /\A((?:$all)(?<!..[\w-]))(.+)\z/s) { push @found, [$1, $2] }
    }
    return @found;
}

# --- Its commands ---------------------------------------------------------------------------------------------

sub of_root {
    my $path = shift;
    while (1) {
        my ($mode, $uid) = (stat $path)[2, 4];
        return 0 unless defined $mode && $uid == 0 && !($mode & 022 && !($mode & 01000));
        return 1 if $path eq "/";
        $path =~ s{/+[^/]*\z}{};
        $path = "/" if $path eq "";
    }
}
sub program_of { my $name = shift; return $name if $name =~ m{/}; return (grep { -x $_ } map { "$_/$name" } split /:/, $ENV{PATH})[0] }

# Runs a command that can change nothing, as the account with which the manager starts the service.
sub run {
    my ($account, @argv) = @_;
    my $pid = open my $out, "-|";
    defined $pid or die "fork: $!\n";
    if (!$pid) {
        open STDERR, ">&", *STDOUT;
        delete @ENV{qw(KNOWN NAMED)};
        read_only();
        my @as = $account eq "" || $account eq "root" ? () : ("setpriv", "--reuid=$account", "--regid=" . (getpwnam $account)[3], "--init-groups", "--");
        exec "timeout", "-s", "KILL", $seconds, @as, @argv or print "$argv[0]: $!\n";
        exit 127;
    }
    my @lines = <$out>;
    close $out;
    my $how = $? & 127 ? "signal " . ($? & 127) : $? >> 8;
    $how = "late" if $how eq 137 || $how eq "signal 9";
    chomp @lines;
    return ($how, @lines);
}

# What is of the moment: times, and numbers of processes.
my $complains = qr/error|fatal|emerg|alert|invalid|unknown|unrecogni[sz]ed|bad |cannot|can't|could not|fail|denied|missing|not found|no such/i;
sub lasting {
    my $line = shift;
    $line =~ s{^\[?\d\d\d\d[/-]\d\d[/-]\d\d[ T][\d:.]+\S*\]? ?}{};
    $line =~ s{^\[(?:\w{3} \w{3} +\d+ |\d+-\w{3}-\d{4} )[\d:.]+(?: \d{4})?\] ?}{};
    $line =~ s{^\[(\w+)\](?: \d+#\d+:)?\s*(?:\(\d+\) : )?}{[$1] };
    $line =~ s{^\[\d{9,}\] (\S+)\[\d+:\d+\]}{$1:};
    $line =~ s{\[pid \d+(?::tid \d+)?\] ?}{};
    return $line;
}

# An option as its program takes it: "--name=value" in one word.
sub spelt { my ($name, $value) = @{$_[0]}; return $name =~ /^--/ ? "$name=$value" : ($name, $value) }

sub ask {
    my ($one, $command, @options) = @_;
    my @values = map { $_->[1] } @options;
    @values = grep { -e $_ } map { glob $_ } @{$one->{product}{configuration}} if !@values;
    my %filled = ("{program}" => [$one->{program}], "{values}" => \@values, "{options}" => [map { spelt($_) } @options]);
    my @argv = map { @{$filled{$_} // [$_]} } @{$command->{argv}};
    my $program = program_of($argv[0]);
    if (!defined $program) { put("m", "$argv[0] is not installed, so nobody knows whether it would start"); return }
    for my $path ($program, $one->{program}) {
        if (!of_root($path)) { put("m", "others than root may change $path, so it is not started to test itself"); return }
    }
    begin("/$one->{product}{name}", 0);
    my ($how, @lines) = run($starts{$one->{unit}}{User} // "", @argv);
    @lines = map { lasting($_) } grep { $command->{drops} eq "" || !/$command->{drops}/ } @lines;
    my @wrong = $command->{refused} ne "" ? grep { /$command->{refused}/ } @lines : ();
    if ($how ne "0") {
        put("x", $how eq "late" ? "it took longer than $seconds s" : $how =~ /signal/ ? "ended by $how" : "exit $how");
        my @said = grep { /\S/ } @lines;
        my @complaints = grep { /$complains/ } @said;
        @said = @complaints if @complaints;
        @said = splice @said, -$most_lines if @said > $most_lines;
        put("w", told($_)) for @said;
        return;
    }
    put("x", @wrong ? "it starts without a part of itself" : "ok");
    put("w", told($_)) for @wrong;
    my $section = "";
    for my $line (@lines) {
        if ($command->{section} ne "" && $line =~ /$command->{section}/) { $section = "$1 "; next }
        for my $takes (@{$command->{takes}}) {
            $line =~ /$takes/ or next;
            my ($item, $value) = ($+{item}, $+{value});
            s/\s+/ /g for $item, $value;
            # Most settings are so; to look at each word of all costs as much as to ask.
            if ($value =~ /^(?:On|Off|no value|yes|no|none|undefined|)$/ && $item =~ /^[a-z][a-z_.]*$/) {
                put("v", $section . $item, $value);
                last;
            }
            my $shown = told("$item = $value");
            my ($name, $rest) = $shown =~ /^(.*?) =(?: (.*))?$/s ? ($1, $2) : ("***", $shown);
            put("v", $section . $name, $rest);
            last;
        }
    }
}

# --- Files that its configuration names -----------------------------------------------------------------------

# nginx "include x;", Apache "IncludeOptional x", sshd "Include x", Dovecot "!include_try x", MariaDB "!includedir x",
# rsyslog "$IncludeConfig x" and "include(file="x")", Unbound "include-toplevel: x", PHP-FPM "include=x", chrony "confdir x".
my $include = qr/^\s*(?:[!\@\$]?include(?:_try|Optional|Config|-toplevel|dir)?\b\s*(?:[:=(]\s*)?(?:file\s*=\s*)?|confdir\s+)["']?([^"';)\s]+)/i;
my $in_path = qr#(?<![\w.:/\$}\@~*^-])(?:([a-z]+):)?(/(?:@ROOTS@)(?:/[\w.+\@,-]++)++)/?(?![\w/*?(\[{\$%])#;
# A file whose name counts from the folder of the configuration.
my $relative = qr{(?<=[\s"'=])([\w+\@-][\w.+\@-]*(?:/[\w.+\@-]+)*[.](?:pem|key|crt|cer|crl|p12|map|lst|acl|htpasswd|lua))(?=[\s"';,)]|\z)};
# Files with settings that neither a package delivered nor the files of /etc are compared with.
my $outside = qr{^/(?!etc/|run/|tmp/|usr/(?!local/)|var/(?:log|cache|run|tmp|spool)/).*[.](?:map|lst|list|txt|acl|conf|cnf
    |cfg|ini|inc|lua|vcl|pcre|cidr|regexp?|sieve|json|ya?ml|xml|http|htpasswd|types)\z}x;
my $made = qr{^/(?:run|tmp|var/(?:log|run|tmp|cache|spool))/};
my (%roots, %outside);

# The files that an "include" means: of a folder all.
sub included {
    my ($pattern, $folder) = @_;
    $pattern = "$folder/$pattern" if $pattern !~ m{^/};
    return map { -d $_ ? grep { -f $_ && !m{/README[^/]*\z|~\z|[.]dpkg-[^/]*\z} } glob "$_/*" : $_ } glob $pattern =~ s/([\s{}~'"\\])/\\$1/gr;
}
sub lines_of {
    my ($product, @next) = @_;
    my ($folder) = ($next[0] // "") =~ m{^(.*)/};
    my (%seen, @lines);
    while (defined(my $path = shift @next)) {
        next if $seen{$path}++ || @lines > 20_000;
        my $text = -f $path ? slurp($path) : undef;
        for my $line (split /\n/, $text // "") {
            next if $line =~ m{^\s*(?:[#;*]|//|/\*)};
            $line =~ s/\s#.*//;
            push @next, included($1, $folder) if $line =~ $include;
            push @lines, $line;
        }
    }
    return @lines;
}

# Whether an account can read a file: the kernel decides.
sub can_read {
    my ($path, $uid, $gids) = @_;
    my ($own, $groups) = ($>, $));
    ($), $>) = ("$gids->[0] @$gids", $uid);
    my $can = open my $f, "<", $path;
    ($>, $)) = ($own, $groups);
    return $can;
}
sub worker {
    my $one = shift;
    for my $pid (@{$one->{pids} // []}) {
        my $status = slurp("/proc/$pid/status") // next;
        my ($uid) = $status =~ /^Uid:\s+\d+\s+(\d+)/m or next;
        my ($gid) = $status =~ /^Gid:\s+\d+\s+(\d+)/m;
        my ($groups) = $status =~ /^Groups:\s*(.*)$/m;
        return ($uid, [$gid, split " ", $groups // ""]) if $uid != 0;
    }
    return ();
}
sub state_of {
    my ($path, @worker) = @_;
    my $mode = (stat $path)[2];
    return "missing" unless defined $mode;
    return "a folder" if -d _;
    return "a socket" if -S _;
    return "no file" if !-f _;
    return "a file that its processes cannot read" if @worker && !can_read($path, @worker);
    return "a file";
}
sub name_files {
    my ($one, @options) = @_;
    my $product = $one->{product};
    my @main = map { -d $_ ? glob "$_/*" : $_ } map { $_->[1] } grep { $_->[1] =~ m{^/} } @options;
    push @main, map { glob $_ } @{$product->{configuration}};
    my @worker = worker($one);
    my ($folder) = ($main[0] // "") =~ m{^(.*)/};
    my %told;
    begin("/$product->{name}", 0);
    for my $line (lines_of($product, @main)) {
        $roots{$1} = 1 if $product->{roots} ne "" && $line =~ /$product->{roots}/;
        next if $product->{passes} ne "" && $line =~ /$product->{passes}/;
        my ($first) = $line =~ /^\s*<?([\w.-]+(?:\[[\w.-]+\])?)/;
        my $must = $product->{needs} ne "" && $line =~ /$product->{needs}/;
        my $by_worker = $product->{of_workers} ne "" && $line =~ /$product->{of_workers}/;
        my @paths;
        while ($line =~ /$in_path/g) { push @paths, [$1 // "", "$2"] }
        push @paths, ["", "$folder/$1"] while defined $folder && $line =~ /$relative/g;
        push @paths, ["", "$folder/$1"] if defined $folder && $must && !@paths && $line =~ m{^\s*\S+\s+["']?([\w.-][\w./-]*)};
        for (@paths) {
            my ($kind, $path) = @$_;
            $path =~ s/[.,]\z//;
            next if $path =~ m{^/(?:proc|dev|sys)/} || $told{"$first $path"}++;
            my $state = state_of($path, $by_worker ? @worker : ());
            my %database = @{$product->{databases}};
            if ($state eq "a file" && $database{$kind}) {
                $state = "a file, and its database is missing" if !-e "$path$database{$kind}";
            }
            # What a service makes itself may not be there yet.
            my $is_log = $product->{writes} ne "" && $line =~ /$product->{writes}/;
            if ($is_log || $path =~ $made) {
                $state = "no folder for it" if $state eq "missing" && !-d ($path =~ s{/[^/]*\z}{}r);
                $state = "is written" if $state =~ /^(?:missing|a file|no file|a socket)$/;
            }
            $outside{$path} = 1 if $state eq "a file" && $path =~ $outside;
            # Its directive may be the name of a secret, which a path is not.
            my ($name) = told("file = $path") =~ /^file = (.*)$/s;
            put($must || $is_log ? "g" : "n", told($first // "line") . " " . ($name // "***"), $state);
        }
    }
}

# --- What the running service says ----------------------------------------------------------------------------

sub heard {
    my ($to, $text, $end) = @_;
    my ($domain, $address);
    if ($to =~ m{^/}) { ($domain, $address) = (1, pack "S a*", 1, "$to\0") }
    else { my ($host, $port) = $to =~ /^(.*):(\d+)$/; ($domain, $address) = (2, pack "S n C4 x8", 2, $port, split /\./, $host) }
    socket(my $s, $domain, 1, 0) or return undef;
    local $SIG{ALRM} = sub { die "late\n" };
    local $SIG{PIPE} = "IGNORE";
    my $said = "";
    eval {
        alarm 3;
        connect $s, $address or die "$!\n";
        defined syswrite $s, $text or die "$!\n";
        while (sysread $s, my $some, 65_536) { $said .= $some; last if $end && $said =~ $end }
        alarm 0;
        1;
    } or do { alarm 0; return undef };
    return $said;
}
sub told_setting { my ($item, $value) = @_; my $shown = told("$item = $value"); put("v", split / = /, $shown, 2) }

my %talk = (
    haproxy => sub {
        my ($one, @words) = @_;
        my @options = options($one->{product}, @words);
        my @lines = lines_of($one->{product}, map({ -d $_->[1] ? glob "$_->[1]/*.cfg" : $_->[1] } @options), map { glob $_ } @{$one->{product}{configuration}});
        my @sockets = map { m{^\s*stats\s+socket\s+(?:unix\@)?(/\S+)} ? ["", $1] : () } @lines;
        my ($master) = join(" ", @words) =~ m{(?:^| )-S (?:unix\@)?(/[^, ]+)};
        push @sockets, ['@1 ', $master] if defined $master;
        my ($before, $to) = map { @$_ } grep { -S $_->[1] } @sockets or return put("l", "it has no socket, so nobody can switch it while it runs", "as its file says");
        my $said = heard($to, "${before}show servers state\n");
        return put("m", "HAProxy does not answer at $to") if !defined $said || $said !~ /^# (be_id .*)$/m;
        my @names = split " ", $1;
        for (split /\n/, $said) {
            my %is;
            @is{@names} = split " ";
            next if ($is{srv_admin_state} // "") !~ /^\d+$/;
            my ($flags, @how) = ($is{srv_admin_state});
            push @how, "in maintenance" if $flags & 1 && !($flags & 4);    # 4: its file says so
            push @how, "taken out of maintenance" if $flags & 4 && !($flags & 1);
            push @how, "drained" if $flags & 8;
            push @how, "weighs $is{srv_uweight}, its file says $is{srv_iweight}" if $is{srv_uweight} ne $is{srv_iweight} && !($flags & 8);
            my $at = $is{srv_port} && $is{srv_port} ne "-" ? ":$is{srv_port}" : "";
            put("l", "backend $is{be_name}, server $is{srv_name} $is{srv_addr}$at", @how ? join(", ", @how) . ", by hand" : "as its file says");
        }
        my $stat = heard($to, "${before}show stat -1 1 -1\n") // "";
        for (split /\n/, $stat) {
            my @field = split /,/;
            put("l", "frontend $field[0]", $field[17] eq "OPEN" ? "as its file says" : "$field[17], by hand") if ($field[1] // "") eq "FRONTEND";
        }
        my $info = heard($to, "${before}show info\n") // "";
        told_setting($1, $2) while $info =~ /^(Maxconn|Hard_maxconn|MaxSslConns|\w+RateLimit|CompressBpsRateLim): (\S+)$/mg;
    },
    memcached => sub {
        my ($one, @words) = @_;
        my $line = join " ", "", @words, "";
        my ($port) = $line =~ / (?:-p ?|--port[= ])(\d+) /;
        my ($place) = $line =~ m{ (?:-l ?|--listen[= ])(\d+\.\d+\.\d+\.\d+)[, :]};
        my ($socket) = $line =~ m{ (?:-s ?|--unix-socket[= ])(/\S+) };
        $place = "127.0.0.1" if !defined $place || $place eq "0.0.0.0";
        my $said = heard($socket // ($place . ":" . ($port // 11211)), "stats settings\r\nquit\r\n", qr/^END\r?$/m);
        # Whoever must log in first learns nothing; then its command line tells.
        return told_setting("command line", join " ", @words[1 .. $#words]) if !defined $said || $said !~ /^STAT maxbytes /m;
        while ($said =~ /^STAT (\S+) (.*?)\r?$/mg) {
            my ($item, $value) = ($1, $2);
            told_setting($item, $value) if $item !~ /^(?:oldest|verbosity)$/;
        }
    },
);

begin("/products", 0);
print "[products]\n";
for my $one (@found{@order}) {
    my @words = command_line($one);
    my @options = options($one->{product}, @words);
    put("p", $one->{unit}, $one->{product}{name}, $one->{program});
    ask($one, $_, @options) for @{$one->{product}{commands}};
    name_files($one, @options);
    $talk{$one->{product}{talk}}->($one, @words) if $one->{product}{talk} ne "" && $one->{pid};
}

# --- What PHP reads beside pages ------------------------------------------------------------------------------

my $looked_at = 0;
sub beside_pages {
    my ($folder, $depth) = @_;
    return if $depth > 3 || $looked_at > $most_looks;
    $outside{"$folder/.user.ini"} = 1 if -f "$folder/.user.ini";
    opendir my $d, $folder or return;
    my @below = sort grep { !/^\./ } readdir $d;
    closedir $d;
    $looked_at += @below;
    for (@below) { beside_pages("$folder/$_", $depth + 1) if !-l "$folder/$_" && -d _ }
}
if (grep { $_->{product}{name} =~ /^PHP/ } @found{@order}) {
    beside_pages($_, 0) for sort keys %roots;
    put("m", "more than $most_looks files lie among the pages, so not all were looked at") if $looked_at > $most_looks;
}

my @lines;
sub read_outside {
    my $path = shift;
    open my $h, "-|", "stat", "-L", "-c", '%i %.9Z %s', "--", $path or die "stat: $!\n";
    chomp(my $state = <$h> // "");
    close $h or die "stat: $path\n";
    my $text = slurp($path) // die "$path: $!\n";
    return if $text =~ /^-----BEGIN /m;    # which key it is, each site decides
    my $hides = 0;
    if (length $text > $largest || $text =~ /\0/) {
        push @lines, ["u", $path, "*** (" . length($text) . " bytes)", $text];
        $hides = 1;
    } else {
        begin($path, length $text);
        for my $line (grep { /\S/ && !/^\s*[#;](?:\s|$)/ } split /\n/, $text) {
            my $shown = told($line);
            push @lines, ["u", $path, $shown, @hidden ? join "\0", @hidden : undef];
            $hides ||= @hidden;
        }
    }
    push @lines, ["t", $path, $state] if $hides;
}
read_outside($_) for sort keys %outside;
my @hashes = keyed(map { $_->[0] eq "u" ? $_->[3] // () : () } @lines);
for (@lines) {
    my ($kind, $path, $text, $hidden) = @$_;
    put($kind, $path, $text, $kind eq "u" && defined $hidden ? substr shift @hashes, 0, 12 : ());
}
print "end\n";
