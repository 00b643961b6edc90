"""Commands of the policy's own: run for real on this machine, and read from odd answers."""

from __future__ import annotations

import getpass
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from selftests.contract.sshd import running_with, unique_sleep
from selftests.unit.sites import ARIZONA, DALLAS
from selftests.unit.targets import web_host
from siteparity.configuration import find_root
from siteparity.judging import rules
from siteparity.judging.rules import Cohort, Pair
from siteparity.model import Facts, Outcome, Table, Unmeasured
from siteparity.names import OwnNames
from siteparity.probes import Answers, Target, read_tables
from siteparity.probes.commands import AS_IT_MUST, PROBE, Command, Policy, ask
from siteparity.redaction import HIDDEN
from siteparity.transport.script import Answer, spoken

ME = getpass.getuser()
NAME = "a command"
PYTHON = sys.executable


def target(*argv: str, name: str = NAME, **keys: Any) -> Target[Policy]:
    """A host on which one command is run."""
    one = Command.model_validate_json(json.dumps({"argv": argv, "user": ME, **keys}))
    return web_host(Policy(owner="Platform", run={name: one}))


def answers(of: Target[Policy], **environment: str) -> Answers:
    """What this machine answers."""
    found = {}
    for name, question in ask(of).items():
        done = subprocess.run(
            ["sh", "-c", spoken(question)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd="/",
            env={"PATH": os.environ["PATH"], **environment},
            timeout=50,
            check=False,
        )
        found[name] = Answer(done.stdout, done.returncode, None if done.returncode == 0 else "it failed")
    return Answers(found, key="a key")


def facts(*argv: str, **keys: Any) -> Facts:
    """What is read of a command, by the tables' names without that of the command."""
    of = target(*argv, **keys)
    return without_part(read_tables(PROBE.tables, answers(of), of, ("web",)))


def without_part(found: Facts) -> Facts:
    """Tables by their own names."""
    return {table.partition("/")[0]: of_table for table, of_table in found.items()}


def table(found: Facts, name: str) -> Table:
    """A table that could be read."""
    read = found[name]
    assert not isinstance(read, Unmeasured), read.reason
    return read


def why(found: Facts, name: str) -> str:
    """Why a table could not be read."""
    read = found[name]
    assert isinstance(read, Unmeasured)
    return read.reason


def python(text: str) -> tuple[str, ...]:
    """A command that runs some Python."""
    return (PYTHON, "-I", "-c", text)


def test_lines_are_compared_without_their_order() -> None:
    """Twice the same line is not once; blank lines and blanks at the end are nothing."""
    found = facts("printf", "b\na  \n\na\n")
    assert table(found, "ended") == {NAME: AS_IT_MUST}
    assert table(found, "output") == {
        NAME: "something",
        f"{NAME}: b": "listed",
        f"{NAME}: a": "listed 2 times",
    }
    assert "expected" not in found


def test_a_command_that_says_nothing_is_compared_as_that() -> None:
    """Nothing on both sites is the same, and not unknown: settings of which none was changed."""
    assert table(facts("true"), "output") == {NAME: "nothing"}


def test_a_whole_text_keeps_its_order_and_its_blank_lines() -> None:
    """Only the line feeds at its end are no part of it."""
    assert table(facts("printf", "b\n\na\n\n", compare="text"), "output") == {NAME: "b\n\na"}


@pytest.mark.parametrize(("said", "number"), [("42\n", 42.0), (" -1.5e3 ", -1500.0), ("+.5", 0.5)])
def test_a_number_is_read_as_one(said: str, number: float) -> None:
    """With blanks around it."""
    assert table(facts("printf", said, compare="number"), "output") == {NAME: number}


@pytest.mark.parametrize("said", ["", "x", "1 2", "nan", "inf", "1e999", "0x10", "1,5", "9" * 40])
def test_what_is_no_number_is_unmeasured(said: str) -> None:
    """At both sites alike it would not be the same."""
    assert "expected a number, found" in why(facts("printf", said, compare="number"), "output")


def test_a_number_that_may_differ_a_little_moves() -> None:
    """It has a table of its own, which `verify` does not compare."""
    found = facts("echo", "7", compare="number", within="10%")
    assert table(found, "amount") == {NAME: 7.0}
    assert "output" not in found


def test_json_is_compared_by_the_way_to_each_value() -> None:
    """Odd keys cannot pass for another way; an empty list is told too."""
    said = '{"a": {"b": [1, true, null]}, "a.b": "x", "c": [], "d": {}, "e[0]": 1.5}'
    assert table(facts("printf", "%s", said, compare="json"), "output") == {
        f"{NAME}: a.b[0]": 1,
        f"{NAME}: a.b[1]": True,
        f"{NAME}: a.b[2]": "null",
        f"{NAME}: ['a.b']": "x",
        f"{NAME}: c": "[]",
        f"{NAME}: d": "{}",
        f"{NAME}: ['e[0]']": 1.5,
    }
    assert table(facts("echo", "3", compare="json"), "output") == {f"{NAME}: (all)": 3}


@pytest.mark.parametrize("said", ["''", "'{'", "'{} {}'", "'NaN'", "'[' * 50_000"])
def test_what_is_no_json_is_unmeasured(said: str) -> None:
    """Deep nesting included."""
    found = facts(*python(f"print({said})"), compare="json")
    assert "not the JSON" in why(found, "output")


def test_json_that_would_fill_the_memory_is_unmeasured() -> None:
    """A small text with long keys above many values."""
    deep = facts(*python("print('{\"' + 'k' * 600 + '\": [' + '1,' * 9 + '1]}')"), compare="json")
    assert "deeper than 500 characters" in why(deep, "output")
    long = facts(*python("print('[' + '1,' * 200_000 + '1]')"), compare="json")
    assert "more than 100000 values" in why(long, "output")


def test_what_json_says_below_the_name_of_a_secret_is_hidden_and_compared() -> None:
    """By a digest of the run."""
    found = table(facts("echo", '{"db": {"password": ["hunter22"]}, "token": 7}', compare="json"), "output")
    assert all(str(value).startswith(f"{HIDDEN}#") for value in found.values())
    other = table(facts("echo", '{"db": {"password": ["hunter23"]}, "token": 7}', compare="json"), "output")
    assert [item for item in found if found[item] != other[item]] == [f"{NAME}: db.password[0]"]


def test_lines_and_keys_can_be_left_out_but_not_all_of_them() -> None:
    """A pattern that leaves nothing proves nothing."""
    assert table(facts("printf", "pid=7\na=1\n", leave_out=["pid=*"]), "output") == {
        NAME: "something",
        f"{NAME}: a=1": "listed",
    }
    assert "leave_out leaves nothing" in why(facts("printf", "pid=7\n", leave_out=["pid=*"]), "output")
    found = facts("echo", '{"a": 1, "start_time": 7}', compare="json", leave_out=["*start_time"])
    assert table(found, "output") == {f"{NAME}: a": 1}
    found = facts("echo", '{"a": [{"pid": 1}, {"pid": 2}]}', compare="json", leave_out=["a[0].pid"])
    assert table(found, "output") == {f"{NAME}: a[1].pid": 2}


@pytest.mark.parametrize(
    ("argv", "keys", "state"),
    [
        (("false",), {}, "exit 1"),
        (("sh", "-c", "echo; echo oh no >&2; exit 3"), {}, "exit 3: oh no"),
        (("sh", "-c", "kill -11 $$"), {}, "ended by signal 11"),
        (("no-such-program",), {}, "no program no-such-program"),
        (("/no/such/program",), {}, "no program /no/such/program"),
        (("/etc/passwd",), {}, "no program /etc/passwd"),
        (("/etc",), {}, "no program /etc"),
        (("true",), {"user": "no_such_account"}, "no account no_such_account"),
        (("sh", "-c", "sleep 9 >/dev/null 2>&1 & :"), {}, "left processes running, which were ended"),
        (("sh", "-c", "exit 3"), {"exits": [0, 3]}, AS_IT_MUST),
        (("true",), {"exits": 1}, "exit 0"),
        (("sh", "-c", "echo noise >&2"), {}, AS_IT_MUST),
    ],
)
def test_how_a_command_ends_is_told(argv: Sequence[str], keys: Mapping[str, Any], state: str) -> None:
    """If it did not end as it must, nothing that it said is compared."""
    found = facts(*argv, equals="", **keys)
    assert table(found, "ended") == {NAME: state}
    if state == AS_IT_MUST:
        assert set(found) == {"ended", "expected", "output"}
    else:
        assert {why(found, "expected"), why(found, "output")} == {f"{NAME}: {state}"}


def test_a_command_that_hangs_is_ended_and_unmeasured() -> None:
    """With all that it has started, at its time limit."""
    sleeping = unique_sleep()
    began = time.monotonic()
    found = facts("sh", "-c", f"{sleeping} & setsid {sleeping} & {sleeping}", timeout="1s")
    assert {why(found, name) for name in found} == {f"{NAME}: timed out after 1 s"}
    assert time.monotonic() - began < 10
    assert not running_with(sleeping)


def test_a_daemon_that_a_command_leaves_behind_is_ended() -> None:
    """It has a session of its own, and holds the output open."""
    sleeping = unique_sleep()
    found = facts("sh", "-c", f"setsid {sleeping} & echo started", timeout="9s")
    assert table(found, "ended") == {NAME: "left processes running, which were ended"}
    assert not running_with(sleeping)


@pytest.mark.parametrize(
    "text",
    ["import sys\nwhile True: sys.stdout.write('x' * 65536)", "print('x\\n' * 1_000_000, end='')"],
)
def test_an_endless_output_is_cut(text: str) -> None:
    """100 MB or more: unmeasured, and quick."""
    found = facts(*python(text))
    assert {why(found, name) for name in found} == {f"{NAME}: it says more than 1024 KiB"}


def test_all_that_fits_is_read() -> None:
    """Up to the last byte; stderr beside it has a limit of its own. A long text is kept as a digest."""
    text = "import sys; sys.stderr.write('e' * 5_000_000); sys.stdout.write('x' * 1_048_576)"
    assert "sha256" in str(table(facts(*python(text), compare="text"), "output")[NAME])


@pytest.mark.parametrize("said", [r"\377\376", r"a\000b", r"\355\240\200"])
def test_bytes_that_are_no_text_are_unmeasured(said: str) -> None:
    """Whatever is compared of them."""
    for compare in ("lines", "text", "number", "json"):
        assert isinstance(facts("printf", said, compare=compare)["output"], Unmeasured)


def test_a_command_has_no_terminal_no_input_and_nobodys_environment() -> None:
    """So it says the same whoever asks, and one that reads does not wait."""
    assert table(facts("cat"), "output") == {NAME: "nothing"}
    assert table(facts("tty", exits=[1]), "output")[f"{NAME}: not a tty"] == "listed"
    assert "ended" in facts("sh", "-c", "echo x >/dev/tty", exits=[1, 2], compare="nothing")
    of = target("env")
    found = without_part(read_tables(PROBE.tables, answers(of, OF_THE_RUN="x", LANG="de_DE"), of, ("web",)))
    names = {item.removeprefix(f"{NAME}: ").partition("=")[0] for item in table(found, "output")}
    assert names == {NAME, "PATH", "LC_ALL", "HOME", "USER", "LOGNAME", "SHELL", "SITEPARITY_COMMAND"}


def test_no_shell_reads_the_arguments(tmp_path: Path) -> None:
    """Whatever stands in them."""
    odd = ["$(touch x)", "`id`", "a'b\"c", "; id", "-n", "two  blanks", "", "\n", "é", "%s\\n", "END"]
    found = table(facts("printf", "<%s>\n", *odd, compare="text"), "output")
    assert found == {NAME: "\n".join(f"<{word}>" for word in odd)}
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become another account")
def test_a_command_is_run_as_its_account() -> None:
    """With the groups of that account alone, and by default as nobody."""
    of = web_host(Policy(owner="P", run={NAME: Command(argv=("sh", "-c", "id -un; id -Gn; echo $HOME"))}))
    found = without_part(read_tables(PROBE.tables, answers(of), of, ("web",)))
    assert {f"{NAME}: nobody", f"{NAME}: nogroup", f"{NAME}: /nonexistent"} < table(found, "output").keys()


@pytest.mark.parametrize(
    ("keys", "said", "state"),
    [
        ({"equals": "a\nb"}, "a\nb\n", AS_IT_MUST),
        ({"equals": "a"}, "a\nb\n", 'says "a...", not "a"'),
        ({"equals": "1", "compare": "text"}, "1.0\n", 'says "1.0", not "1"'),
        ({"equals": 1, "compare": "number"}, "1.0\n", AS_IT_MUST),
        ({"equals": 1, "compare": "number"}, "2\n", "says 2, not 1"),
        ({"at_least": 8, "compare": "number"}, "8\n", AS_IT_MUST),
        ({"at_least": 8, "compare": "number"}, "7.5\n", "says 7.5, less than 8"),
        ({"at_most": 8, "compare": "number"}, "9\n", "says 9, more than 8"),
        ({"at_least": 8, "at_most": 9, "compare": "number"}, "8.5", AS_IT_MUST),
        ({"at_most": 8, "compare": "nothing"}, "9\n", "says 9, more than 8"),
        ({"equals": 8, "compare": "nothing"}, "9\n", "says 9, not 8"),
        ({"equals": "8", "compare": "nothing"}, "9\n", 'says "9", not "8"'),
        ({"matches": r"^PHP 8\.[0-9]+"}, "x\nPHP 8.2\n", AS_IT_MUST),
        ({"matches": r"^PHP 7"}, "PHP 8.2", 'says "PHP 8.2", and nothing that matches "^PHP 7"'),
        ({"matches": "^é$", "compare": "nothing"}, "é\n", AS_IT_MUST),
        ({"matches": "(a)'\"$", "compare": "json"}, '["(a)\'\\""]', "says "),
    ],
)
def test_what_it_must_say_is_held_against_what_it_says(
    keys: Mapping[str, Any], said: str, state: str
) -> None:
    """Besides what the other site says."""
    assert str(table(facts("printf", "%s", said, **keys), "expected")[NAME]).startswith(state)


def test_a_pattern_that_perl_does_not_take_is_unmeasured() -> None:
    """Python reads some that perl does not."""
    assert "perl does not take" in why(facts("echo", "a", matches="a{99999}"), "expected")


def test_stderr_can_be_what_is_looked_at() -> None:
    """`nginx -V` and `java -version` write there."""
    found = facts("sh", "-c", "echo out; echo err >&2", stream="stderr", matches="^err$")
    assert table(found, "output") == {NAME: "something", f"{NAME}: err": "listed"}
    assert table(found, "expected") == {NAME: AS_IT_MUST}


@pytest.mark.parametrize("compare", ["lines", "text"])
def test_own_names_are_the_same_and_the_other_sites_are_not(compare: str) -> None:
    """As in every other table."""
    read = {}
    for host in (DALLAS.hosts[0], ARIZONA.hosts[0]):
        of = target("echo", f"server {host.names[0]};", compare=compare)
        here = next(site for site in (DALLAS, ARIZONA) if host in site.hosts)
        of = replace(of, host=host, site=here)
        read[here.name] = table(without_part(read_tables(PROBE.tables, answers(of), of, ("web",))), "output")

    def outcome(dallas: Table, arizona: Table) -> Outcome:
        sides = [
            Cohort(OwnNames.of(site), {"web1": said, "web2": said})
            for site, said in ((DALLAS, dallas), (ARIZONA, arizona))
        ]
        return rules.same(Pair(sides[0], sides[1], "output"), fix="").outcome

    assert outcome(read["dallas"], read["arizona"]) is Outcome.SAME
    assert outcome(read["dallas"], read["dallas"]) is Outcome.DIFFERENT


def test_a_secret_in_an_argument_stands_in_no_fact() -> None:
    """Arguments are part of the question alone."""
    found = facts("true", "--token=xyzzy-12345")
    assert "xyzzy" not in str(found)


@given(answer=st.binary(max_size=300))
def test_whatever_a_host_answers_is_read_or_unmeasured(answer: bytes) -> None:
    """Nothing else is raised."""
    of = target("true", equals="x")
    for text in (
        answer,
        b"ended exit 0\nleft 0\nmatches -\nsays \nbytes %d\n%s\nend\n" % (len(answer), answer),
        b"ended exit 0\nleft 0\nmatches -\nsays " + answer.hex().encode() + b"\nbytes 0\n\nend\n",
        b"ended exit 0\nleft 0\nmatches -\nsays \nbytes 5\n" + answer,
    ):
        given_ = Answers({"run:a+command": Answer(text, 0, None)})
        assert len(read_tables(PROBE.tables, given_, of, ("web",))) == 3


def test_an_answer_without_its_end_is_unmeasured() -> None:
    """Nor is one with more after it."""
    of = target("true", compare="text")
    whole = b"ended exit 0\nleft 0\nmatches -\nsays \nbytes 3\nabc\nend\n"
    for text in (whole[:-1], whole + b"x", whole.replace(b"abc", b"abcd"), whole.replace(b"abc", b"ab")):
        found = read_tables(PROBE.tables, Answers({"run:a+command": Answer(text, 0, None)}), of, ("web",))
        assert all(isinstance(one, Unmeasured) for one in found.values())


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"argv": "php -m"}, 'arguments as a list, found "php -m"; write [php, -m]: no shell reads it'),
        ({"argv": []}, "at least 1"),
        ({"argv": [""]}, "expected a program's name or absolute path first"),
        ({"argv": ["A=b", "true"]}, "expected a program's name or absolute path first"),
        ({"argv": ["./x"]}, "expected a program's name or absolute path first"),
        ({"argv": ["-x"]}, "expected a program's name or absolute path first"),
        ({"argv": ["x\0"]}, "without NUL"),
        ({"at_least": 1}, "expected compare: number or nothing beside at_least, found lines"),
        ({"compare": "text", "within": "5%"}, "expected compare: number beside within, found text"),
        ({"compare": "number", "at_least": 2, "at_most": 1}, "expected at_least up to at_most"),
        ({"compare": "number", "equals": "1"}, "expected a number as equals"),
        ({"equals": 1.1}, "write it in quotes"),
        ({"compare": "json", "equals": "{}"}, "write matches, or compare: text"),
        ({"compare": "text", "leave_out": ["abc*"]}, "expected compare: lines or json beside leave_out"),
        ({"leave_out": ["*e*"]}, "expected a pattern that leaves out few lines"),
        ({"matches": "("}, "expected a regular expression"),
        ({"matches": r"a\\\u00e9"}, "write the character itself"),
        ({"user": "Root; id"}, "the name of a user"),
        ({"timeout": "31s"}, "expected at most 30s"),
        ({"exits": [256]}, "less than or equal to 255"),
        ({"exits": []}, "at least 1"),
        ({"shell": True}, "Extra inputs"),
    ],
)  # fmt: skip
def test_a_command_that_cannot_be_meant_is_refused(keys: dict[str, Any], words: str) -> None:
    """Before any host is asked."""
    with pytest.raises(ValidationError, match=r".*") as error:
        Command.model_validate_json(json.dumps({"argv": ["true"], **keys}))
    assert words in str(error.value)


@pytest.mark.parametrize("name", ["", " a", "a ", "a/b", "a: b", "a[b]", "a\n", "x" * 64, "é"])
def test_a_name_that_could_not_stand_in_a_checks_id_is_refused(name: str) -> None:
    """It stands there beside the role."""
    with pytest.raises(ValidationError, match="a name of letters"):
        Policy.model_validate_json(json.dumps({"owner": "P", "run": {name: {"argv": ["true"]}}}))


def test_only_the_hosts_of_its_roles_are_asked() -> None:
    """A command without roles is for every one."""
    run = {"a": Command(argv=("true",), roles=("db",)), "b": Command(argv=("true",))}
    of = web_host(Policy(owner="P", run=run))
    of = replace(of, policy=replace(of.policy, roles={**of.policy.roles, "db": of.policy.roles["web"]}))
    assert set(ask(of)) == {"run:b"}
    assert PROBE.roles(of.section, ("web", "db")) == ("web", "db")
    assert PROBE.roles(Policy(owner="P", run={"a": run["a"]}), ("web", "db")) == ("db",)
    assert PROBE.roles(Policy(owner="P"), ("web", "db")) == ()


def test_the_manuals_example_is_one() -> None:
    """People copy it."""
    manual = (find_root() / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(aspects:\n  commands:\n.*?)```", manual, re.DOTALL)
    section = yaml.safe_load(example)["aspects"]["commands"]
    assert len(Policy.model_validate_json(json.dumps({"owner": "Platform", **section})).run) == 5
