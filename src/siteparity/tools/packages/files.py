"""Whether the files of packages are still those that dpkg laid down.

To read every file takes seconds. But a file cannot be written, replaced or given other times without its
ctime (inode(7)) becoming *now*, which no ordinary call can set back. dpkg renames a package's files into
place, and its list of checksums right after them (``process_archive`` in dpkg's sources). So a file is
read only when

- its ctime is later than that of the package's list: somebody touched it since, or
- more than an hour earlier: it was not laid down together with the list, as after the rollback of one file
  system.

Seconds are all that perl has without further packages, so within the list's own second the mtime decides:
files of packages keep the one from their archive, which is older. What is missing is found by the same
look. Conffiles are left out. Paths that are diverted (dpkg-divert(1)) are looked up where they were
diverted to, and files that another package took over (``Replaces``) are no longer the package's own: they
left its ``.list``.

dpkg keeps no modes and owners. So those that are unusual are listed, for comparison between hosts, of folders
as well; and so is where each symbolic link of a package leads to, and each choice of update-alternatives(1).

A folder or a link of a package that is gone is missing as a file is, but below /etc, where an administrator
may take it away as any configuration: that is compared between hosts. What a removed package has left there,
and obsolete conffiles, which stay in the ``.list``, may be gone; apt(8) makes its own folders when it needs
them.

What this cannot see: a file that was wrong already when the
whole disk was copied file by file, since a copy gives every file a new ctime; a clock that stood in the
future at the time of installation. Reading everything sees both.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from siteparity.model import UnmeasuredError

ALTERED = "altered"
MISSING = "missing"
UNREADABLE = "cannot be read"
NO_CHECKSUMS = "not a list of checksums"

GONE = "gone"

_WHAT = {b"A": ALTERED, b"M": MISSING, b"U": UNREADABLE, b"L": NO_CHECKSUMS}

# One line for each finding, "KIND\tPACKAGE\tPATH", and for each unusual mode or owner,
# "P\tPATH\tMODE OWNER:GROUP", or "gone" below /etc, for each symbolic link "K\tPATH\tTARGET"; the last line
# counts lists, files and files read.
_SCRIPT = r"""
use strict;
my $all = shift;
my $info = "/var/lib/dpkg/info";
chdir $info or die "$info: $!\n";
my (%diverted, %own, %is_file, %is_whole, %users, %groups, $obsolete, @suspects, $lists, $files, $read);
$lists = $files = $read = 0;
if (-e "../diversions") {
    open my $f, "<", "../diversions" or die "diversions: $!\n";
    while (defined(my $from = <$f>)) {
        my ($to, $by) = (scalar <$f>, scalar <$f>);
        defined $by or die "diversions: cut off\n";
        chomp($from, $to, $by);
        $diverted{$from} = [$to, $by];
    }
}
sub own {
    my ($package, $path) = @_;
    if (!$own{$package}) {
        my %paths;
        if (open my $f, "<", "$package.list") { while (<$f>) { chomp; $paths{$_} = 1 } }
        else { $paths{""} = 1 }
        if (open my $f, "<", "$package.conffiles") {
            while (<$f>) { delete $paths{$1} if m{^(?:remove-on-upgrade )?(/.*)} }
        }
        $own{$package} = \%paths;
    }
    return $own{$package}{""} || $own{$package}{$path};
}
sub unusual {
    my ($path, $mode, $uid, $gid) = @_;
    my $is_program = $path =~ m{/s?bin/};
    return if !$uid && !$gid && ($mode == 0755 || $mode == 0644 && !$is_program) && !-d _;
    my $owner = $users{$uid} //= $uid ? getpwuid($uid) // $uid : "root";
    my $group = $groups{$gid} //= $gid ? getgrgid($gid) // $gid : "root";
    printf "P\t%s\t%04o %s:%s\n", $path, $mode, $owner, $group;
}
sub real { my $to = $diverted{$_[0]}; return $to && $to->[1] ne $_[1] ? $to->[0] : $_[0] }
sub say_it { print join("\t", @_), "\n" if $_[0] eq "L" || own($_[1], $_[2]) }
opendir my $d, "." or die "$info: $!\n";
for my $list (sort grep { /\.md5sums\z/ && -s } readdir $d) {
    my $package = substr $list, 0, -8;
    (my $name = $package) =~ s/:.*//;
    open my $f, "<", $list or die "$list: $!\n";
    my $laid = (stat $f)[10];
    $lists++;
    $is_whole{$package} = 1;
    while (my $line = <$f>) {
        if ($line !~ m{^([0-9a-f]{32}) [ *](?:\.?/)?([^/\n].*)\n?\z}) {
            say_it("L", $package, "$info/$list");
            last;
        }
        my ($sum, $path) = ($1, "/$2");
        $is_file{$path} = 1;
        my $real = real($path, $name);
        my ($mode, $uid, $gid, $mtime, $ctime) = (lstat $real)[2, 4, 5, 9, 10];
        $files++;
        if (!defined $ctime) {
            $! == 2 || $! == 20 or die "$real: $!\n";
            say_it("M", $package, $path);
            next;
        }
        unusual($path, $mode & 07777, $uid, $gid) if ($mode & 0170000) == 0100000;
        if ($all || $ctime > $laid || $ctime < $laid - 3600
            || ($ctime == $laid && $mtime >= $laid - 1) || !-f _) {
            push @suspects, [$package, $path, $real, $sum];
        }
    }
}
my $of_apt = qr{^/var/(?:lib/apt/lists|cache/apt/archives)/};
sub gone {
    my ($package, $path) = @_;
    return if $path =~ $of_apt || !own($package, $path);
    if ($path !~ m{^/etc/}) { say_it("M", $package, $path); return }
    if (!$obsolete) {
        open my $status, "<", "../status" or die "status: $!\n";
        while (<$status>) { $obsolete->{$1} = 1 if m{^ (/.*) [0-9a-f]{32} obsolete} }
        $obsolete ||= {};
    }
    print "P\t$path\tgone\n" if !$obsolete->{$path};
}
sub link_at { my $to = readlink $_[0]; print "K\t$_[0]\t$to\n" if defined $to }
opendir $d, "." or die "$info: $!\n";
for my $list (grep { /\.list\z/ } readdir $d) {
    my $package = substr $list, 0, -5;
    (my $name = $package) =~ s/:.*//;
    open my $f, "<", $list or die "$list: $!\n";
    while (my $path = <$f>) {
        chomp $path;
        next if $is_file{$path}++ || $path eq "/.";
        my $real = %diverted ? real($path, $name) : $path;
        if (defined(my $to = readlink $real)) { print "K\t$path\t$to\n"; next }
        if ($! != 22) {
            $! == 2 || $! == 20 or die "$path: $!\n";
            gone($package, $path) if $is_whole{$package};
            next;
        }
        my ($mode, $uid, $gid) = (lstat $real)[2, 4, 5];
        next if $mode == 0040755 && !$uid && !$gid || !-d _ || $path =~ $of_apt;
        unusual($path, $mode & 07777, $uid, $gid);
    }
}
if (opendir my $chosen, "/etc/alternatives") {
    link_at("/etc/alternatives/$_") for readdir $chosen;
}
$read = @suspects;
while (my @some = splice @suspects, 0, 500) {
    my %sums;
    open my $h, "-|", "md5sum", "-z", "--", map { $_->[2] } @some or die "md5sum: $!\n";
    { local $/ = "\0"; while (<$h>) { chomp; $sums{substr $_, 34} = substr $_, 0, 32 } }
    close $h or !$! or die "md5sum: $!\n";
    for (@some) {
        my ($package, $path, $real, $sum) = @$_;
        my $found = $sums{$real};
        if (!defined $found) { say_it("U", $package, $path) }
        elsif ($found ne $sum) { say_it("A", $package, $path) }
    }
}
print "= $lists $files $read\n";
"""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A file that is not as its package has it."""

    package: str
    """As its list of checksums is named: ``libc6:amd64``, ``bash``."""
    path: str
    what: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of looking at a host's files."""

    wrong: tuple[Wrong, ...]
    modes: Mapping[str, str]
    """Path -> mode, owner and group, where they are not root's 0755, or 0644 of a plain file; or `GONE`."""
    links: Mapping[str, str]
    """Path of each symbolic link of a package, and of each alternative -> where it leads to."""
    lists: int
    """Lists of checksums that hold something."""
    files: int
    """Files that stand in these lists."""
    read: int
    """Files that were read because their times do not speak for them."""


def question(*, everything: bool) -> str:
    """A shell text that looks at every file in dpkg's lists of checksums.

    Args:
        everything: read every file, whatever its times say.
    """
    return f"perl -e {shlex.quote(_SCRIPT)} {int(everything)}"


def read(answer: bytes) -> Seen:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: it is cut, holds something else, or no file was looked at.
    """
    *lines, last, end = [b"", b"", *answer.split(b"\n")]
    counts = re.fullmatch(rb"= ([0-9]{1,9}) ([0-9]{1,9}) ([0-9]{1,9})", last)
    if end or counts is None:
        raise UnmeasuredError("files: the answer lacks its end")
    lists, files, hashed = map(int, counts.groups())
    if not files:
        raise UnmeasuredError("files: no package has a list of checksums")
    modes = dict(_mode(line) for line in lines if line.startswith(b"P\t"))
    links = dict(_link(line) for line in lines if line.startswith(b"K\t"))
    wrong = tuple(_wrong(line) for line in lines if line and not line.startswith((b"P\t", b"K\t")))
    return Seen(wrong, modes, links, lists, files, hashed)


def _link(line: bytes) -> tuple[str, str]:
    fields = [field.decode("utf-8", "backslashreplace") for field in line.split(b"\t")]
    if len(fields) != 3 or not all(fields):  # noqa: PLR2004  # K, path, target
        raise UnmeasuredError("files: a line is no symbolic link")
    return fields[1], fields[2]


def _mode(line: bytes) -> tuple[str, str]:
    fields = [field.decode("utf-8", "backslashreplace") for field in line.split(b"\t")]
    if len(fields) != 3 or not re.fullmatch(rf"[0-7]{{4}} [^:\s]+:[^:\s]+|{GONE}", fields[2]):  # noqa: PLR2004  # P, path, mode
        raise UnmeasuredError("files: a line is no mode of a file")
    return fields[1], fields[2]


def _wrong(line: bytes) -> Wrong:
    kind, *fields = line.split(b"\t", 2)
    if kind not in _WHAT or len(fields) != 2 or not all(fields):  # noqa: PLR2004  # package, path
        raise UnmeasuredError("files: a line is no finding")
    package, path = (field.decode("utf-8", "backslashreplace") for field in fields)
    return Wrong(package, path, _WHAT[kind])
