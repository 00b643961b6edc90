use strict;
# Every container of Docker and Podman, running or not:
#   e ENGINE ACCOUNT         an engine that was asked; what follows is about it
#   u REASON                 it did not answer
#   a COUNT                  it did: so many containers were told of
#   c NAME                   a container; what follows is about it
#   s STATUS HEALTH EXIT     how it is, as its engine says it
#   r POLICY REMOVED         when its engine starts it again; "yes" if it is removed once it ends
#   b STARTER UNIT           what starts it at a boot, and the unit that it belongs to; empty if nothing does
#   i IMAGE RUNS NOW         the name of its image, the image that it runs, and the one of this name now
#   t CREATED                when it was made, as its engine writes it
#   n CHANGED PATH           a file that it is made from, and when it changed, in seconds since 1970
#   m PATH STATE             a file or folder of the host that is mounted into it
#   v ITEM VALUE [HASH]      a setting, without secrets, and a keyed hash of what it hides
#   f IMAGE STATE            an image that a file of the host names
# The engines are only asked to list and to inspect.
my $seconds = 8;
sub clean { my $text = shift // ""; $text =~ s/([\\\t\n\r\0])/sprintf "\\x%02x", ord $1/ge; return $text }
my @lines;
sub put { push @lines, [@_] }
sub slurp { open my $f, "<", shift or return undef; local $/; my $text = <$f>; close $f; return $text }

slurp("/proc/1/environ") // die "other users' processes cannot be seen; let root ask\n";

# --- Running a command ----------------------------------------------------------------------------------------

# What a command prints, or undef if it fails; why it failed is in $why.
my $why;
sub output {
    my @argv = @_;
    my $pid = open my $out, "-|";
    defined $pid or die "fork: $!\n";
    if (!$pid) {
        open STDERR, ">", "/dev/null";
        delete @ENV{qw(KNOWN NAMED)};
        $ENV{LC_ALL} = "C.UTF-8";
        exec "timeout", "-s", "KILL", $seconds, @argv or exit 127;
    }
    local $/;
    my $text = <$out> // "";
    close $out;
    my $how = $?;
    $why = $how == 0 ? "" : $how >> 8 == 137 || $how == 9 ? "it took longer than $seconds s" : "exit " . ($how >> 8);
    return $how == 0 ? $text : undef;
}
sub installed { my $name = shift; return (grep { -x $_ } map { "$_/$name" } split /:/, $ENV{PATH})[0] }

# --- JSON (RFC 8259), since perl-base has no module for it ----------------------------------------------------

my %escape = (n => "\n", t => "\t", r => "\r", b => "\b", f => "\f", "/" => "/", "\\" => "\\", '"' => '"');
sub utf8 { my $text = chr shift; utf8::encode($text); return $text }
sub unquoted {
    my $text = shift;
    $text =~ s/\\u[dD]([89abAB]..)\\u[dD]([c-fC-F]..)/utf8(0x10000 + ((hex("d$1") & 0x3ff) << 10) + (hex("d$2") & 0x3ff))/ge;
    $text =~ s/\\(?:u([0-9a-fA-F]{4})|(.))/defined $1 ? utf8(hex $1) : $escape{$2}/ge;
    return $text;
}
# A value at the place where $_[0] was read up to: text, list or hash; null is undef.
sub value {
    return unquoted($1) if $_[0] =~ /\G\s*"((?:[^"\\]|\\.)*+)"/gcs;
    return $1 if $_[0] =~ /\G\s*(-?[0-9][0-9.eE+-]*|true|false)/gc;
    return undef if $_[0] =~ /\G\s*null/gc;
    if ($_[0] =~ /\G\s*\[/gc) {
        my @list;
        until ($_[0] =~ /\G\s*\]/gc) { push @list, value($_[0]); $_[0] =~ /\G\s*,/gc }
        return \@list;
    }
    $_[0] =~ /\G\s*\{/gc or die "what the engine prints is no JSON\n";
    my %hash;
    until ($_[0] =~ /\G\s*\}/gc) {
        $_[0] =~ /\G\s*"((?:[^"\\]|\\.)*+)"\s*:/gcs or die "what the engine prints is no JSON\n";
        my $name = unquoted($1);
        $hash{$name} = value($_[0]);
        $_[0] =~ /\G\s*,/gc;
    }
    return \%hash;
}
sub at { my ($in, @way) = @_; for (@way) { return undef if ref $in ne "HASH"; $in = $in->{$_} } return $in }

# --- Settings -------------------------------------------------------------------------------------------------

# What differs from one start to the next, what is told in lines of its own, and what says the same twice.
my $passing = qr{^(?:Id|Created|State|Image|ImageDigest|ImageName|Name|RestartCount|Pod|ExecIDs|Path|Args|lockNumber|LogPath
    |ResolvConfPath|HostnamePath|HostsPath|StaticDir|OCIConfigPath|ConmonPidFile|PidFile|SizeRw|SizeRootFs|Dependencies
    |MountLabel|ProcessLabel|GraphDriver\.Data|Mounts|Config\.(?:Env|Image|CreateCommand|sdNotifySocket|Volumes)
    |HostConfig\.(?:Binds|Mounts|ContainerIDFile|ConsoleSize|Annotations|LogConfig\.Path|Tmpfs)
    |NetworkSettings|Storage|ImageManifestDescriptor)(?:\.|\z)
    |io\.podman\.annotations\.(?:autoremove|cid-file|pod-id)|io\.kubernetes\.cri-o\.|sandbox-id
    |com\.docker\.compose\.(?:config-hash|image|replace)\z}x;
my $unordered = qr/Caps|CapAdd|CapDrop|SecurityOpt|GroupAdd|ExtraHosts|MaskedPaths|ReadonlyPaths/;

sub flat {
    my $value = shift;
    return $value // "" if !ref $value;
    return join " ", map { flat($_) } @$value if ref $value eq "ARRAY";
    return join ",", map { "$_=" . flat($value->{$_}) } grep { !empty($value->{$_}) } sort keys %$value;
}
sub empty { my $value = shift; return !defined $value || !ref $value && $value =~ /^(?:|0|false)\z/ || ref $value eq "ARRAY" && !@$value || ref $value eq "HASH" && !%$value }

# Settings whose values are words of the engine.
my $of_engine = qr/^(?:HostConfig\.(?:\w+Mode|Runtime|LogConfig\.Type)|OCIRuntime|Driver|Config\.sdNotifyMode|mount\..*\.options)\z/;
my @own;    # the container's own id, name and host name
sub setting {
    my ($item, $text) = @_;
    $text =~ s/\Q$_\E/{container}/g for grep { length $_ > 11 } @own;
    return put("v", $item, $text, "") if $item =~ $of_engine && $text =~ /^[a-z0-9_. -]{1,60}\z/;
    begin("/container", 0);
    my $shown = shown("$item = $text");
    my ($name, $rest) = $shown =~ /^(.*?) =(?: (.*))?\z/s ? ($1, $2) : ("***", $shown);
    put("v", $name, $rest, join "\0", @hidden);
}
sub settings {
    my ($value, $path) = @_;
    return if $path ne "" && $path =~ $passing || empty($value);
    if (ref $value eq "HASH") { settings($value->{$_}, $path eq "" ? $_ : "$path.$_") for sort keys %$value }
    else {
        # How many processors a host has is no matter of its containers.
        $value = [sort grep { !m{/cpu\d+/} } map { flat($_) } @$value] if ref $value eq "ARRAY" && $path =~ $unordered;
        setting($path, flat($value));
    }
}

sub environment {
    for (sort @{at(shift, "Config", "Env") // []}) {
        my ($name, $text) = /^([^=]*)=?(.*)\z/s;
        setting("environment.$name", $text) if $name !~ /^(?:HOSTNAME|container|TERM)\z/;
    }
}

sub mounts {
    for my $one (sort { ($a->{Destination} // "") cmp ($b->{Destination} // "") } @{shift->{Mounts} // []}) {
        my $is_volume = ($one->{Type} // "") eq "volume";
        my $source = $is_volume ? $one->{Name} // "" : $one->{Source} // "";
        my $anonymous = $is_volume && $source =~ /^[0-9a-f]{64}\z/;
        my @how = grep { defined && $_ ne "" } $one->{Type}, $one->{Mode}, sort(@{$one->{Options} // []}), $one->{Propagation};
        setting("mount.$one->{Destination}", $anonymous ? "a volume without a name" : $source);
        setting("mount.$one->{Destination}.options", join " ", ($one->{RW} // "") eq "true" ? "writable" : "read-only", @how);
        put("m", $source, -e $source ? "there" : "missing") if ($one->{Type} // "") eq "bind";
    }
}

sub networks {
    my $one = shift;
    my $joined = at($one, "NetworkSettings", "Networks") // {};
    for (sort keys %$joined) {
        my $config = at($joined, $_, "IPAMConfig");
        my @names = grep { my $name = $_; !grep { index($_, $name) == 0 } @own } @{at($joined, $_, "Aliases") // []};
        setting("network.$_", join " ", "joined", flat($config // ""), sort @names);
    }
}

# --- What starts it, and what it is made from -----------------------------------------------------------------

# What systemd knows of units, as the account's manager or the system's tells it.
sub units {
    my ($as, @names) = @_;
    my (%of, %seen);
    @names = grep { /^[\w:.\\\@-]+\z/ && !$seen{$_}++ } @names or return {};
    my @properties = qw(Id SourcePath DropInPaths WantedBy RequiredBy UpheldBy BoundBy TriggeredBy);
    my $text = output(@$as, "systemctl", (@$as ? "--user" : ()), "show", "--property=" . join(",", @properties), "--", @names) // "";
    for (split /\n\n/, $text) {
        my %is = /^(\w+)=(.*)$/mg;
        $of{$is{Id}} = \%is if $is{Id};
    }
    return \%of;
}
sub is_enabled { my ($as, $unit) = @_; return (output(@$as, "systemctl", (@$as ? "--user" : ()), "is-enabled", "--", $unit) // "") =~ /^(?:enabled|enabled-runtime|static|generated|alias)$/ }

# Units and jobs in which a name stands as a word.
sub named_in {
    my ($home, $name) = @_;
    my @files = glob "/etc/systemd/system/*.service /etc/systemd/system/*.service.d/*.conf /etc/cron.d/* /var/spool/cron/crontabs/* /etc/init.d/* /etc/rc.local";
    push @files, glob "\Q$home\E/.config/systemd/user/*.service" if $home ne "";
    for my $path (grep { -f $_ } @files) {
        return $path if (slurp($path) // "") =~ m{(?<![\w.-])\Q$name\E(?![\w.-])};
    }
    return "";
}

sub starter {
    my ($engine, $one, $unit, $name) = @_;
    my $label = at($one, "Config", "Labels", "PODMAN_SYSTEMD_UNIT");
    if (defined $label) {
        my $started = grep { ($unit->{$_} // "") ne "" } qw(WantedBy RequiredBy UpheldBy BoundBy TriggeredBy);
        return $started ? "the unit $label" : "";
    }
    my $policy = at($one, "HostConfig", "RestartPolicy", "Name") // "";
    if ($engine->{name} eq "docker") {
        return "Docker" if $policy =~ /^(?:always|unless-stopped|on-failure)\z/ && ($engine->{enabled} //= is_enabled([], "docker.service"));
    } elsif ($policy =~ /^(?:always|unless-stopped)\z/) {
        return "podman-restart.service" if $engine->{enabled} //= is_enabled($engine->{as}, "podman-restart.service");
    }
    my $path = named_in($engine->{home}, $name);
    return $path eq "" ? "" : $path;
}

sub changed { my $path = shift; my @stat = stat $path or return; put("n", $stat[10], $path) }
sub made_from {
    my ($one, $unit) = @_;
    put("t", $one->{Created} // "");
    my $labels = at($one, "Config", "Labels") // {};
    my $source = $unit->{SourcePath} // "";
    if ($source ne "") {
        my ($folder) = $source =~ m{^(.*)/};
        changed($_) for $source, split " ", $unit->{DropInPaths} // "";
        for ((slurp($source) // "") =~ /^EnvironmentFile=(\S+)/mg) { changed(m{^/} ? $_ : "$folder/$_") if !/%/ }
    }
    my $compose = $labels->{"com.docker.compose.project.config_files"} // "";
    my $folder = $labels->{"com.docker.compose.project.working_dir"} // "";
    if ($compose ne "") { changed(m{^/} ? $_ : "$folder/$_") for split(/,/, $compose), ".env" }
}

# --- Images ---------------------------------------------------------------------------------------------------

# "redis" is "redis:latest"; Docker leaves out where its own images come from.
sub full {
    my $name = shift;
    $name =~ s{^(?:docker\.io/)?(?:library/)?}{};
    return $name =~ /[:\@][^\/]*\z/ ? $name : "$name:latest";
}
sub images {
    my $engine = shift;
    my $text = output(@{$engine->{as}}, $engine->{path}, "images", "--all", "--no-trunc", "--digests", "--format", "{{.ID}}\t{{.Repository}}\t{{.Tag}}\t{{.Digest}}");
    return undef if !defined $text;
    my %id_of;
    for (split /\n/, $text) {
        my ($id, $repository, $tag, $digest) = split /\t/;
        $id =~ s/^sha256://;
        $id_of{$id} = $id;
        $id_of{full("$repository:$tag")} = $id if $tag ne "<none>";
        $id_of{full("$repository\@$digest")} = $id if $digest ne "<none>";
    }
    return \%id_of;
}
sub id_now {
    my ($id_of, $name) = @_;
    $name =~ s/^sha256://;
    $name =~ s/:[^:\@\/]+(?=\@)//;    # a name with a tag and a digest: the digest decides
    return $id_of->{$name} // $id_of->{full($name)} // (grep { length $name > 11 && index($_, $name) == 0 } sort keys %$id_of)[0] // "";
}

# The images that quadlets and Compose's files name.
sub named_images {
    my ($engine, @compose) = @_;
    my @folders = $engine->{name} ne "podman" ? () : $engine->{home} eq "" ? qw(/etc/containers/systemd /usr/share/containers/systemd)
        : ("$engine->{home}/.config/containers/systemd", "/etc/containers/systemd/users", "/etc/containers/systemd/users/$engine->{uid}");
    my %named;
    for my $path (map { my $quoted = quotemeta; glob "$quoted/*.container $quoted/*.image $quoted/*/*.container" } @folders) {
        next if $engine->{home} eq "" && $path =~ m{/systemd/users/};
        my $text = slurp($path) // "";
        my ($tag) = $text =~ /^ImageTag=(\S+)/m;    # what is loaded from an archive
        $named{$tag // $_} = 1 for $text =~ /^Image=(\S+)\s*$/mg;
    }
    for my $path (@compose) { $named{$_} = 1 for (slurp($path) // "") =~ /^\s+image:\s*["']?([^\s"'#]+)/mg }
    return grep { !/[\$%]|\.(?:image|build)\z|^[a-z-]+:\// } sort keys %named;
}

# --- Engines --------------------------------------------------------------------------------------------------

# Names that an engine makes up differ at each site, so a container with such a name goes by its image.
sub name_of {
    my ($one, $pod) = @_;
    my $labels = at($one, "Config", "Labels") // {};
    my $name = $one->{Name} // "";
    $name =~ s{^/}{};
    return "a task of the service $_" for grep { defined } $labels->{"com.docker.swarm.service.name"};
    return "the pod $pod" if ($one->{IsInfra} // "") eq "true";
    return $name if $name !~ /^[a-z]+_[a-z]+[0-9]?\z/ || defined $labels->{PODMAN_SYSTEMD_UNIT} || grep { /^com\.docker\.compose\./ } keys %$labels;
    return "a container of " . full(at($one, "Config", "Image") // "");
}

sub ask {
    my $engine = shift;
    my @run = (@{$engine->{as}}, $engine->{path});
    put("e", @{$engine}{qw(name account)});
    my $list = output(@run, "ps", "--all", "--no-trunc", "--format", "{{.ID}}" . ($engine->{name} eq "podman" ? "\t{{.PodName}}" : ""));
    return put("u", $why) if !defined $list;
    my %pod_of = map { my ($id, $pod) = split /\t/; ($id, $pod // "") } split /\n/, $list;
    my @ids = sort keys %pod_of;
    my $text = @ids ? output(@run, "inspect", "--type", "container", "--", @ids) : "[]";
    return put("u", "a container went while it was looked at, or $why") if !defined $text;
    my @all = sort { ($a->{Created} // "") cmp ($b->{Created} // "") } @{value($text)};
    my $id_of = images($engine) // return put("u", "images: $why");
    my $units = units($engine->{as}, map { at($_, "Config", "Labels", "PODMAN_SYSTEMD_UNIT") // () } @all);
    my (%compose, $told);
    $told = 0;
    for my $one (@all) {
        my $labels = at($one, "Config", "Labels") // {};
        next if $labels->{"io.kubernetes.pod.uid"};
        my $unit = $units->{$labels->{PODMAN_SYSTEMD_UNIT} // ""} // {};
        my $name = name_of($one, $pod_of{$one->{Id}} // "");
        my $bare = ($one->{Name} // "") =~ s{^/}{}r;
        @own = ($one->{Id}, substr($one->{Id}, 0, 12), $bare, at($one, "Config", "Hostname") // "");
        put("c", $name);
        $told++;
        put("s", at($one, "State", "Status") // "", at($one, "State", "Health", "Status") // "", at($one, "State", "ExitCode") // "");
        put("r", at($one, "HostConfig", "RestartPolicy", "Name") // "", (at($one, "HostConfig", "AutoRemove") // "") eq "true" ? "yes" : "no");
        put("b", starter($engine, $one, $unit, $bare), $labels->{PODMAN_SYSTEMD_UNIT} // "");
        my $image = $one->{ImageName} // at($one, "Config", "Image") // "";
        put("i", $image, ($one->{Image} // "") =~ s/^sha256://r, ($one->{IsInfra} // "") eq "true" ? $one->{Image} : id_now($id_of, $image));
        made_from($one, $unit);
        mounts($one);
        environment($one);
        networks($one);
        setting("command", join " ", $one->{Path} // "", @{$one->{Args} // []});
        delete $one->{Config}{Hostname} if index($one->{Id}, at($one, "Config", "Hostname") // "") == 0 || (slurp("/proc/sys/kernel/hostname") // "") eq ($one->{Config}{Hostname} // "") . "\n";
        delete @{$one->{Config}}{qw(Cmd Entrypoint)};
        settings($one, "");
        my $folder = $labels->{"com.docker.compose.project.working_dir"} // "";
        $compose{m{^/} ? $_ : "$folder/$_"} = 1 for split /,/, $labels->{"com.docker.compose.project.config_files"} // "";
    }
    put("a", $told);
    put("f", $_, id_now($id_of, $_) ne "" ? "there" : "missing") for named_images($engine, sort keys %compose);
}

# Docker's client without its daemon is no engine.
sub docker {
    my $path = installed("docker") // return;
    return if (slurp($path) // "") =~ /\A#!.*\bpodman\b/s;    # Podman under Docker's name
    return if !-S "/run/docker.sock" && !-S "/var/run/docker.sock" && !is_enabled([], "docker.service");
    ask({name => "docker", path => $path, account => "root", as => [], home => ""});
}
# An account's containers run as long as its runtime folder is there. Podman would make the folders of an account that has none.
sub podman {
    my $path = installed("podman") // return;
    my $has = sub { grep { (slurp($_) // "") =~ /"id"/ } map { glob "\Q$_\E/*-{containers,images}/{containers,images}.json" } @_ };
    # Storage may lie anywhere; whatever runs is watched by a conmon of its account.
    my %watched = map { (readlink($_) // "") =~ m{/conmon(?: \(deleted\))?\z} && m{^(/proc/\d+)} ? ((stat $1)[4] // "", 1) : () } glob "/proc/[0-9]*/exe";
    my ($root) = (slurp("/etc/containers/storage.conf") // "") =~ /^\s*graphroot\s*=\s*"([^"]+)"/m;
    ask({name => "podman", path => $path, account => "root", as => [], home => ""}) if $watched{0} || $has->("/var/lib/containers/storage", $root // ()) || glob "/etc/containers/systemd/*.container";
    # Accounts of a directory may not be listed; one whose container is watched is looked up by its number.
    my %of;
    while (my @one = getpwent) { $of{$one[2]} //= [@one] }
    endpwent;
    $of{$_} //= [getpwuid $_] for keys %watched;
    for my $uid (sort { $a <=> $b } grep { $_ != 0 } keys %of) {
        my ($name, undef, undef, $gid, undef, undef, undef, $home) = @{$of{$uid}};
        next if !$watched{$uid} && (!-d "/run/user/$uid" || !$has->("$home/.local/share/containers/storage"));
        if (!defined $name || !-d "/run/user/$uid") {
            put("e", "podman", $name // "account $uid");
            put("u", defined $name ? "its folder /run/user/$uid is missing" : "it has no name");
            next;
        }
        my @as = ("setpriv", "--reuid=$uid", "--regid=$gid", "--init-groups", "--", "env", "-i", "PATH=$ENV{PATH}", "HOME=$home", "XDG_RUNTIME_DIR=/run/user/$uid");
        ask({name => "podman", path => $path, account => $name, as => \@as, home => $home, uid => $uid});
    }
}

print "[containers]\n";
docker();
podman();
my @hashes = keyed(map { $_->[0] eq "v" && $_->[3] ne "" ? $_->[3] : () } @lines);
for (@lines) {
    my ($kind, @words) = @$_;
    if ($kind eq "v") { @words = (@words[0, 1], $words[2] eq "" ? () : substr shift @hashes, 0, 12) }
    print join("\t", $kind, map { clean($_) } @words), "\n";
}
print "end\n";
