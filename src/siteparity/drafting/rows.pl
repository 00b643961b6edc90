# Rows of what is told: "KIND\tFIELD...", odd bytes as \xNN. Of a setting leave the host its file, its key, and of
# its value the scheme, user, host, port and the first name of the path; of a command its words, if none may be secret.
my $most_rows = 4000;
my ($rows, %names, %addresses, @roots, %environment_of) = (0);
my $secret = qr/pass(?:word|wd|phrase)?(?:$|_|\b)|passw|secret|token|credential|(?:api|private|access)_?key|pwd$/i;
sub clean { my $text = shift // ""; $text =~ s/([^ -\[\]-~])/sprintf "\\x%02x", ord $1/ge; return $text }
sub row { print join("\t", map { clean($_) } @_), "\n" if $rows++ < $most_rows || $_[0] ne "setting" }
sub slurp { open my $f, "<", $_[0] or return; local $/; return scalar <$f> }

my %form = (json => "json", yaml => "yaml", yml => "yaml", toml => "toml", php => "php", properties => "properties", env => "env");
sub form_of {
    my ($unit, $path) = @_;
    return "env" if $environment_of{"$unit\0$path"};
    my ($end) = $path =~ /\.(\w+)$/;
    return $form{$end // ""} // ($unit =~ /nginx|openresty|angie/ ? "nginx" : "lines");
}
sub place { my $text = shift; $text =~ s/%[^\]:]*//; $text =~ s/^\[?(.*?)\]?$/$1/; $text =~ s/^::ffff:(?=\d+\.)//i; return $text }
sub is_host { my $h = shift; return $h =~ /^(?:[A-Za-z0-9](?:[\w-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*\.?$|^\d+(?:\.\d+){3}$|^localhost$/ || $h =~ /^[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$/ }

# Whether a word looks like a key or a token.
sub is_random { my $word = shift; return length $word > 15 && $word =~ /\d/ && $word =~ /[A-Za-z]/ && $word !~ m{/} }

# [SCHEME, USER, HOST, PORT, PATH, HAS_SECRET] of the first address in a value.
sub address {
    my ($value) = @_;
    for my $word (split /[\s,;"'<>]+/, $value) {
        $word =~ s{^https?://(?=unix:)}{};
        if ($word =~ m{^([A-Za-z][A-Za-z0-9+.-]*)://(?:([^/?#]*)@)?(\[[0-9A-Fa-f:.]+\]|[\w.-]*)(?::(\d{1,5}))?(/[^?#]*)?}) {
            my ($scheme, $login, $host, $port, $path) = (lc $1, $2, $3, $4, $5);
            my ($user, $password) = defined $login ? split(/:/, $login, 2) : ();
            return [$scheme, "", "", "", $path // "", 0] if $host eq "" && $scheme =~ /unix|^file$/;
            next if $host eq "";
            # The user of a web address may be a token, and so may its path.
            my $is_web = $scheme =~ /^(?:https?|wss?)$/;
            my ($first) = $is_web ? () : ($path // "") =~ m{^/([\w.-]{1,32})/?$};
            my $is_secret = defined $login && ($is_web || (defined $password && $password ne ""));
            $user = "" if $is_web || !defined $user || $user !~ /^[A-Za-z_][\w.-]{0,31}$/ || is_random($user);
            return [$scheme, $user, place($host), $port // "", $first // "", $is_secret ? 1 : 0];
        }
        if ($word =~ m{^(?:(?:proxy:)?unix:/{0,2})?(/(?:run|var/run|tmp|var/lib|srv)/[\w./+\@-]+\.(?:sock|socket|s)(?:\.\d+)?)(?:[|:].*)?$} ) { return ["unix", "", "", "", $1, 0] }
        if ($word =~ /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][\w.-]*):(\d{2,5})(?:\/\w*)?$/ && $2 <= 65535 && $2 >= 20) {
            my ($host, $port) = (place($1), $2);
            return ["", "", $host, $port, "", 0] if is_host($host);
        }
    }
    return;
}

sub found {
    my ($unit, $path, $form, $key, $value, $siblings) = @_;
    my ($last) = $key =~ /([^.]+)$/;
    return unless defined $last && $key =~ /^[\w.\[\]:\/@ -]{1,200}$/;
    if ($last =~ /^(?:server_name|servername|serveralias)$/i) {
        for (split /[\s,]+/, $value // "") { if (is_host($_) && !/^[\d.]+$|^localhost/) { row("name", $unit, $path, lc s/\.$//r); $names{lc s/\.$//r} = 1 } }
        return;
    }
    if ($last =~ /^(?:ssl_certificate|sslcertificatefile|ssl_certificate_key|sslcertificatekeyfile)$/i) {
        row($last =~ /key/i ? "key" : "certificate", $unit, $path, $value) if defined $value && $value =~ m{^/[\w./\@+-]+$};
        return;
    }
    if (defined $value && $value =~ m{\bssl\b.*?\bcrt\s+(/[\w./\@+-]+)}) { row("certificate", $unit, $path, $1); row("key", $unit, $path, $1) }
    push @roots, $value if $last =~ /^(?:root|documentroot)$/i && defined $value && $value =~ m{^/[\w./\@+-]+$};
    my $is_secret = $last =~ $secret && $last !~ /^(?:proxy|fastcgi|uwsgi|grpc)_|_pass$|_file$|bypass|_min|_max|timeout/i && defined $value && $value !~ /^(?:yes|no|on|off|true|false|none|null|\d{1,3}|\/.*|)$/i;
    my $address = defined $value && length $value < 2000 && $last !~ /^(?:listen|bind|server_tokens|cmdport|resolver|log_format|error_page|user_?agent|description|include|allow|deny)$/i ? address($value) : undef;
    if (!$address && defined $value && $last =~ /(?:^|[_.-])?(?:host|hostname|server|addr|address|hosts?)$/i && is_host($value)) {
        (my $stem = $last) =~ s/(?:host|hostname|server|addr|address|hosts?)$//i;
        my $beside = sub {
            my ($names, $form) = @_;
            for my $one (@$siblings) {
                my ($name) = $one->[0] =~ /([^.]+)$/;
                return "$1" if ($name // "") =~ /^\Q$stem\E(?:$names)$/i && ($one->[1] // "") =~ $form;
            }
            return "";
        };
        my $word = qr/^([\w.-]{1,32})$/;
        $address = ["", $beside->("user|username|login", $word), $value, $beside->("port", qr/^(\d{2,5})$/),
            $beside->("name|db|database|dbname", $word), 0];
    }
    if ($address) {
        row("setting", $unit, $path, $form, $key, @$address[0 .. 4]);
        row("sessions", $unit, $path, $key) if grep { $_->[0] =~ /sess[^.]*$/i && ($_->[1] // "") =~ /^(?:true|yes|on|1)$/i } @$siblings;
        $addresses{$address->[2]} = 1 if $address->[2] ne "";
        $is_secret ||= $address->[5];
    }
    row("secret", $unit, $path, $form, $key) if $is_secret;
}
sub read_file {
    my ($unit, $path) = @_;
    my $form = form_of($unit, $path);
    my @all = eval { settings($form, $path) };
    if ($@ && $form ne "lines") { @all = eval { settings("lines", $path) }; }
    if ($@) { row("unread", $unit, $path); return }
    my %sections;
    push @{$sections{$_->[0] =~ /^(.*)\.[^.]+$/s ? $1 : ""}}, $_ for @all;
    for (@all) { found($unit, $path, $form, $_->[0], $_->[1], $sections{$_->[0] =~ /^(.*)\.[^.]+$/s ? $1 : ""}) }
}
sub told {
    my ($command) = @_;
    $command =~ s/(?<!\\)%.*//s;
    $command =~ s/\s*(?:\d?>>?&?\s*[^\s;&|]+|&>>?\s*[^\s;&|]+)//g;
    $command =~ s/^\s+|\s+$//g;
    my $is_odd = $command =~ $secret || $command =~ m{://[^/\s]*@|\s-u\s|[\x00-\x1f]} || length $command > 200
        || $command =~ /(?:^|[\s-])(?:key|auth|pw|pwd|user)\b/i || grep { is_random($_) } split /[\s=]+/, $command;
    return $is_odd ? ("", $command =~ m{^(/[\w./-]+)} ? $1 : "") : ($command, "");
}
