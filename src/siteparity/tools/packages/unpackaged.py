"""Files that no package has brought, in folders where a file changes what runs.

A library beside the packaged ones, a program of the same name earlier in the path, a certificate in the store
of those that are trusted: the packages are whole, and yet the host does something else. Compiled copies of
Python modules are left out: they follow from their sources.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from siteparity.model import UnmeasuredError

MOST = 5000
"""Files that are told; a folder with more of them is no folder to compare file by file."""
MOST_OF_ENVIRONMENTS = 40_000
"""The same where Python environments are counted as well, of which each distribution gets one digest."""

_LEADS = "leads to "

# Arguments: a number, which is how many files may be told from there on, or a folder. Stdin: the path of
# every file of a package. Perl's core belongs to what every Debian has, File::Find does not.
# "F\tPATH\tMODE OWNER:GROUP\tSHA256" for a file, "L\tPATH\tTARGET" for a symbolic link, "O\tPATH" for
# anything else, "G\tFOLDER" for a folder of the question that is not there; the last line counts them.
_SCRIPT = r"""
use strict;
my (%packaged, %asked, @files, $most, $told);
$asked{$_} = 1 for @ARGV;
while (<STDIN>) { chomp; $packaged{$_} = 1 }
%packaged or die "no package has a file\n";
if (open my $diversions, "<", "/var/lib/dpkg/diversions") {
    while (defined(my $from = <$diversions>)) {
        my ($to, $by) = (scalar <$diversions>, scalar <$diversions>);
        chomp $from;
        delete $packaged{$from} if $by eq ":\n";    # somebody has put another file there by hand
    }
}
sub too_many { die "more than $most files that no package has brought\n" }
sub tell_it { too_many() if $told++ >= $most; print join("\t", @_), "\n" }
sub look {
    my ($folder) = @_;
    opendir my $names, $folder or die "$folder: $!\n";
    for my $name (sort readdir $names) {
        next if $name eq "." || $name eq ".." || $name eq "__pycache__";
        my $path = "$folder/$name";
        my ($mode, $uid, $gid) = (lstat $path)[2, 4, 5];
        next if !defined $mode;
        if (($mode & 0170000) == 0040000) { $asked{$path} or look($path); next }
        next if $packaged{$path};
        $path !~ /[\t\n]/ or die "a name with a tab or the end of a line: $path\n";
        if (($mode & 0170000) == 0120000) { tell_it("L", $path, readlink $path) }
        elsif (($mode & 0170000) == 0100000) {
            my ($owner, $group) = ($uid ? getpwuid $uid : "root", $gid ? getgrgid $gid : "root");
            push @files, [$path, sprintf "%04o %s:%s", $mode & 07777, $owner // $uid, $group // $gid];
            too_many() if @files > $most;
        }
        else { tell_it("O", $path) }
    }
}
for my $folder (@ARGV) {
    if ($folder =~ /^[0-9]/) { $most = $folder }
    elsif ($folder =~ /[*?]/) { look($_) for grep { -d } glob $folder }
    elsif (-d $folder) { look($folder) }
    else { tell_it("G", $folder) }
}
while (my @some = splice @files, 0, 500) {
    my %sums;
    open my $h, "-|", "sha256sum", "-z", "--", map { $_->[0] } @some or die "sha256sum: $!\n";
    { local $/ = "\0"; while (<$h>) { chomp; $sums{substr $_, 66} = substr $_, 0, 64 } }
    close $h or die "sha256sum: a file cannot be read\n";
    tell_it("F", @$_, $sums{$_->[0]}) for @some;
}
printf "= %d\n", $told;
"""


def question(folders: Sequence[str], environments: Sequence[str] = ()) -> str:
    """A shell text that tells every file below the folders, and the environments, that is no package's."""
    further = [place for place in environments if place not in folders]
    apart = (str(MOST_OF_ENVIRONMENTS), *further) if further else ()
    arguments = " ".join(map(shlex.quote, (str(MOST), *folders, *apart)))
    return (
        "if [ -s /var/lib/dpkg/status ];then cat /var/lib/dpkg/info/*.list;else rpm -qal;fi|\n"
        f"perl -e {shlex.quote(_SCRIPT)} -- {arguments}"
    )


def read(answer: bytes) -> Mapping[str, str]:
    """Read the answer to `question`.

    Returns:
        Path -> mode, owner and digest of a file, where a link leads to, or what it is instead; of a folder of
        the question that is not there ``no such folder``.

    Raises:
        UnmeasuredError: the answer is cut, or holds something else.
    """
    *lines, last, end = ["", "", *answer.decode("utf-8", "backslashreplace").split("\n")]
    lines = [line for line in lines if line]
    count = re.fullmatch(r"= ([0-9]{1,9})", last)
    if end or count is None or int(count[1]) != len(lines):
        raise UnmeasuredError("unpackaged: the answer lacks its end")
    return dict(_told(line.split("\t")) for line in lines)


def _told(fields: Sequence[str]) -> tuple[str, str]:
    match fields:
        case ["F", path, rights, digest] if re.fullmatch(
            r"[0-7]{4} \S+:\S+ [0-9a-f]{64}", f"{rights} {digest}"
        ):
            return path, f"{rights}, sha256 {digest[:12]}"
        case ["L", path, target] if target:
            return path, f"{_LEADS}{target}"
        case ["O", path]:
            return path, "neither a file nor a link"
        case ["G", path]:
            return path, "no such folder"
    raise UnmeasuredError("unpackaged: a line is not understood")


def without(found: Mapping[str, str], patterns: Sequence[str]) -> Mapping[str, str]:
    """All but what the patterns name (``*`` stands for slashes as well), and links that lead to it."""
    named = {path for path in found if any(fnmatchcase(path, pattern) for pattern in patterns)}
    return {
        path: said for path, said in found.items() if path not in named and _target(path, said) not in named
    }


def _target(path: str, said: str) -> str | None:
    """Where a link leads to; None for what is no link."""
    to = said.removeprefix(_LEADS)
    return None if to == said else posixpath.normpath(posixpath.join(posixpath.dirname(path), to))
