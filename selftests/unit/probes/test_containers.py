"""Containers: what is made of what a host told, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import answered, web_host
from siteparity.model import Table, Unmeasured, UnmeasuredError
from siteparity.probes import read_tables
from siteparity.probes.containers import PROBE, Policy
from siteparity.tools.containers import ask

TARGET = web_host(Policy(owner="Platform"))
ENGINE = "e\tpodman\troot"
OLD, NEW = "ab" * 32, "cd" * 32
RUNNING = (
    "c\tseats",
    "s\trunning\t\t0",
    "r\tno\tyes",
    "b\tthe unit seats.service\tseats.service",
    f"i\tlocalhost/seats:1\t{OLD}\t{OLD}",
    "t\t2026-12-02T20:42:24.948080994Z",
)
MADE = 1796244144
"""When it was made, in seconds since 1970."""


def counted(lines: Sequence[str]) -> list[str]:
    """The lines, with how many containers each engine that answered told of, right after its name."""
    found: list[str] = []
    for line in reversed(lines):
        if line.startswith("e\t"):
            after = found[: next((n for n, one in enumerate(found) if one.startswith("e\t")), len(found))]
            if not any(one.startswith("u\t") for one in after):
                number = sum(one.startswith("c\t") for one in after)
                found.insert(0, f"a\t{number}")
        found.insert(0, line)
    return found


def facts(*lines: str, section: Policy | None = None) -> dict[str, Table | Unmeasured]:
    """Every table of an answer with these lines."""
    text = "".join(f"{line}\n" for line in ("[containers]", *counted(lines), "end")).encode()
    target = TARGET if section is None else replace(TARGET, section=section)
    return dict(read_tables(PROBE.readings(), answered(containers=text), target, ("web",)))


def changed(*lines: str) -> tuple[str, ...]:
    """The container with other lines of the same kinds."""
    kinds = {line[0] for line in lines}
    return ENGINE, *(line for line in RUNNING if line[0] not in kinds), *lines


def test_a_host_without_containers_says_so_and_is_not_unmeasured() -> None:
    """So that two hosts without any are alike."""
    for lines in ((), (ENGINE,)):
        found = facts(*lines)
        assert not [table for table in found.values() if isinstance(table, Unmeasured)]
        assert found["running"] == {"containers": "none"}


def test_a_container_that_runs_is_well() -> None:
    """It starts at a boot, and is as its files and its image."""
    found = facts(ENGINE, *RUNNING, "v\tConfig.User\twww-data", f"n\t{MADE}\t/etc/seats")
    assert found["running"] == {"seats": "runs"}
    assert found["starts"] == {"seats": "starts at a boot"}
    assert found["current"] == {"seats": "as its files and its image"}
    assert found["settings"] == {
        "seats": "localhost/seats:1, abababababab",
        "seats: Config.User": "www-data",
    }


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("s\trunning\thealthy\t0", "runs"),
        ("s\trunning\tstarting\t0", "runs"),
        ("s\trunning\tunhealthy\t0", "runs, and is unhealthy"),
        ("s\trestarting\t\t1", "is restarting"),
        ("s\tpaused\t\t0", "is paused"),
        ("s\tcreated\t\t0", "is created"),
        ("s\texited\t\t137", "has ended with exit code 137"),
        ("s\texited\t\t0", "has ended well, and is not started again"),
    ],
)
def test_how_a_container_is(status: str, state: str) -> None:
    """In the words of a person."""
    assert facts(*changed(status))["running"] == {"seats": state}


def test_one_that_is_always_started_again_and_has_ended_is_not_well() -> None:
    """Somebody stopped it, and its policy says otherwise."""
    found = facts(*changed("s\texited\t\t0", "r\talways\tno"))
    assert found["running"] == {"seats": "has ended with exit code 0"}


@pytest.mark.parametrize(
    ("status", "restart"), [("s\trunning\t\t0", "r\tno\tyes"), ("s\texited\t\t1", "r\tno\tno")]
)
def test_what_a_command_left_is_nobodys_service(status: str, restart: str) -> None:
    """``run --rm`` by hand, and what ended and nothing starts."""
    assert facts(*changed(status, restart, "b\t\t"))["running"] == {"containers": "none"}


@pytest.mark.parametrize(
    ("restart", "reason"),
    [
        ("r\tno\tno", "nothing starts it at a boot"),
        (
            "r\talways\tno",
            "its policy is always, and what would start it at a boot is not enabled",
        ),
    ],
)
def test_what_nothing_starts_is_told(restart: str, reason: str) -> None:
    """It runs today."""
    assert facts(*changed(restart, "b\t\t"))["starts"] == {"seats": reason}


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ((f"n\t{MADE + 5}\t/etc/default/seats",), "older than /etc/default/seats"),
        ((f"i\tseats:1\t{OLD}\t{NEW}",), "seats:1 is another image by now"),
        ((f"i\tseats:1\t{OLD}\t",), "the image seats:1 is not on this host any more"),
    ],
)
def test_what_changed_since_it_was_made(lines: tuple[str, ...], state: str) -> None:
    """Its next start brings another container."""
    assert facts(*changed(*lines))["current"] == {"seats": state}


def test_one_that_belongs_to_a_unit_that_nothing_starts_is_no_command_of_a_moment() -> None:
    """A quadlet's container is always removed once it ends."""
    assert facts(*changed("b\t\tseats.service"))["starts"] == {"seats": "nothing starts it at a boot"}


def test_images_and_mounts_that_are_missing_are_told() -> None:
    """The next start needs both."""
    found = facts(ENGINE, *RUNNING, "m\t/srv/seats\tmissing", "f\tseats:2\tmissing", "f\tseats:1\tthere")
    assert found["mounts"] == {"seats: /srv/seats": "missing"}
    assert found["images"] == {
        "seats:2": "missing: it would have to be pulled",
        "seats:1": "is on this host",
    }


def test_an_engine_that_does_not_answer_leaves_all_unmeasured() -> None:
    """Also the containers of one that did."""
    found = facts(ENGINE, *RUNNING, "e\tdocker\troot", "u\tit took longer than 8 s")
    assert {str(one.reason) for one in found.values() if isinstance(one, Unmeasured)} == {
        "containers: docker of root does not answer: it took longer than 8 s"
    }
    assert all(isinstance(one, Unmeasured) for one in found.values())


def test_containers_of_other_accounts_and_of_one_name_are_told_apart() -> None:
    """Nothing is lost."""
    found = facts(ENGINE, *RUNNING, *RUNNING, "e\tpodman\tparity", *RUNNING)
    assert found["running"] == {"seats": "runs", "seats (2)": "runs", "parity: seats": "runs"}


def test_what_is_hidden_may_differ_only_where_the_policy_says_so() -> None:
    """A site may have a password of its own."""
    lines = (ENGINE, *RUNNING, "v\tenvironment.KEY\t***\t0123456789ab")
    assert facts(*lines)["hidden"] == {
        "what settings of containers hide": "compared",
        "seats: environment.KEY": "value hidden, keyed hash 0123456789ab",
    }
    section = Policy.model_validate_json('{"owner": "Platform", "may_hide_differences": ["seats"]}')
    found = facts(*lines, section=section)
    assert found["hidden"] == {"what settings of containers hide": "compared"}
    assert found["_made"] == {"containers that hide something": "looked at"}
    assert found["settings"] == facts(*lines)["settings"]


@pytest.mark.parametrize(
    "lines", [(ENGINE,), (ENGINE, "a\t1"), (ENGINE, *RUNNING), (ENGINE, *RUNNING, "a\t2")]
)
def test_an_answer_that_lacks_a_container_or_its_count_is_unmeasured(lines: tuple[str, ...]) -> None:
    """It is never taken for an engine without containers."""
    with pytest.raises(UnmeasuredError, match="not whole"):
        ask.read({"containers": lines})


def test_one_that_was_made_at_no_time_is_unmeasured() -> None:
    """Nothing can be said to be newer."""
    found = facts(*changed("t\tyesterday"))["current"]
    assert isinstance(found, Unmeasured)
    assert "was made at no time" in found.reason


@pytest.mark.parametrize(
    "lines",
    [
        ("c\tseats",),
        ("e\tlxc\troot",),
        ("e\tpodman\t",),
        (ENGINE, "s\trunning\t\t0"),
        (ENGINE, "c\tseats", "s\trunning"),
        (ENGINE, "c\tseats", "r\talways\tperhaps"),
        (ENGINE, "c\tseats", "i\tseats:1\tabc\t"),
        (ENGINE, "c\tseats", "n\tnow\t/etc/seats"),
        (ENGINE, "c\tseats", "m\t/srv\tperhaps"),
        (ENGINE, "c\tseats", "v\ta\tb\tnot a hash"),
        (ENGINE, "f\tseats:1\tperhaps"),
        (ENGINE, "z\ta"),
    ],
)
def test_a_line_that_is_none_of_ours_is_refused(lines: tuple[str, ...]) -> None:
    """A hostile host, or another version of the question."""
    with pytest.raises(UnmeasuredError, match="not understood"):
        ask.read({"containers": lines})


@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=20), max_size=6))
def test_whatever_a_host_says_is_read_or_refused(lines: list[str]) -> None:
    """Nothing else is raised."""
    try:
        ask.read({"containers": [ENGINE, *RUNNING, *lines]})
    except UnmeasuredError as error:
        assert "not understood" in str(error) or "not whole" in str(error)  # noqa: PT017  # others pass
