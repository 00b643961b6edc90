"""Configuration files: text without secrets, modes, what upgrades left behind.

Read are the files that the policy names by patterns, and each conffile of a package that is no longer as it
was packaged: ``Conffiles`` in /var/lib/dpkg/status, or what ``rpm -Va --configfiles`` says where packages are
rpm's. What an nginx includes is read as well, wherever it lies; a relative path counts from the folder of
nginx.conf, and a wildcard may match nothing. Secrets are left out on the host
(`siteparity.tools.secrets.secret_patterns`). Of what is large or no text only a digest leaves it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from siteparity.model import UnmeasuredError
from siteparity.tools.secrets import secret_patterns

LARGEST_TEXT = 65_536

# For each file "f\tPATH\tMODE OWNER:GROUP\tKIND", where KIND is text, link TARGET, digest SHA256, "unpacked"
# (a conffile that its package brought and that is gone) or "packaged" (one that nobody changed, with unusual
# rights); usual rights of a conffile are "-". For each line of a text "c\tLINE"; "l\tPATH" for what an
# upgrade left; "g\tPATTERN\tCOUNT" for each pattern of the policy; "p\tLINE" for each line of ld.so.preload,
# and "P" where that file is there at all; "n\tCOUNT" for the conffiles.
_PERL = r"""
use strict;
{looks}
my (%wanted, %named, @digests, %users, %groups);
my $count = 0;
my $usual = qr/^0(?:644|755) root:root\z/;
my @patterns = map {{ pack "H*", $_ }} qw({patterns});
my @including = map {{ pack "H*", $_ }} qw({including});
my @elsewhere = map {{ pattern(pack "H*", $_) }} qw({elsewhere});
sub pattern {{
    my $text = quotemeta shift;
    $text =~ s/\\\*/.*/g;
    $text =~ s/\\\?/./g;
    return qr/\A$text\z/s;
}}
sub counts {{ my $path = shift; return !grep {{ $path =~ $_ }} @elsewhere }}
sub header {{ print join("\t", "f", clean($_[0]), $_[1], $_[2]), "\n"; $count++ }}
sub rights {{
    my ($mode, $uid, $gid) = @_;
    my $owner = $users{{$uid}} //= getpwuid($uid) // $uid;
    my $group = $groups{{$gid}} //= getgrgid($gid) // $gid;
    return sprintf "%04o %s:%s", $mode & 07777, $owner, $group;
}}
sub clean {{ my $text = shift; $text =~ s/([\\\t\n\r])/sprintf "\\x%02x", ord $1/ge; return $text }}
sub sums {{
    my ($program, @paths) = @_;
    my %sums;
    while (my @some = splice @paths, 0, 500) {{
        open my $h, "-|", $program, "-z", "--", @some or die "$program: $!\n";
        local $/ = "\0";
        while (<$h>) {{ chomp; /^([0-9a-f]+) [ *](.*)\z/s or die "$program: no digest\n"; $sums{{$2}} = $1 }}
        close $h or !$! or die "$program: $!\n";
    }}
    return %sums;
}}
for my $pattern (@patterns) {{
    my @there = grep {{ counts($_) && (-l $_ || -f $_) }} glob quotemeta_spaces($pattern);
    $wanted{{$_}} = $named{{$_}} = 1 for @there;
    print join("\t", "g", clean($pattern), scalar @there), "\n";
}}
for my $main (@including) {{
    my ($folder, @next) = ($main =~ m{{^(.*)/}}, $main);
    my %seen;
    while (defined(my $path = shift @next)) {{
        next if $seen{{$path}}++ || !-f $path || !counts($path);
        $wanted{{$path}} = $named{{$path}} = 1;
        open my $f, "<", $path or die "$path: $!\n";
        while (<$f>) {{
            s/(?:^|\s)#.*//;
            while (/(?:^|[\s;{{}}])include\s+("[^"]*"|'[^']*'|[^\s;]+)\s*;/g) {{
                (my $pattern = $1) =~ s/^["']|["']\z//g;
                push @next, glob quotemeta_spaces($pattern =~ m{{^/}} ? $pattern : "$folder/$pattern");
            }}
        }}
        close $f or die "$path: $!\n";
    }}
}}
sub quotemeta_spaces {{ my $text = shift; $text =~ s/([\s{{}}~"'\\])/\\$1/g; return $text }}
if (open my $status, "<", "/var/lib/dpkg/status") {{
    my ($in, %packaged);
    while (<$status>) {{
        if (/^Conffiles:/) {{ $in = 1; next }}
        if ($in && /^ (\/.*) ([0-9a-f]{{32}})( obsolete)?( remove-on-upgrade)?$/) {{
            $packaged{{$1}} = $2 unless $3 || $4;
            next;
        }}
        $in = 0;
    }}
    close $status or die "/var/lib/dpkg/status: $!\n";
    my @there = grep {{ counts($_) }} sort keys %packaged;
    header($_, "-", "unpacked") for grep {{ !-e $_ && !-l $_ }} @there;
    my %sums = sums("md5sum", grep {{ -f $_ }} @there);
    for (@there) {{
        next unless -e $_;
        defined $sums{{$_}} or die "$_: cannot be read\n";
        if ($sums{{$_}} ne $packaged{{$_}}) {{ $wanted{{$_}} = 1; next }}
        my $rights = rights((stat $_)[2, 4, 5]);
        header($_, $rights, "packaged") unless $named{{$_}} || $rights =~ /$usual/;
    }}
    print "n\t", scalar(@there), "\n";
}} elsif ($! != 2) {{ die "/var/lib/dpkg/status: $!\n" }}
elsif (my %packaged = map {{ chomp; ($_, 1) }} rpm("-qa", "--configfiles")) {{
    my @there = grep {{ m{{^/}} && counts($_) }} keys %packaged;
    for (rpm("-Va", "--configfiles", "--nodeps", "--noscripts")) {{
        my ($wrong, $path) = m{{^(missing|[SM5DLUGTP.?]{{8,10}}) +c (/.*)$}} or die "rpm: $_";
        $path =~ s/ \([^()]*\)$// unless $packaged{{$path}};
        next unless $packaged{{$path}} && counts($path);
        if ($wrong eq "missing") {{ header($path, "-", "unpacked") }}
        elsif ($wrong =~ /[S5L?]/) {{ $wanted{{$path}} = 1 }}
        elsif ($wrong =~ /[MUG]/ && !$named{{$path}}) {{
            header($path, rights((lstat $path)[2, 4, 5]), "packaged");
        }}
    }}
    print "n\t", scalar(@there), "\n";
}} else {{ print "n\t0\n" }}
sub rpm {{
    grep {{ -x "$_/rpm" }} split /:/, $ENV{{PATH}} or return;
    open my $h, "-|", "rpm", @_ or die "rpm: $!\n";
    my @lines = <$h>;
    close $h or !$! && $? >> 8 == 1 or die "rpm: exit $?\n";
    return @lines;
}}
for my $path (sort keys %wanted) {{
    my ($mode, $uid, $gid, $size) = (lstat $path)[2, 4, 5, 7];
    defined $mode or die "$path: $!\n";
    my $shown = rights($mode, $uid, $gid);
    $shown = "-" if !$named{{$path}} && $shown =~ /$usual/;
    if (-l _) {{
        header($path, $shown, "link " . clean(readlink $path));
        -f $path or next;
        $size = -s _;
    }}
    open my $f, "<", $path or die "$path: $!\n";
    my $text = do {{ local $/; <$f> }} // "";
    close $f or die "$path: $!\n";
    if ($size > {largest} || $text =~ /[\0\xff]/) {{ push @digests, [$path, $shown]; next }}
    header($path, $shown, "text");
    my $in_key;
    for my $line (split /\n/, $text, -1) {{
        $in_key = 1 if $line =~ /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
        my ($visible) = $in_key ? ("***") : secret($line);
        $in_key = 0 if $line =~ /-----END [A-Z ]*PRIVATE KEY-----/;
        print "c\t", clean($visible), "\n";
    }}
}}
my %digests = sums("sha256sum", map {{ $_->[0] }} @digests);
for (@digests) {{
    defined $digests{{$_->[0]}} or die "$_->[0]: cannot be read\n";
    header($_->[0], $_->[1], "digest $digests{{$_->[0]}}");
}}
sub walk {{
    my $folder = shift;
    opendir my $d, $folder or die "$folder: $!\n";
    for (sort readdir $d) {{
        next if /^\.\.?\z/;
        my $path = "$folder/$_";
        if (!-l $path && -d _) {{ walk($path) }}
        elsif (/\.(?:dpkg-(?:new|dist|tmp)|ucf-(?:new|dist)|rpmnew)\z/) {{ print "l\t", clean($path), "\n" }}
    }}
}}
walk("/etc");
if (open my $f, "<", "/etc/ld.so.preload") {{
    print "P\n";
    while (<$f>) {{ chomp; s/#.*//; print "p\t", clean($_), "\n" for split /[\s:]+/ }}
}} elsif ($! != 2) {{ die "/etc/ld.so.preload: $!\n" }}
printf "= %d\n", $count;
"""


@dataclass(frozen=True, slots=True)
class File:
    """One configuration file."""

    path: str
    rights: str
    """Mode, owner and group: ``0644 root:root``; ``-`` where it is gone, or a conffile's are usual."""
    kind: str
    """``text``, ``link TARGET``, ``digest SHA256``, or ``unpacked``: a package's, and gone."""
    lines: tuple[str, ...]
    """Its text without secrets."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The configuration of one host."""

    files: Sequence[File]
    left: tuple[str, ...]
    """What upgrades left behind."""
    preload: tuple[str, ...] | None
    """What /etc/ld.so.preload names; None where there is no such file."""
    matches: Mapping[str, int]
    """Pattern of the policy -> how many files it names."""
    conffiles: int
    """How many conffiles of packages were looked at."""


def question(patterns: Sequence[str], elsewhere: Sequence[str], including: Sequence[str] = ()) -> str:
    """A shell text that reads the files.

    Args:
        patterns: as a shell understands them.
        elsewhere: patterns of files that are left out; ``*`` stands for slashes as well.
        including: first files of nginx, where there are any; what they include is read, too.
    """
    program = _PERL.format(
        looks=secret_patterns.PERL,
        patterns=" ".join(pattern.encode().hex() for pattern in patterns),
        elsewhere=" ".join(pattern.encode().hex() for pattern in elsewhere),
        including=" ".join(path.encode().hex() for path in including),
        largest=LARGEST_TEXT,
    )
    return f"perl - <<'END_OF_PROGRAM'\n{program}END_OF_PROGRAM\n"


@lru_cache(maxsize=32)
def read(answer: bytes) -> Seen:
    """Read the answer to `question`; remembered, since several tables are made of it.

    Raises:
        UnmeasuredError: it is cut, or holds something else.
    """
    *lines, last, end = ["", *answer.decode("utf-8", "backslashreplace").split("\n")]
    if end or not re.fullmatch(r"= [0-9]{1,7}", last):
        raise UnmeasuredError("files: the answer lacks its end")
    seen = _Listing()
    for line in lines[1:]:
        if not seen.take(line):
            raise UnmeasuredError("files: a line of the answer is not understood")
    if len(seen.headers) != int(last[2:]) or seen.conffiles is None:
        raise UnmeasuredError("files: the answer lacks a file")
    found = [File(*header, tuple(text)) for header, text in zip(seen.headers, seen.texts, strict=True)]
    return Seen(found, tuple(sorted(seen.left)), seen.preload, seen.matches, seen.conffiles)


@dataclass(slots=True)
class _Listing:
    """The answer as far as it was read."""

    headers: list[tuple[str, str, str]] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    matches: dict[str, int] = field(default_factory=dict)
    preload: tuple[str, ...] | None = None
    conffiles: int | None = None

    def take(self, line: str) -> bool:
        """Take a line in; False where it is none that the question prints."""
        match line.split("\t"):
            case ["f", path, rights, kind] if _is_header(path, rights, kind):
                self.headers.append((path, rights, kind))
                self.texts.append([])
            case ["c", text] if self.headers and self.headers[-1][2] == "text":
                self.texts[-1].append(text)
            case ["l", path]:
                self.left.append(path)
            case ["g", pattern, count] if _is_count(count):
                self.matches[pattern] = int(count)
            case ["P"] if self.preload is None:
                self.preload = ()
            case ["p", library] if self.preload is not None:
                self.preload += (library,) if library else ()
            case ["n", count] if _is_count(count):
                self.conffiles = int(count)
            case _:
                return False
        return True


def _is_header(path: str, rights: str, kind: str) -> bool:
    return bool(
        path.startswith("/")
        and re.fullmatch(r"-|[0-7]{4} [^:\s]+:[^:\s]+", rights)
        and re.fullmatch(r"text|unpacked|packaged|link .*|digest [0-9a-f]{64}", kind)
    )


def _is_count(text: str) -> bool:
    return re.fullmatch("[0-9]{1,18}", text) is not None
