"""Products: what a host answers of them, and what is made of an answer that is odd."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import answered, web_host
from siteparity.model import Table, Unmeasured, UnmeasuredError
from siteparity.probes import read_tables, services
from siteparity.probes.products import PROBE, Policy
from siteparity.tools.products import ask

TARGET = web_host(Policy(owner="Platform"))
NGINX = "p\tnginx.service\tnginx\t/usr/sbin/nginx"
APACHE = "p\tapache2.service\tApache\t/usr/sbin/apache2"


def facts(*lines: str, section: Policy | None = None) -> dict[str, Table | Unmeasured]:
    """Every table of an answer with these lines."""
    text = "".join(f"{line}\n" for line in ("[products]", *lines, "end")).encode()
    target = TARGET if section is None else replace(TARGET, section=section)
    return dict(read_tables(PROBE.readings(), answered(products=text), target, ("web",)))


def reason_of(table: Table | Unmeasured) -> str:
    """Why a table was not measured."""
    assert isinstance(table, Unmeasured)
    return table.reason


def test_a_host_without_products_says_so_and_is_not_unmeasured() -> None:
    """There is nothing that could differ, or not start."""
    found = facts()
    assert not [table for table in found.values() if isinstance(table, Unmeasured)]
    assert found["starts"] == {"products of the table": "none"}
    assert found["switched"] == {"parts that can be switched by hand": "none"}


def test_a_product_that_refuses_its_configuration_says_why() -> None:
    """Its own message, and not that of another product."""
    found = facts(
        NGINX, "x\texit 1", "w\tnginx: [emerg] no such key", APACHE, "x\tok", "v\tso_module\tstatic"
    )
    assert found["starts"] == {
        "nginx.service": "nginx: nginx: [emerg] no such key",
        "apache2.service": "would start again",
    }
    assert found["effective"] == {
        "nginx.service": "nginx, /usr/sbin/nginx",
        "apache2.service": "Apache, /usr/sbin/apache2",
        "apache2.service: so_module": "static",
    }


def test_one_that_fails_without_a_word_is_told_by_its_exit_status() -> None:
    """Also by the signal that ended it, or the time that it took."""
    assert facts(NGINX, "x\texit 1")["starts"] == {"nginx.service": "nginx: exit 1"}


def test_the_settings_of_a_product_that_refuses_to_tell_them_are_unmeasured() -> None:
    """Forty settings that are missing would say less."""
    found = facts(APACHE, "x\texit 1", "w\tInvalid command")
    assert reason_of(found["effective"]) == (
        "products: apache2.service refuses its configuration, so it tells no settings"
    )
    assert found["starts"] == {"apache2.service": "Apache: Invalid command"}


def test_what_could_not_be_looked_at_is_unmeasured() -> None:
    """Never the same by mistake."""
    found = facts(NGINX, "m\tothers than root may change /usr/sbin/nginx")
    reasons = {reason_of(table) for name, table in found.items() if name not in ("hidden", "_changed")}
    assert reasons == {"products: nginx.service: others than root may change /usr/sbin/nginx"}


def test_a_setting_with_several_values_keeps_all_in_their_order() -> None:
    """The first counts for sshd, the last for other servers."""
    found = facts(APACHE, "x\tok", "v\t*:80\ta.example", "v\t*:80\tb.example")
    assert isinstance(found["effective"], dict)
    assert found["effective"]["apache2.service: *:80"] == "a.example | b.example"


def test_two_files_whose_names_are_hidden_are_not_taken_for_one() -> None:
    """One of them may be missing."""
    found = facts(
        NGINX, "n\tkey ***\ta file", "n\tkey ***\tmissing", "g\tlog ***\tmissing", "g\tlog ***\ta file"
    )
    assert found["named"] == {
        "nginx.service: key ***": "a file, missing",
        "nginx.service: log ***": "a file, missing",
    }
    assert found["needed"] == {"nginx.service: log ***": "missing"}


def test_what_runs_only_at_the_primary_is_compared_with_nothing() -> None:
    """The policy says so of the unit, for the aspect of services."""
    section = services.Policy.model_validate_json(
        '{"owner": "Platform", "only_at_primary": {"web": ["nginx.service"]}}'
    )
    text = f"[products]\n{NGINX}\nx\texit 1\nend\n".encode()
    target = replace(TARGET, needed=section)
    found = read_tables(PROBE.readings(), answered(products=text), target, ("web",))
    assert found["starts"] == {"products of the table": "none"}


def test_hidden_parts_that_may_differ_are_left_out_and_their_lines_are_not() -> None:
    """A site may have a password of its own; a line that is missing is still one."""
    lines = ("u\t/srv/.user.ini\tauth = ***\t0123456789ab", "t\t/srv/.user.ini\t1 1.000000000 9")
    assert facts(*lines)["hidden"] == {
        "what files outside /etc hide": "compared",
        "/srv/.user.ini: auth = ***": "value hidden, keyed hash 0123456789ab",
    }
    section = Policy.model_validate_json('{"owner": "Platform", "may_hide_differences": ["/srv/.user.ini"]}')
    found = facts(*lines, section=section)
    assert found["hidden"] == {"what files outside /etc hide": "compared"}
    assert found["_changed"] == {"files outside /etc that hide something": "looked at"}
    assert found["outside"] == facts(*lines)["outside"] != facts()["outside"]


@pytest.mark.parametrize(
    "line",
    [
        "x\tok",
        "v\ta",
        "p\tnginx",
        f"{NGINX}\tx",
        "u\t/a\tb\tc",
        "t\t/a\tnow",
        "z\ta\tb",
        "p\t\tnginx\t/a",
        "p\ta\tb\tc",
    ],
)
def test_a_line_that_is_none_of_ours_is_refused(line: str) -> None:
    """A hostile host, or another version of the question."""
    with pytest.raises(UnmeasuredError, match="not understood"):
        ask.read({"products": [line]})


@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=20), max_size=6))
def test_whatever_a_host_says_is_read_or_refused(lines: list[str]) -> None:
    """Nothing else is raised."""
    try:
        ask.read({"products": [NGINX, *lines]})
    except UnmeasuredError as error:
        assert "not understood" in str(error)  # noqa: PT017  # others pass


@given(st.lists(st.sampled_from("xwvlmngut"), max_size=8), st.integers(0, 4))
def test_a_line_that_lacks_a_word_or_has_one_too_many_is_refused(kinds: list[str], words: int) -> None:
    """Each kind has its number of words."""
    of_kind = {
        "x": {1},
        "w": {1},
        "m": {1},
        "v": {2},
        "l": {2},
        "n": {2},
        "g": {2},
        "u": {2},
        "t": set[int](),
    }
    for kind in kinds:
        line = "\t".join([kind, *["word"] * words])
        if words in of_kind[kind]:
            ask.read({"products": [NGINX, line]})
        else:
            with pytest.raises(UnmeasuredError):
                ask.read({"products": [NGINX, line]})
