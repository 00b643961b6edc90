use strict;
my $names = qr/@NAMES@/i;
my $not_secret = qr{^["']?(?:/[\w./-]+|yes|no|on|off|true|false|none|null|\d+)["']?[;,]?$}i;
# Directives of well-known files in which such a word has another meaning.
my $no_name = qr{^\s*(?:
    (?:proxy|fastcgi|uwsgi|scgi|grpc|memcached)_pass\w*\s
    | \w+_bypass\s
    | passwd:(?:\s+(?:files|compat|db|nis|nisplus|hesiod|ldap|sss|winbind|systemd|extrausers|\[[^\]]*\]))*\s*$
    | -?password\s+(?:\[|required|requisite|sufficient|optional|include|substack)\b
)}x;
my $in_url = qr{(\b[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#:\@"']*:)([^\s/\@"']*)(?=\@)};
my $within = qr{((?<=[\s?&;,"'=])[\w.-]*$names[\w.-]*=)([^\s&;,"']+)};
my $setting = qr{^(\s*(?:export\s+|set\s+)?["']?[\w.-]*$names[\w.-]*["']?(?:\s*[=:]\s*|\s+))(\S.*?)\s*$};
my $comment = qr{^(\s*[#;]+\s*["']?[\w.-]*$names[\w.-]*["']?\s*=\s*)(\S.*?)\s*$};
my $header = qr{^(.*?\b(?:Authorization|X-[\w-]*(?:Key|Token|Secret))["']?[\s:=]+)(\S.*?)\s*$}i;

sub secret {
    my ($line) = @_;
    my @found;
    $line =~ s{$in_url}{push @found, $2; "$1***"}ge;
    $line =~ s{$within}{push @found, $2; "$1***"}ge;
    return ($line, join "\0", @found) if @found;
    return ($line, undef) if $line =~ $no_name;
    my $is_comment = $line =~ /^\s*[#;]/;
    for my $form ($is_comment ? $comment : ($setting, $header)) {
        next unless $line =~ $form;
        my ($before, $secret) = ($1, $2);
        return $secret =~ $not_secret ? ($line, undef) : ($before . "***", $secret);
    }
    return ($line, undef);
}
