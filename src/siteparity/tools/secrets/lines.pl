# begin(PATH, SIZE) goes before the lines of a file. shown(LINE) returns the line with "***" in the place of whatever
# is not known to be harmless; @hidden has what was hidden, in the order of the stars.
my $string = qr/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.|'')*'/;
my $operator = qr/=>|:=|\?=|\+=|\.=|==?|:(?=\s|$)/;
my $key_form = qr/["']?[\$\@%]?[A-Za-z_][\w.\-\/\\]*(?:\[[^\]]*\]|->\w+|::\w+)*["']?/;
my $declares = qr/-|export|set|hide|const|var|let|local|static|public|private|protected|declare|env|ENV|ARG/;
my $before_key = qr/(?:\s*(?:$declares)\s+)*\s*/;
my $commands = qr/\b(?:mysql\w*|mariadb\w*|sshpass|redis[-]cli|ldap\w+|mongo\w*|smbclient|curl|wget|lftp|openssl
    |ssh-keygen|7za?|zip|htpasswd|rabbitmqctl\s+\w+_(?:user|password))\b|\becho\s[^|]*\|\s*sudo\s+-S/x;
my $readers = qr/^(?:getenv|env|ENV|os\.environ|os\.environ\.get|os\.getenv|process\.env|System\.getenv|ENV\.fetch
    |config|var)$/x;
my $of_secrets = qr/(?:passw(?:or)?ds?|htpasswd|sasl_\w*|(?:ch|p)ap-secrets|passwd\.client|shadow|users\.acl|\.cookie
    |\.key|secrets?)$/x;
# Of a longer line, and of each line of a larger file, only names and addresses of hosts are shown: looking at
# each word takes 1.5 s a megabyte.
my ($longest, $largest) = (16384, 524288);
my $prose = qr/^[A-Za-z][a-z]*(?:[-\/'][A-Za-z]?[a-z]+)*$|^[A-Z]{2,}$|^[a-z][\w.-]*\(\d?$/;
# A bracket is a part of a word if it is closed in it, as in ?auth[]=...
my $in_word = qr/(?<=\w)\[\](?==)|\$\{[^}]*\}|%\{[^}]*\}|\{\{[^}]*\}\}|[^\s"'(){}\[\];>]|[(\[{](?=[^"'\s]*[)\]}])|(?<=[\w.*?^])[)\]}>]/;
my ($whole, $is_large, $form, $in_pair, $in_key, $in_map, $block, $quote);

sub begin {
    my ($path, $size) = @_;
    $is_large = ($size // 0) > $largest;
    ($in_pair, $in_key, $in_map, $block, $quote) = ();
    $form = $path =~ m{/pam\.d/|/nsswitch\.conf$} ? "names" : $path =~ m{/mime\.types$} ? "types"
        : $path =~ /pgpass/ ? "pgpass" : $path =~ $of_secrets ? "secrets" : "";
}

sub shown {
    $whole = shift;
    @hidden = ();
    return $whole =~ /\S/ ? names_in($whole) : $whole if $is_large || length $whole > $longest;
    my $shown = shown_of($whole);
    @hidden = () if index($shown, "***") < 0;    # what was hidden at first is shown after all
    return $shown;
}

sub shown_of {
    my $line = shift;
    my ($margin) = $line =~ /^(\s*)/;
    $in_key = 1 if $line =~ /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;
    if ($in_key) {
        $in_key = 0 if $line =~ /-----END [A-Z0-9 ]*PRIVATE KEY-----/;
        return $line if $line =~ /^-----(?:BEGIN|END) [A-Z0-9 ]*-----$/;
        my ($before, $rest) = $line =~ /^($before_key$key_form\s*$operator\s*["']?)(?=-----BEGIN)(.*)$/s ? ($1, $2) : ("", $line);
        return $before . hide($rest);
    }
    if (defined $quote) {    # a text that began in a line before
        my $end = index $line, $quote;
        return $end < 0 ? hide_line($line) : do { undef $quote; hide_line(substr $line, 0, $end) . flow(substr($line, $end), "") };
    }
    return $line if $line =~ /^\s*$/;
    $in_pair-- if $in_pair;
    undef $in_map if $line =~ /^\s*\}/;
    if (defined $block) {
        return inside($line, "secret") if length $margin > $block || $line =~ /^\s*-\s/ && length $margin == $block;
        undef $block;
    }
    return comment($1, $2, $3) if $line =~ m{^(\s*(?:\#+|;+|//+(?=\s|[A-Za-z]|$)|--\s|<!--|/?\*+(?=\s|/|$))!?)(\s*)(.*)$}s && $line !~ /^\s*\*(?:[\s\/]+[\d*\/,-]+){3}/;
    return inside($line, "");
}

sub names_in {
    my $line = shift;
    my @names = grep { $own{lc $_} || $_ =~ $address } split m{[^\w.:/-]+}, $line;
    return join " ", hide($line), @names;
}

sub hide_line { my ($margin, $text) = $_[0] =~ /^(\s*)(.*)$/s; return $margin . hide($text) }

sub inside {
    my ($line, $class) = @_;
    my ($margin) = $line =~ /^(\s*)/;
    return $line if $form eq "types" && $line =~ m{^\s*[a-z]+/[\w.+-]+(?:\s+\w{1,8})+;?\s*$};
    return pgpass($line) if $form eq "pgpass";
    return entry($line) if $form eq "secrets" && $line !~ /^\s*(?:\[(?![\w.-]+\]:)|[{<])|=\s/;
    return $line if $line =~ /^\s*\[{1,2}[\w .:"\/-]+\]{1,2}\s*$/ && (name($line) || listed($line));
    return xml($line) if $line =~ /^\s*<[\/\w?!]/ && ($line =~ m{</|/>|\w=["']} || $line =~ m{^\s*<[\w:.-]+>\s*\S*\s*$});
    # NAME('key', VALUE)
    if ($line =~ /^(\s*[\w.>:\$-]+\s*\(\s*)(["'])([\w.\/-]+)\2(\s*,\s*)(.*)$/s) {
        my ($before, $mark, $key, $comma, $rest) = ($1, $2, $3, $4, $5);
        return $before . $mark . key($key) . $mark . $comma . setting($key, $rest, $class, $margin);
    }
    if ($line =~ /^($before_key)($key_form)(\s*$operator\s*)(.*)$/s) {
        my ($before, $key, $between, $rest) = ($1, $2, $3, $4);
        my $bare = $key =~ /\[["']?([^\]"']*)["']?\]["']?$/ && $1 ne "" ? $1 : $key;
        my $last = $key =~ /\[/ ? $bare : $key;
        return directive($line, $class) if !is_key($key);
        my $is_hidden = $before =~ /hide/ ? "secret" : $class;
        return $before . key($key) . $between . setting($last, $rest, $is_hidden, $margin);
    }
    return directive($line, $class);
}

# The value of a key, and whatever follows in the line.
sub setting {
    my ($key, $rest, $outer, $margin) = @_;
    my $class = $outer || ($form eq "names" ? $form : class($key));
    # "name: DB_PASSWORD", and in the next line "value: ..."
    $class ||= "secret" if $in_pair && $key =~ /^\W*(?:value|default|content)\W*$/i;
    $in_pair = 2 if $key =~ /^\W*(?:name|key|id)\W*$/i && class($rest) eq "secret" && $rest !~ /\s\S/;
    if ($rest =~ /^(?:[|>][+-]?\d*)?\s*(?:[#;].*)?$/ || $rest =~ /^[\[({\\]+\s*$/ || $rest =~ /^array\s*\(\s*$/) {
        $block = length $margin if $class eq "secret" && $rest !~ /^[;#]/;
        return $rest;
    }
    if ($class eq "secret") {
        if ($rest =~ /^([bruf]{0,2})($string)(\s*[,;)\]}]*\s*)(.*)$/is && ($4 eq "" || $3 =~ /[,;)\]}]/ || $4 =~ m{^(?:#|//|/\*)})) {
            return $1 . substr($2, 0, 1) . word(substr($2, 1, -1), "secret") . substr($2, -1) . $3 . flow($4, $outer);
        }
        return $rest if $rest =~ /^<%=\s*ENV(?:\.fetch)?\s*[\[(]\s*["']\w+["']\s*[\])]\s*%>\s*$/;
        return flow($rest, "secret") if $rest =~ /^(?:[\[{(]|array\(|\w[\w.>:-]*\s*[(\[])/ && $rest =~ /["']/;
        if ($rest =~ /^($string)(\s*\{.*)$/s) { return $1 . flow($2, "") if name($1) }
        return hide($rest) if $rest =~ /^$string/;
        if ($rest =~ /^(["'])/) { $quote = $1; return $1 . hide(substr $rest, 1) }
        my ($value, $end) = $rest =~ /^(.*?)([\s,;]*)$/s;
        return word($value, "secret") . $end if $value !~ /\s/;
        return hide($value) . $end;
    }
    my ($count, $value) = (scalar @hidden, flow($rest, $class));
    # Several words are one value: what is left of it must not show the rest.
    return $value if @hidden == $count || $value =~ m{["'`=/:\$\[(\{<%\@]|--?\w|^\S*$};
    splice @hidden, $count;
    my ($text, $end) = $rest =~ /^(.*?)([\s,;]*)$/s;
    return hide($text) . $end;
}

# Words, texts in quotes and brackets; each value stands below the key before it.
sub flow {
    my ($text, $outer) = @_;
    my ($out, $class, $once) = ("", $outer, "");
    my $forced = $outer eq "secret" ? $outer : "";
    my ($all, $is_command) = ($text, $whole =~ $commands);
    while ($text ne "") {
        if ($text =~ s/^([\s(){}\[\],;|>]+|<+(?=[\w"']))//) {
            $out .= $1;
            $class = $outer if $1 =~ /[,;{}|]/;
            next;
        }
        if ($text =~ s/^([bruf]{0,2})($string)//i) {
            my ($mark, $end, $inner) = ($1, substr($2, 0, 1), substr($2, 1, -1));
            if ($text =~ s/^((?:\s*\])?\s*(?:=>|:(?!:)|=(?!=))\s*)//) {
                $out .= $mark . $end . key($inner) . $end . $1;
                $class = $forced || class($inner);
                next;
            }
            # {"password", "x"}
            if (!$once && $out =~ /[(\[{]\s*<*$/ && class($inner) eq "secret" && name($inner)
                && $text =~ s/^(>*\s*,\s*)(?=["'<\w])//) {
                $out .= $mark . $end . $inner . $end . $1;
                $class = "secret";
                next;
            }
            # connect(HOST, USER, PASSWORD): only its place tells what it is.
            my $at = length($all) - length($text) - length($inner) - 2;
            my $before = $at < 300 ? substr $all, 0, $at : substr $all, $at - 300, 300;
            $once = "secret" if $before =~ /\bIDENTIFIED\s+BY\s+$/i
                || $inner =~ /^[^\s:\/.=]+$/ && !$own{lc $inner}
                && $before =~ /(?:PDO|mysqli|connect|login)\s*\([^)]*["'],[^)]*$/i;
            $out .= $mark . $end . quoted($inner, $once || $class) . $end;
            $once = "";
            next;
        }
        if (!$forced && $out =~ /\s$/ && $text =~ m{^(#+|//|<!--)(\s+)(.*)$}s) { return $out . comment($1, $2, $3) }
        if ($text =~ s/^(["'])(?=.{3})//s) {    # it goes on in the next line
            $quote = $1 if ($once || $class) eq "secret";
            return $out . $1 . quoted($text, $once || $class);
        }
        $text =~ s/^((?:$in_word)+|.)//s;
        my $run = $1;
        while ($run =~ /[)\]}>]$/ && ($run =~ tr/([{<//) < ($run =~ tr/)]}>//)) { $text = chop($run) . $text }
        if ($run eq "") { $out .= substr $text, 0, 1, ""; next }
        if ($text =~ s/^(\s*(?:=>|:=)\s*)//) { $out .= key($run) . $1; $class = $forced || class($run); next }
        if ($run =~ /^(.+?)([=:,])$/s) {
            my ($key, $end) = ($1, $2);
            my $is_tuple = $end eq "," && $out =~ /[(\[{]\s*$/ && $text =~ /^\s*["'<\w]/ && class($key) eq "secret";
            if (($end ne "," || $is_tuple) && is_key($key)) {
                $out .= key($key) . $end;
                $class = $forced || class($key);
                next;
            }
            if ($end eq ",") { $run = $key; $text = ",$text" }
        }
        if ($run =~ /^[=:?.+&|!<>*~-]{1,3}$/) { $out .= $run; next }
        if ($run =~ /^\W*\$\{?\w+\}?$/ && class($run) eq "secret"
            && ($whole =~ /\bset\s+\Q$run\E\s/ ? $text =~ s/^(\s+)// : $text =~ s/^(\s*(?:[!=]?=|!?~\*?)\s*)//)) {
            $out .= word($run, "") . $1;
            $once = "secret";
            next;
        }
        my $now = $once || $class;
        if ($now eq "secret" && $run =~ $readers && $text =~ s/^(\s*[(\[]\s*$string\s*[)\]])//) {
            $out .= $run . $1;
            $once = "";
            next;
        }
        if ($now eq "secret" && $text =~ /^\s*[(\[{]/ && name($run)) { $out .= $run; next }
        my $last = $is_command && $out =~ /(?:^|\s)(-\w|--user)\s+$/ ? $1 : "";
        if ($is_command && $last =~ /^-[awpPkN]$/ && $run !~ m{^(?:\d{2,5}$|[-/])}) { $out .= hide($run) }
        elsif ($is_command && $last =~ /^(?:-u|--user)$/ && $run =~ /^([^:,]+[:,])(.+)$/) { $out .= $1 . hide($2) }
        elsif ($is_command && $whole =~ /(?:rabbitmqctl\s+\w+\s+\S+|\becho)\s+\Q$run\E(?:\s|$)/) { $out .= hide($run) }
        elsif ($run =~ /^(--?(?:user|login|auth)=[^:]+:)(?!\d{1,5}$)(.+)$/) { $out .= $1 . hide($2) }
        elsif ($is_command && $run =~ /^([\w.-]+%)(.+)$/) { $out .= $1 . hide($2) }
        elsif ($is_command && $run =~ /^-p(\D.+)$/) { $out .= "-p" . hide($1) }
        elsif ($now ne "secret" && $form ne "names" && $text =~ /^\s+(?!(?:FROM|AS|IN|IS|AND|OR)\b)[^\s=;{]/
            && $run =~ /^-{0,2}[A-Za-z][\w.-]*:?$/ && class($run) eq "secret" && name($run)) {
            $out .= $run;
            $once = "secret";
            next;
        }
        else { $out .= word($run, $now) }
        $once = "";
    }
    return $out;
}

# What stands between quotes.
sub quoted {
    my ($text, $class) = @_;
    return word($text, "secret") if $class eq "secret";
    if ($text =~ /^([A-Za-z_][\w.-]*)(=|:\s+)(.*)$/s && class($1) eq "secret") { return key($1) . $2 . word($3, "secret") }
    return word($text, $class) if $text !~ /\s/;
    my $count = @hidden;
    my $out = flow($text, $class);
    return $out if @hidden == $count || $out =~ m{[=/\$%\{:]|\s--?\w};
    splice @hidden, $count;
    return hide($text);
}

# NAME VALUE..., as most servers have it.
sub directive {
    my ($line, $outer) = @_;
    my ($margin, $first, $between, $rest) = $line =~ /^(\s*)(\S+)(\s*)(.*)$/s;
    return $margin . flow($first, $outer) if $rest eq "";
    return $margin . flow("$first$between$rest", $outer) if $first !~ /^<?[A-Za-z][\w.:-]*$/ || $first =~ /:$/;
    my $class = $outer || ($form eq "names" ? $form : class($first));
    my ($all, $is_listed) = ("$first$between$rest", listed($first));
    $in_map = $first =~ /^(?:map|geo|split_clients|hash)$/ if $rest =~ /\{\s*$/;
    $first = word($first, "") if !$is_listed && ($in_map || $first =~ /\d/ || !name($first)) && $rest !~ /^\{\s*$/;
    return $margin . $first . $between . setting($first, $rest, "secret", $margin) if $class eq "secret" || $all =~ /^sentinel\s+auth-/;
    if ($all =~ /^(?:ACL\s+SETUSER|user)\s.*\s(?:on|off)\s/i) {    # Redis: a password follows its sign
        return $margin . $first . $between . join "",
            map { /^([>#<!])(.+)$/s ? $1 . hide($2) : word($_, "names") } split /(\s+)/, $rest;
    }
    my ($count, $shown) = (scalar @hidden, flow($rest, $class));
    return $margin . $first . $between . $shown if $is_listed || @hidden == $count || $all =~ m{["'`=/:\$\[(\{<%\@;]|--?\w};
    splice @hidden, $count;
    return $margin . hide($all);
}

# A comment: prose, or a setting that is not in force.
sub comment {
    my ($mark, $blank, $text) = @_;
    return "$mark$blank$text" if $text =~ /^\W*$/;
    if ( $text =~ /^$before_key$key_form(?:\s*$operator(?!\s*$)|\s*\[|\()/ || $text =~ /^[\[{<]/) {
        my @state = ($in_map, $block, $quote);
        my $shown = inside($text, "");
        ($in_map, $block, $quote) = @state;
        return $mark . $blank . $shown;
    }
    my ($after, $now, @out) = (0);
    for my $piece (split /(\s+)/, $text) {
        my ($before, $core, $end) = $piece =~ /^(["'(\[<`*_]*)(.*?)(["')\]>`.,;:!?*_]*)$/s;
        if ($core =~ /^\s*$/) { push @out, $piece; next }
        my $is_secret = class($core) eq "secret";
        my $reads = $core !~ /=/ && listed($core) || !$after && $core =~ $prose && name($core)
            || $is_secret && $core !~ /[=\d]/ && name($core);
        my $shown = $now ? hide($core) : $reads ? $core : word($core, "");
        $now = $core =~ /^(?:is|was|war|ist)$/ && $after == 1;
        $after++ if $after;
        $after = 1, $now = $end =~ /[:=]/ if $is_secret;
        push @out, $before . $shown . $end;
    }
    return $mark . $blank . join "", @out;
}

# host:port:database:user:password
sub pgpass {
    my $line = shift;
    my ($before, $secret) = $line =~ /^((?:(?:[^:\\]|\\.)*:){4})(.*)$/s or return hide($line);
    return join(":", map { name($_) || is_host($_) || $_ eq "*" ? $_ : hide($_) } split /:/, $before, -1) . hide($secret);
}

# A line of a file that holds little but secrets: what comes first may be a name.
sub entry {
    my $line = shift;
    my ($before, $first, $between, $rest) = $line =~ /^(\s*)([^\s:]+(?:\](?::\d+)?)?)([\s:]+)(.+)$/s or return hide_line($line);
    my $is_name = $first =~ /^\[?([\w.\@-]+)\]?(?::\d+)?$/ && (name($1) || is_host($1));
    $rest = $rest =~ /^([\w.\@-]+):(.+)$/s && name($1) ? "$1:" . hide($2) : $rest =~ /^(\d+)$/ && $between =~ /:/ ? $rest : hide($rest);
    return $before . ($is_name ? $first : hide($first)) . $between . $rest;
}

# Elements and their attributes.
sub xml {
    my $line = shift;
    my ($out, $class, $name) = ("", "");
    for (split /(<[^>]*>?)/, $line) {
        if (!/^</) {
            $class = "secret" if $in_pair && ($name // "") =~ /^(?:value|default|content)$/;
            $in_pair = 2 if ($name // "") =~ /^(?:name|key|id)$/ && /^\s*([\w.-]+)\s*$/ && class($1) eq "secret";
            $out .= /\S/ ? quoted($_, $class) : $_;
            next;
        }
        my ($head, $attributes, $end) = m{^(<[/?!]?[\w:.-]*)(.*?)([/?]?>?)$}s;
        ($name) = $head =~ /([\w.-]+)$/;
        $class = $head =~ m{^</} ? "" : class($name // "");
        my $called = $attributes =~ /\b(?:name|key|id|property)\s*=\s*(["'])(.*?)\1/ ? class($2) : "";
        $class = "secret" if $called eq "secret";
        $attributes =~ s/([\w:.-]+)(\s*=\s*)($string)/my ($key, $is, $text) = ($1, $2, $3);
            $key . $is . substr($text, 0, 1) . quoted(substr($text, 1, -1), $key =~ m{^(?:name|key|id|property|class|type)$} ? "names"
            : $called eq "secret" ? "secret" : class($key)) . substr($text, -1)/ge;
        $out .= $head . $attributes . $end;
    }
    $block = length(($line =~ /^(\s*)/)[0]) if $class eq "secret" && $line =~ />\s*$/;
    return $out;
}

package main;
*begin = \&Harmless::begin;
*shown = \&Harmless::shown;
