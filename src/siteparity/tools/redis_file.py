r"""Redis's configuration file as Redis reads it: with what it includes, line by line, and what a start needs.

Redis starts with no line that it does not know, and with no file that it cannot open (config.c and module.c
of Redis 7). Passwords do not leave the host: they are left out of lines, or held against each other there.
Perl, which is one process in place of many.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from siteparity.tools.redis_cli import RedisUser, client_words, login
from siteparity.tools.secrets import secret_patterns

# Into @lines, in Redis's order; what cannot be opened stays as the line that names it.
_LOAD = r"""
use strict;
$| = 1;
my ($file, @client) = @ARGV;
my (@lines, @files);
sub load {
    my ($path, $depth) = @_;
    $depth < 16 or die "$path: it includes itself\n";
    my $there = !-d $path && open my $f, "<", $path;
    $there || $depth or die "$path: " . (-d $path ? "it is a folder" : $!) . "\n";
    $there or do { push @lines, "include $path"; return };
    push @files, $path;
    for (<$f>) {
        s/^\s+|\s+$//g;
        next if /^(?:#|$)/;
        if (/^include\s+(.*)/i) { load($_, $depth + 1) for named(bare($1)) } else { push @lines, $_ }
    }
    close $f or die "$path: $!\n";
}
sub bare { my $text = shift; $text =~ s/^(["'])(.*)\1$/$2/; return $text }
sub named {
    my $path = shift;
    return $path unless $path =~ /[*?\[]/;
    $path =~ s/([\s{}~"'\\])/\\$1/g;
    return glob $path;
}
sub values_of { my $name = shift; return map { /^\Q$name\E\s+(.*)/i ? bare($1) : () } @lines }
sub value_of { return (values_of(@_))[-1] // "" }
load($file, 0);
"""

# A misspelt name may stand before a password as well, so what only looks like the name of one is enough.
_SHOW = r"""
my $secret = qr/^(?!tls-auth-clients$|masteruser$)(?:requir|master|.*(?:pas|pwd|auth|secr|tok|word|cred))/i;
sub shown {
    my ($line) = @_;
    my ($name, $rest) = split " ", $line, 2;
    if ($name =~ /^["']?user["']?$/i) {
        $rest =~ s/"[^"]*[#><!][^"]*"/#(password)/g;
        $rest =~ s/[#><!]\S+/#(password)/g;
        return "$name $rest";
    }
    return bare($rest // "") eq "" ? $line : "$name ***" if $name =~ $secret;
    $line =~ s/(\S*(?:pas|pwd|auth|secr|tok|cred)\S*\s+)\S+/$1***/gi if $name =~ /^loadmodule/i;
    return (secret($line))[0];
}
"""

_ASK = r"""
sub asked {
    my $pid = open my $answer, "-|";
    defined $pid or die "fork: $!\n";
    if (!$pid) { open STDERR, ">&", *STDOUT; exec @client, @_; exit 127 }
    my $text = join "", <$answer>;
    close $answer or do { print STDERR $text; exit 1 };
    return $text;
}
"""

_USERS = r"""
sub users {
    my $path = value_of("aclfile");
    return if $path eq "";
    open my $f, "<", $path or die "$path: $!\n";
    my @users = map { s/^\s+|\s+$//gr } <$f>;
    close $f or die "$path: $!\n";
    return grep { !/^(?:#|$)/ } @users;
}
"""

_PASSWORDS = r"""
my @told = grep { /^user\s/i } @lines;
my $one = value_of("requirepass");
push @told, "user default >$one" if $one ne "" && value_of("aclfile") eq "";
push @told, users();
my %running = map { /^user (\S+) (.*)/ ? ($1, $2) : () } split /\n/, asked("ACL", "LIST");
my @words = map { /\s>(\S+)/g } @told;
my (%digest, @ends);
$^F = 1000;
for (@words) {
    length() < 60000 && pipe my $out, my $in or die "a password cannot be hashed\n";
    print $in $_;
    close $in or die "pipe: $!\n";
    push @ends, $out;
}
if (@ends) {
    open my $sums, "-|", "sha256sum", "--", map { "/dev/fd/" . fileno $_ } @ends or die "sha256sum: $!\n";
    for my $word (@words) {
        (<$sums> // "") =~ /^([0-9a-f]{64}) / or die "sha256sum: no hash\n";
        $digest{$word} = $1;
    }
    close $sums or die "sha256sum failed\n";
}
sub hashes {
    my %found = map { /^#(.*)/ ? ($1, 1) : /^>(.*)/ ? ($digest{$1}, 1) : /^nopass$/ ? ($_, 1) : () }
        split " ", $_[0];
    return join " ", sort keys %found;
}
for (@told) {
    my ($name, $rules) = /^user\s+(\S+)\s*(.*)/i or next;
    next unless exists $running{$name};
    print hashes($rules) eq hashes($running{$name}) ? "same" : "differs", " $name\n";
}
print "end\n";
"""

# "known NAME" or "unknown NAME" for each first word, then what is there, tried as the account of the server
# that runs. Files of TLS are opened by a server only that uses it; a log goes to the journal without a name.
_NEEDED = r"""
my ($pid) = asked("INFO", "server") =~ /^process_id:(\d+)/m or die "INFO: no process_id\n";
open my $status, "<", "/proc/$pid/status" or die "/proc/$pid/status: $!\n";
my %id = map { /^([UG]id):\s+\d+\s+(\d+)/ ? ($1, $2) : () } <$status>;
my %in_file = map { /^(\S+)/ ? (lc $1, 1) : () } @lines;
my %own = map { $_ => 1 } qw(include loadmodule rename-command user),
    qw(list-max-ziplist-entries list-max-ziplist-value lua-replicate-commands io-threads-do-reads dynamic-hz);
my @names = grep { /^[a-z0-9_.-]{1,80}$/ } sort keys %in_file;
my @kept = qw(dir appenddirname appendfilename appendonly aclfile);
my $json = asked("--json", "CONFIG", "GET", @kept, grep { !$own{$_} } @names);
my %runs = $json =~ /"([^"\\]+)":"((?:[^"\\]|\\.)*)"/g;
s/\\(.)/$1/g for values %runs;
print exists $runs{$_} || $own{$_} ? "known" : "unknown", " $_\n" for sort keys %in_file;
print "known (no word at all)\n" unless %in_file;
my $dir = $runs{dir};
sub at { my $path = shift; return $path =~ m{^/} ? $path : "$dir/$path" }
my @tries;
sub try { my ($test, $path, $state) = @_; push @tries, $test, $path, -e $path ? $state : "missing" }
sub folder { my $path = at(shift); $path =~ s{/+[^/]*$}{}; return $path eq "" ? "/" : $path }
try("-r", $_, "unreadable") for @files, map({ /^include (.*)/ ? $1 : () } @lines);
my %users = map { ($_, 1) } grep { $_ ne "" } $runs{aclfile}, value_of("aclfile");
try("-r", at($_), "unreadable") for sort keys %users;
my %folders = map { ($_, 1) } $dir, grep { $_ ne "" } value_of("dir");
try("-w", $_, "unwritable") for sort keys %folders;
my $log = value_of("logfile");
if ($log ne "" && lc $log ne "stdout") {
    try("-w", -e at($log) ? at($log) : folder($log), "unwritable");
}
my $socket = value_of("unixsocket");
try("-w", folder($socket), "unwritable") if $socket ne "";
for (values_of("loadmodule")) {
    my ($module) = /^["']?([^\s"']+)/ or next;
    try("-r", at($module), "unreadable");
    try("-x", at($module), "unexecutable");
}
if (value_of("tls-port") =~ /[1-9]/ || grep { lc value_of($_) eq "yes" } qw(tls-replication tls-cluster)) {
    for (qw(cert-file key-file client-cert-file client-key-file dh-params-file ca-cert-file ca-cert-dir)) {
        my $path = value_of("tls-$_");
        try("-r", at($path), "unreadable") if $path ne "";
    }
}
my ($aof, $list) = ("", "");
if ($runs{appendonly} eq "yes") {
    $aof = "$dir/$runs{appenddirname}";
    $list = "$aof/$runs{appendfilename}.manifest";
    try("-w", $aof, "unwritable");
    try("-r", $list, "unreadable");
}
exec "setpriv", "--reuid=$id{Uid}", "--regid=$id{Gid}", "--init-groups", "--",
    "sh", "-c", $ENV{AS_SERVER}, "sh", $aof, $list, @tries or die "setpriv: $!\n";
"""

_AS_SERVER = """\
aof=$1 list=$2;shift 2
try() { if test "$1" "$2";then echo "ok $3";else echo "$4 $3";fi; }
while [ $# -gt 0 ];do try "$1" "$2" "$2" "$3";shift 3;done
[ -r "${list:-/none}" ]||{ echo end;exit 0; }
while read -r _ name _;do try -w "$aof/$name" "the files of sessions" missing
case $name in *.base.rdb)[ "$(head -c5 -- "$aof/$name")" = REDIS ]||echo "damaged $aof/$name";;esac
done <"$list"
echo end
"""


def lines_question(file: str) -> str:
    """A shell text that prints each line that says something, without passwords."""
    return _perl(_LOAD + secret_patterns.PERL + _SHOW + 'print map { shown($_) . "\\n" } @lines;\n', [file])


def users_question(file: str) -> str:
    """A shell text that prints the lines of the file of users, without passwords."""
    program = _LOAD + secret_patterns.PERL + _SHOW + _USERS
    return _perl(program + 'print map { shown($_) . "\\n" } users();\n', [file])


def passwords_question(section: RedisUser, file: str) -> str:
    """A shell text that tells for each user whether the file has the password that is in force."""
    return login(section.auth_file) + _perl(
        _LOAD + _ASK + _USERS + _PASSWORDS, [file, *client_words(section)]
    )


def needed_question(section: RedisUser, file: str) -> str:
    """A shell text that tells whether Redis could start again: words that it knows, files that are there."""
    words = [file, *client_words(section)]
    return f"{login(section.auth_file)}AS_SERVER={shlex.quote(_AS_SERVER)}\nexport AS_SERVER\n" + _perl(
        _LOAD + _ASK + _NEEDED, words
    )


def _perl(program: str, words: Sequence[str]) -> str:
    return f"exec perl -e {shlex.quote(program)} -- {' '.join(map(shlex.quote, words))}\n"
