r"""What looks like a secret in a line of configuration. Perl, since it runs on the host: no secret leaves it.

``secret($line)`` gives the line with ``***`` for its secret, and the secret; or the line and nothing. Better
one too many than one too few: what is left out of a text is still compared by its hash (``secrets``).
"""

from __future__ import annotations

PERL = r"""
my $names = qr/pass(?:w(?:or)?d|phrase)?|pwd|secret|token|api_?key|private_?key|access_?key|credentials?
    |masterauth/xi;
my $not_secret = qr{^["']?(?:/[\w./-]+|yes|no|on|off|true|false|none|null|\d+)["']?[;,]?$}i;
my $in_url = qr{\b[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#:\@"']*:([^\s/\@"']*)\@};
my $setting = qr{^(\s*(?:export\s+|set\s+)?["']?[\w.-]*$names[\w.-]*["']?(?:\s*[=:]\s*|\s+))(\S.*?)\s*$};
my $header = qr{^(.*?\b(?:Authorization|X-[\w-]*(?:Key|Token|Secret))["']?[\s:=]+)(\S.*?)\s*$}i;
sub secret {
    my ($line) = @_;
    if ($line =~ $in_url) {
        my ($secret, $at, $end) = ($1, $-[1], $+[1]);
        return (substr($line, 0, $at) . "***" . substr($line, $end), $secret);
    }
    return ($line, undef) if $line =~ /^\s*[#;]/;
    if ($line =~ $setting) {
        my ($before, $secret) = ($1, $2);
        return $secret =~ $not_secret ? ($line, undef) : ($before . "***", $secret);
    }
    return $line =~ $header ? ($1 . "***", $2) : ($line, undef);
}
"""
