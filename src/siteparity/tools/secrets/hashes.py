"""Secrets as hashes that say nothing by themselves: HMAC-SHA-256 (RFC 2104) with a key of one run.

The key is the shell's variable ``KEY``, and handed to perl in its environment, where perl's own children do
not find it: neither key nor secret is ever an argument of a process, a file, or a line of the answer. A host
without perl (``perl-base`` is essential in Debian) leaves its secrets unmeasured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from siteparity.model import UnmeasuredError
from siteparity.tools.secrets import secret_patterns

Form: TypeAlias = Literal["settings", "pgpass", "whole"]

SET = "set"
EMPTY = "empty"
MISSING = "missing"
NO_FILE = "no such file"
PLACEHOLDER = "a placeholder"
OPEN = "everybody on the host may read it"
STATES = {
    "set": SET,
    "empty": EMPTY,
    "missing": MISSING,
    "no-file": NO_FILE,
    "placeholder": PLACEHOLDER,
    "open": OPEN,
    "ignored": "PostgreSQL ignores the file: group or others have rights to it",
}

# A line for each secret: "FILE\tNAME\tSTATE\tHASH"; the last line counts them. Of a URL only the password
# counts, since its host differs by site; a web address without one may be a secret itself. Hashing is done
# by one sha256sum for all, which reads from pipes.
_PERL = r"""
use strict;
my $key = delete $ENV{{SITEPARITY_KEY}};
$key =~ /^[0-9a-f]{{64}}$/ or die "this run has no key to hash secrets with\n";
$key = pack "H*", $key;
my @found;
{looks}
sub state_of {{
    my ($secret, $mode, $form) = @_;
    return "empty" if $secret eq "";
    return "placeholder" if $secret =~ /^(?:\*+|x{{3,}}|change[-_ ]?me!?|password|secret|todo|example)$/i
        || $secret =~ /^(?:<.*>|\$\{{.*\}}|\@[A-Za-z_]+\@)$/;
    return "ignored" if $form eq "pgpass" && $mode & 0077;
    return $mode & 0004 ? "open" : "set";
}}
sub bare {{
    my ($value) = @_;
    $value =~ s/^\s+|\s+$//g;
    $value =~ s/^(["'])(.*)\1$/$2/;
    return $value;
}}
sub look {{
    my ($form, $file, @names) = @_;
    my $f;
    if (!open $f, "<", $file) {{
        $! == 2 || $! == 20 or die "$file: $!\n";
        push @found, [$file, $_, "no-file", ""] for @names;
        return;
    }}
    my $mode = (stat $f)[2] & 07777;
    my %of;
    if ($form eq "whole") {{
        local $/;
        my $text = <$f> // "";
        $text =~ s/[\r\n]+\z//;
        $of{{$names[0]}} = $text;
    }}
    while (my $line = <$f>) {{
        chomp $line;
        if ($form eq "pgpass") {{
            next if $line =~ /^#/;
            $of{{$1}} //= $2 if $line =~ /^(?:(?:[^:\\]|\\.)*:){{3}}((?:[^:\\]|\\.)*):(.*)$/;
            next;
        }}
        next if $line =~ /^\s*[#;]/;
        $line =~ /^\s*(?:export\s+)?["']?([\w.-]+)["']?(?:\s*[=:]\s*|\s+|$)(.*)$/ or next;
        my ($name, $value) = ($1, bare($2));
        my (undef, $secret) = secret($line);
        my $is_named = grep {{ $_ eq $name }} @names;
        next if !$is_named && !defined $secret;
        $secret = $value =~ m{{^[A-Za-z][A-Za-z0-9+.-]*://}} && $value !~ m{{^https?://[^@]*$}}
            ? $secret // "" : $value;
        $of{{$name}} = $secret;
    }}
    close $f or die "$file: $!\n";
    push @found, [$file, $_, "missing", ""] for grep {{ !defined $of{{$_}} }} @names;
    push @found, [$file, $_, state_of($of{{$_}}, $mode, $form), $of{{$_}}] for sort keys %of;
}}
sub hashes {{
    my ($prefix, @texts) = @_;
    $^F = 1000;
    my (@ends, @pipes);
    for (@texts) {{
        length($_) < 60000 or die "a secret is longer than 60000 bytes\n";
        pipe my $out, my $in or die "pipe: $!\n";
        binmode $in;
        print $in $prefix, $_;
        close $in or die "pipe: $!\n";
        push @ends, $out;
        push @pipes, "/dev/fd/" . fileno $out;
    }}
    open my $h, "-|", "sha256sum", "--", @pipes or die "sha256sum: $!\n";
    my @sums = map {{ /^([0-9a-f]{{64}}) / or die "sha256sum: no hash\n"; $1 }} <$h>;
    close $h or die "sha256sum failed\n";
    @sums == @texts or die "sha256sum: too few hashes\n";
    return @sums;
}}
sub keyed {{
    my @texts = @_;
    return () unless @texts;
    my $block = $key . "\0" x (64 - length $key);
    my $inner = $block ^ ("\x36" x 64);
    my $outer = $block ^ ("\x5c" x 64);
    my @sums;
    while (my @some = splice @texts, 0, 100) {{
        push @sums, hashes($outer, map {{ pack "H*", $_ }} hashes($inner, @some));
    }}
    return @sums;
}}
{sources}
my @hashes = keyed(map {{ $_->[3] }} @found);
for (@found) {{
    my $hash = shift @hashes;
    print join("\t", @$_[0, 1, 2], $_->[3] eq "" ? "-" : $hash), "\n";
}}
printf "= %d\n", scalar @found;
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A file with secrets."""

    form: Form
    file: str
    names: tuple[str, ...]
    """What must be in it: settings, users of a password file; of a whole file what to call it."""


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret of a host."""

    file: str
    name: str
    state: str
    hash: str | None
    """None where there is nothing to hash."""

    @property
    def item(self) -> str:
        """What it is called in findings."""
        return f"{self.file}: {self.name}"


def question(sources: Iterable[Source]) -> str:
    """A shell text that looks at secrets; the shell's ``KEY`` must be 64 hexadecimal digits."""
    looks_at = "\n".join(
        f"look({', '.join(_quoted(word) for word in (source.form, source.file, *source.names))});"
        for source in sources
    )
    program = _PERL.format(looks=secret_patterns.PERL, sources=looks_at)
    return f"SITEPARITY_KEY=$KEY perl - <<'END_OF_PROGRAM'\n{program}END_OF_PROGRAM\n"


def _quoted(word: str) -> str:
    """A word as a constant of perl, in characters that end no line and no quotation."""
    return f'pack("H*", "{word.encode().hex()}")'


@lru_cache(maxsize=32)
def read(answer: bytes) -> Sequence[Secret]:
    """Read the answer to `question`. No reason quotes the answer, which may hold what it should not.

    Raises:
        UnmeasuredError: it is cut, or holds something else.
    """
    *lines, last, end = ["", "", *answer.decode("utf-8", "backslashreplace").split("\n")]
    lines = lines[2:] if len(lines) > 1 else []
    if end or not re.fullmatch(r"= [0-9]{1,6}", last):
        raise UnmeasuredError("secrets: the answer lacks its end")
    secrets: list[Secret] = []
    for line in lines:
        fields = line.split("\t")
        if len(fields) != 4 or fields[2] not in STATES or not re.fullmatch(r"-|[0-9a-f]{64}", fields[3]):  # noqa: PLR2004  # file, name, state, hash
            raise UnmeasuredError("secrets: a line of the answer is not understood")
        has_value = fields[2] not in ("empty", "missing", "no-file")
        if has_value != (fields[3] != "-"):
            raise UnmeasuredError("secrets: a hash is missing, or there is one of nothing")
        secrets.append(Secret(fields[0], fields[1], STATES[fields[2]], fields[3] if has_value else None))
    if len(secrets) != int(last[2:]):
        raise UnmeasuredError("secrets: the answer lacks a line")
    return tuple(secrets)
