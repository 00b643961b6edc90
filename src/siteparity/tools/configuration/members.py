"""Lists in configuration that name every host of a role, one host on each line.

The balancer of a site with three web hosts has one line more than that of a site with two, and both are
right. So consecutive lines become one if they differ only in the host, and together name each host of a role
exactly once. A list that lacks a host, or names one twice, stays as it is, and differs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from siteparity.model import Site
from siteparity.names import OwnNames

_EVERY = "{{every {}}}"
_LITERAL = "{every "


def gathered(lines: Sequence[str], site: Site) -> tuple[str, ...]:
    """The lines of a file; each list of all hosts of a role is one line, ``server {every web}:8000;``."""
    names, shapes = OwnNames.of(site), _shapes(site)
    found: list[str] = []
    if not names.may_stand_in("\n".join(lines)):
        return tuple(map(_no_list, lines))
    for shape, hosts, run in _runs([(_shape(line, names, shapes), line) for line in lines]):
        role = _role_of(hosts, site)
        told = [shape.format(_EVERY.format(role))] if role else run
        found += told if role else map(_no_list, told)
    return tuple(found)


def _no_list(line: str) -> str:
    """A line of the file that looks like such a list is escaped, so that it does not pass for one."""
    return line.replace(_LITERAL, "{" + _LITERAL)


def _shapes(site: Site) -> re.Pattern[str]:
    """Matches what stands for a host once its name is replaced. Doubled braces come from the text itself."""
    hosts = "|".join(re.escape(host.name) for host in site.hosts)
    return re.compile(rf"(?<!\{{)\{{({hosts})\}}(?!\}})")


def _shape(line: str, names: OwnNames, hosts: re.Pattern[str]) -> tuple[str, str]:
    """A line that names one host, with ``{}`` in its place, and the host. Both are empty for other lines."""
    generic = names.generic(line)
    if generic == line or len(found := hosts.findall(generic)) != 1:
        return "", ""
    before, after = hosts.split(generic)[0], hosts.split(generic)[2]
    return f"{_plain(before)}{{}}{_plain(after)}", found[0]


def _plain(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _runs(lines: Sequence[tuple[tuple[str, str], str]]) -> Iterator[tuple[str, list[str], list[str]]]:
    """Consecutive lines of the same shape: the shape, their hosts, the lines."""
    run: tuple[str, list[str], list[str]] = ("", [], [])
    for (shape, host), line in lines:
        if shape != run[0] or not shape:
            yield run
            run = (shape, [], [])
        run[1].append(host)
        run[2].append(line)
    yield run


def _role_of(hosts: Sequence[str], site: Site) -> str | None:
    """The role whose hosts these are, all of them and each once."""
    roles = dict.fromkeys(role for host in site.hosts for role in host.roles)
    return next(
        (role for role in roles if sorted(hosts) == sorted(host.name for host in site.in_role(role))), None
    )
