# Which words are known to be harmless: numbers, paths, addresses, names that the sites and the policy have,
# words of public lists, and names below a key that holds names. hide() takes all else, and returns "***".
package Harmless;
my (%word, %pairs, @hidden);
my (%class_of, %is_name, %is_listed);    # what was found out about a text before: files repeat themselves
sub pairs { my $text = shift; return map { substr $text, $_, 2 } 0 .. length($text) - 2 }
{
    my $last = "";
    for ("@WORDS@" =~ /[0-9][a-z]*/g) {
        $last = substr($last, 0, substr $_, 0, 1) . substr $_, 1;
        $word{$last} = 1;
        $pairs{$_}++ for pairs($last);
    }
}
my %own = map { (lc $_, 1) } main::given("KNOWN");
my $secret_name = qr/@NAMES@/i;
my $secret_end = qr/(?:^|[^A-Za-z]|(?<=[a-z])(?=[A-Z]))(?i:@ENDS@)$/;
my $about = qr/(?:@ABOUT@)$/i;
my $of_names = qr/(?:@OF_NAMES@)$/i;
my $no_secret = qr/^(?:@NO_SECRET@)$/i;
my $open = qr/^(?:yes|no|on|off|true|false|none|null|nil|undef|~|\*+|!|-)?$/i;
my $roots = qr/(?:@ROOTS@)/;
my $endings = qr/(?:@ENDINGS@)/i;
my $zones = qr/(?:@ZONES@)/i;
my $numbered = qr/^(?:@NUMBERED@)\d{1,5}(?:[a-z]{1,3}\d?)?$|^\d{1,4}[a-z]?$/i;
my $within = qr/^(?:@NUMBERED@)\d{1,5}([A-Za-z]+)$/i;
my $unit = qr{[kmgtp]i?b?|[mun]?s|secs?|min(?:utes?)?|h(?:ours?)?|d(?:ays?)?|w(?:eeks?)?|y|%|r/[sm]|x|px|em}i;
my $number = qr{^[<>=!~+-]*(?:0x[0-9A-Fa-f]{1,8}|\d{1,12}(?:[.:/,_-]\d{1,6}){0,7})(?:$unit)?$};
my $address = qr{^(?:\d{1,3}(?:\.\d{1,3}){3}|\[?[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?::\d+(?:\.\d+){3}|\]?))(?:/\d{1,3})?$};
my $variable = qr/\$\{?[A-Za-z_]\w*\}?|%\{[\w.:-]+\}\w?|\{\{\s*[\w.]+\s*\}\}|\@[A-Za-z_]\w*\@/;

sub hide { my $text = shift; return $text if $text eq ""; push @hidden, $text; return "***" }

# What may stand below a key: "secret", "names", "login", or "" for what is none of them.
sub class { return $class_of{$_[0]} //= find_class($_[0]) }
sub find_class {
    my $name = shift;
    $name =~ s/^[^A-Za-z]+|[^A-Za-z]+$//g;
    return "" if $name =~ $no_secret;
    return "secret" if $name =~ /^(?:createuser|client_send)$/i;
    return $name =~ $about ? "" : "secret" if $name =~ $secret_name || $name =~ $secret_end;
    return $name =~ /(?:user|login|admin)$/i ? "login" : $name =~ $of_names ? "names" : "";
}

sub pieces { return $_[0] =~ /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g }

# Whether letters look like words, and not like a key: few consonants in a row, no mixed cases.
sub readable {
    my ($text, $is_key) = @_;
    my @pieces = pieces($text);
    return 0 if @pieces > 6 || (@pieces > 3 && length $text < 3 * @pieces) || 1 < grep { length $_ == 1 } @pieces;
    return 0 if !$is_key && @pieces > 2 && 1 < grep { !$word{lc $_} } @pieces;
    for (map { lc } @pieces) {
        next if length $_ < 3 || is_word($_);
        return 0 if /[^aeiouy]{5}|[aeiou]{5}|(.)\1\1/ || (!$is_key && length $_ > 5 && length($_) / 6 < grep { ($pairs{$_} // 0) < 4 } pairs($_)) || length $_ > 24 || (length $_ > 4 && !/[aeiouy]/);
    }
    return 1;
}

# Whether a text may be a name that a person gave: words, with at most one short number at the end of one.
sub name { return $is_name{join "\0", $_[0], $_[1] // ""} //= looks_like_a_name(@_) || 0 }
sub looks_like_a_name {
    my ($text, $is_key) = @_;
    my $ends = 0;
    for my $part (split /[^A-Za-z0-9]+/, $text) {
        next if $part =~ /^\d{0,6}$/ || $part =~ $numbered || $part =~ $within && listed($1);
        my ($letters, $digits) = $part =~ /^([A-Za-z]+)(\d{0,4})$/ or return 0;
        return 0 if $digits ne "" && ++$ends > 1 || !readable($letters, $is_key);
    }
    return length $text <= 80;
}

# Whether letters are a word of the lists in any form, or two in one, such as "maxconn".
sub is_word {
    my $text = lc shift;
    return 1 if length $text < 3 || $word{$text} || $own{$text};
    for my $end ("s", "es", "d", "ed", "ing", "er", "ers", "ly") {
        my $stem = substr $text, 0, -length $end;
        return $word{$text} = 1 if length $stem > 2 && $text eq $stem . $end && ($word{$stem} || $end eq "ing" && $word{"${stem}e"});
    }
    return 0 if length $text < 7;
    return $word{$text} = 1 if grep { $word{substr $text, 0, $_} && $word{substr $text, $_} } 3 .. length($text) - 3;
    return 0;
}

# Whether all of a text is known: its words stand in public lists, or are names of the sites or the policy.
sub listed { return $is_listed{$_[0]} //= has_known_words($_[0]) || 0 }
sub has_known_words {
    my $text = shift;
    return 1 if $own{lc $text};
    for my $part (split /[^A-Za-z0-9]+/, $text) {
        next if $part =~ /^\d{0,6}$/ || $part =~ $numbered || $own{lc $part} || $part =~ $within && listed($1);
        return 0 if $part =~ /[0-9]/;
        next if is_word($part);
        my @pieces = pieces($part);
        return 0 if @pieces > 6 || grep { !is_word($_) } @pieces;
        return 0 if @pieces > 2 && 1 < grep { length $_ < 3 && !$word{lc $_} } @pieces;
    }
    return length $text <= 200 && $text !~ /[\x80-\xff]/;
}

sub is_number { return $_[0] =~ $number && ($_[0] =~ tr/0-9//) <= 14 }
sub is_host {
    my $text = shift;
    return 1 if $text =~ $address || $own{lc $text} || $text =~ /^(?:localhost|\*)$/i;
    return $text =~ /^(?:\*\.|\.)?(?:[\w-]+\.)+$zones\.?$/ && name($text);
}
sub is_file { return $_[0] =~ m{^(?:file:(?://)?)?/$roots(?:/[\w.\@\$*-]+)+$} && name($_[0]) }

sub path { return join "/", map { /^$variable$/ || name($_) || listed($_) ? $_ : hide($_) } split m{/}, $_[0], -1 }

sub is_key { return name($_[0], length $_[0] <= 30) || listed($_[0]) }
sub key { return is_key($_[0]) ? $_[0] : hide($_[0]) }

# Settings within one word, "a=b&c=d".
sub settings {
    my ($text, $class) = @_;
    return join "", map { /^[;&,]$/ ? $_ : /^([^=]+)=(.*)$/s ? key($1) . "=" . word($2, class($1)) : word($_, $class) }
        split /([;&,])/, $text, -1;
}

# user:secret@host:port/path?a=b#c, as it follows a scheme.
sub place {
    my $text = shift;
    my ($login, $at, $rest) = $text =~ m{^(?:(.*)(\@)(?=[\w.\[*-]+(?::\d+)?(?:[/?#,]|$)))?(.*)$}s;
    my $out = "";
    if (defined $at) {
        my ($user, $colon, $secret) = $login =~ /^([^:]*)(:?)(.*)$/s;
        $out = (($colon ? name($user) : listed($user)) ? $user : hide($user)) . $colon;
        $out .= ($secret =~ /^\$\{[A-Z_]+\}$/ ? $secret : hide($secret)) . $at;
    }
    my ($hosts, $path, $mark, $query) = $rest =~ m{^([^/?#]*)([^?#]*)([?#]?)(.*)$}s;
    my @hosts = map {
        my ($host, $port) = /^(.*?)(:(?:\d{1,5}|\*|$variable))?$/s;
        (is_host($host) || name($host) || $host =~ /^$variable$/ ? $host : hide($host)) . ($port // "")
    } split /,/, $hosts, -1;
    return $out . join(",", @hosts) . path($path) . $mark . settings($query, "");
}

# One word without blanks and quotes, below a key of a class.
sub word {
    my ($text, $class) = @_;
    return $text if $text eq "";
    if ($class eq "secret") {
        return $text =~ $open || is_file($text) || $text =~ /^(?:\$\{[A-Z_]+\}|\{\{[\s\w.]+\}\}|\$[a-z]+(?:_[a-z]+)+)$/
            ? $text : hide($text);
    }
    return $text if $text =~ $open || is_number($text) || is_host($text);
    return $text if $text =~ /^[^A-Za-z0-9\x80-\xff]{1,12}$/;
    return $1 . place($2) if $text =~ m{^((?:jdbc:)?[a-z][a-z0-9+.]*://)(.*)$}is;
    return $text if $text =~ m{^(?:application|audio|font|image|message|model|multipart|text|video)/[\w.+*-]+$} && name($text);
    return $text if $text =~ /^[A-Z]{2,}(?:_[A-Z]{2,})+$/ && name($text);
    return $text if $text =~ /^(?:com|org|net|io|javax?|jakarta|django|sun)(?:\.\w+){2,}$/ && name($text);
    return $1 . hide($2) if $text =~ /^(static:[\w.\@-]*:)(.+)$/s;
    return $1 . word($2, "") if $text =~ m{^(\@|[!~^*=]+(?=/))(.+)$}s;
    if ($text =~ /^((?:--?|\+)?)([A-Za-z_][\w.-]*(?:\[[\w.-]*\])*)=(.*)$/s) {
        my ($dash, $key, $value) = ($1, $2, $3);
        return hide($text) if !is_key($key);
        return $dash . settings("$key=$value", $class) if $value =~ /[;&,]\w+=/ && class($key) ne "secret";
        return $dash . key($key) . "=" . word($value, class($key));
    }
    return $text if $text =~ /^--?[A-Za-z][\w-]*$/ && $text !~ /^-[A-Za-z]\w{3,}$/ && (listed($text) || name($text));
    return path($text) if $text =~ m{^(?:~\w*|\.{1,2}|$variable)?/[^|()\\^?]*$};
    return $text if $text =~ /^[\w.*-]+\.$endings$/ && name($text) || $text =~ /^[\w.+-]+\@[\w.-]+\.$zones$/ && name($text);
    if ($text =~ m{^([a-z][a-z-]*):(?=[/=]|\w+=|\w+:)(.+)$}s && listed($1)) {
        return "$1:" . settings($2, $class);
    }
    if ($text =~ /^([^:]+):([^:]*)$/s && (is_host($1) || name($1))) {
        my ($before, $after) = ($1, $2);
        return "$before:" . ($after =~ /^\W*$/ || $after =~ /^(?:$number)$/ && $class ne "login" && length $after < 7 || $before eq $after && $before =~ /^(?:root|www-data|nginx|apache|redis|postgres|mysql|nobody|daemon|git|haproxy)$/ || $own{lc $after} || $after =~ /^[A-Z0-9]+(?:-[A-Z0-9]+){2,}$/ && listed($after) ? $after : word($after, "") eq $after && $after =~ m{^[/*\d]} ? $after : hide($after));
    }
    return $text if $class =~ /^(?:names|login)$/ && $text =~ m{^[^:=\@]*$} && name($text);
    return $text if $text =~ /^$variable$/ && (listed($text) || $text !~ /\d/ && name($text));
    (my $bare = $text) =~ s/\\[A-Za-z.]|%[<>]?[A-Za-z](?![A-Za-z])/ /g;
    $bare =~ s/$variable/my $one = $&; listed($one) || $one !~ m{\d} && name($one) ? " " : $one/ge;
    return $text if listed($bare);
    return join ",", map { word($_, $class) } split /,/, $text, -1 if $text =~ /^[^,]+,[^,]/ && $text !~ /[^\w,.:=\/-]/;
    return hide($text);
}
