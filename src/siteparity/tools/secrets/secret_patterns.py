r"""What looks like a secret in a line of configuration. Perl, since it runs on the host: no secret leaves it.

``secret($line)`` gives the line with ``***`` for each secret, and the secrets; or the line and nothing.
Better one too many than one too few: what is left out of a text can still be compared by its hash. But a word
that has another meaning in well-known files hides no secret, and hides what makes two sites differ: nginx's
``proxy_pass``, ``passwd:`` in nsswitch.conf(5), ``password`` in pam.conf(5).
"""

from __future__ import annotations

PERL = r"""
my $names = qr/pass(?:w(?:or)?d|phrase)?|pwd|secret|token|api_?key|private_?key|access_?key|credentials?
    |masterauth/xi;
my $not_secret = qr{^["']?(?:/[\w./-]+|yes|no|on|off|true|false|none|null|\d+)["']?[;,]?$}i;
my $no_name = qr{^\s*(?:(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached)_pass\w*\s|\w+_bypass\s
    |passwd:(?:\s+(?:files|compat|db|nis|nisplus|hesiod|ldap|sss|winbind|systemd|extrausers|\[[^\]]*\]))*\s*$
    |-?password\s+(?:\[|required|requisite|sufficient|optional|include|substack)\b)}x;
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
"""
