"""The environment of a service: what its files say now, and what its main process was started with.

systemd.exec(5): ``Environment=``, then each ``EnvironmentFile=``, later ones winning. The two are held
against each other on the host, and what looks like a secret is not shown
(`siteparity.tools.secrets.secret_patterns`).
Perl reads its program, and what systemd says, from stdin and environment: no value becomes an argument.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from siteparity.model import UnmeasuredError
from siteparity.tools.secrets import secret_patterns
from siteparity.tools.systemd.unit import look_up

STATES = {
    "same": "runs as configured",
    "differs": "runs with another value",
    "unset": "configured, and not in the running process",
    "stale": "in the running process, and configured no more",
}
RUNNING = STATES["same"]

# "NAME\tSTATE\tVALUE" for each variable; values of the files, or of the process where they have none.
_PERL = r"""
use strict;
use Text::ParseWords;
{looks}
my ($main, %wanted, %running) = $ENV{{MAIN}};
my @shown = split /\n/, $ENV{{SHOWN}};
my (@pairs, %given);
for (@shown) {{
    next unless s/^Environment=//;
    die "Environment= is written in a way that is not understood\n" if /(?:^|\s)\$'/;
    for my $word (shellwords($_)) {{ push @pairs, [$1, $2] if $word =~ /^([A-Za-z_]\w*)=(.*)/s }}
}}
for (@shown) {{
    next unless /^EnvironmentFiles=(.*) \(ignore_errors=(yes|no)\)$/;
    my ($file, $may_lack) = ($1, $2);
    my $f;
    if (!open $f, "<", $file) {{ next if $may_lack eq "yes" && $! == 2; die "$file: $!\n" }}
    while (my $line = <$f>) {{
        chomp $line;
        next if $line =~ /^\s*(?:[#;].*)?$/;
        $line =~ /^\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/ or die "$file: a line is no assignment\n";
        my ($name, $value) = ($1, $2);
        if ($value =~ /^"([^"\\]*)"$/ || $value =~ /^'([^'\\]*)'$/) {{ $value = $1 }}
        elsif ($value =~ /["'\\]/) {{ die "$file: $name is written in a way that is not understood\n" }}
        push @pairs, [$name, $value];
    }}
    close $f or die "$file: $!\n";
}}
$wanted{{$_->[0]}} = $_->[1] for @pairs;
open my $e, "<", "/proc/$main/environ" or die "the environment of the process: $!\n";
my $all = do {{ local $/; <$e> }} // "";
for (reverse split /\0/, $all) {{ $running{{$1}} = $2 if /^([A-Za-z_]\w*)=(.*)/s }}
die "the environment of the process is empty\n" unless %running;
for my $name (sort keys %{{{{%wanted, %running}}}}) {{
    next if !defined $wanted{{$name}} && $name =~ /^(?:{own})$/;
    my $state = !defined $wanted{{$name}} ? "stale" : !defined $running{{$name}} ? "unset"
        : $wanted{{$name}} eq $running{{$name}} ? "same" : "differs";
    my ($shown) = secret("$name=" . ($wanted{{$name}} // $running{{$name}}));
    $shown =~ s/^\Q$name\E=//;
    $shown =~ s/([\\\t\n\r])/sprintf "\\x%02x", ord $1/ge;
    print join("\t", $name, $state, $shown), "\n";
}}
print "=\n";
"""

_OWN = (
    "PATH|HOME|USER|LOGNAME|SHELL|TERM|PWD|SHLVL|_|INVOCATION_ID|JOURNAL_STREAM|SYSTEMD_[A-Z_]+|NOTIFY_SOCKET|MAINPID"
    "|MANAGERPID|LISTEN_[A-Z]+|WATCHDOG_[A-Z]+|[A-Z]+_DIRECTORY|MEMORY_PRESSURE_[A-Z]+|PIDFILE|REMOTE_[A-Z]+"
    "|LANG|LANGUAGE|LC_[A-Z]+|LOCPATH|XDG_[A-Z_]+|TRIGGER_[A-Z_]+|DBUS_[A-Z_]+|container(?:_[a-z]+)?"
)
"""Variables that systemd gives every process (systemd.exec(5)), or that the manager was started with."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a service."""

    name: str
    state: str
    shown: str
    """Its value, with ``***`` for a secret."""


def question(service: str) -> str:
    """A shell text about a service's environment."""
    program = _PERL.format(looks=secret_patterns.PERL, own=_OWN)
    # What systemd says stays on the host: values of Environment= may be secrets.
    return (
        "{ "
        + look_up(service, ["Environment", "EnvironmentFiles"])
        + "} >/dev/null\n"
        + "case $shown in *LoadState=loaded*);;*)echo 'not loaded';exit 0;;esac\n"
        + "[ \"$main\" -gt 0 ]||{ echo 'not running';exit 0; }\n"
        + f"MAIN=$main SHOWN=$shown perl - <<'END_OF_PROGRAM'\n{program}END_OF_PROGRAM\n"
    )


def read(text: str) -> Sequence[Variable] | str:
    """Read the answer to `question`: the variables, or why the service has no process.

    Raises:
        UnmeasuredError: it is cut, or holds something else; the reason quotes no value.
    """
    lines = text.split("\n")
    if lines[-1] or len(lines) < 2:  # noqa: PLR2004  # the last line is ended
        raise UnmeasuredError("settings: the answer lacks its end")
    if lines in (["not running", ""], ["not loaded", ""]):
        return lines[0]
    if lines[-2] != "=":
        raise UnmeasuredError("settings: the answer lacks its end")
    variables: list[Variable] = []
    for line in lines[:-2]:
        fields = line.split("\t")
        if len(fields) != 3 or not re.fullmatch(r"[A-Za-z_]\w*", fields[0]) or fields[1] not in STATES:  # noqa: PLR2004  # name, state, value
            raise UnmeasuredError("settings: a line of the answer is not understood")
        variables.append(Variable(fields[0], STATES[fields[1]], fields[2]))
    return tuple(variables)
