"""A collector answers the questions that it holds, and runs nothing that it is told."""

from __future__ import annotations

import hashlib
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteparity.model import ConfigurationError, UnmeasuredError
from siteparity.transport.collector import (
    Collector,
    check_path,
    collector,
    opener,
    request,
    said_by,
    words_of,
)
from siteparity.transport.script import Answer, Ask, Word, join, split

NONCE = "0123456789abcdef0123456789abcdef"
KEY = Word("KEY", "0-9a-f", 64)
PLACES = Word("PLACES", "0-9A-Za-z.:%_ -", 100)
ASKS = {
    "plain.one": Ask("echo one"),
    "plain.two": Ask("echo two; echo oops >&2; exit 3"),
    "word.key": Ask('echo "<$KEY>"', words=(KEY,)),
    "word.places": Ask("for one in $PLACES;do echo $one;done", words=(PLACES, KEY)),
    "odd:*?[a]'": Ask("echo 'it'\"'\"'s odd'"),
    "slow": Ask("sleep 60", timeout=1),
}
KNOWN = collector(ASKS)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collector as it stands on a host."""
    path = tmp_path_factory.mktemp("collector") / "collect"
    path.write_bytes(KNOWN.text)
    path.chmod(0o755)
    return path


def told(
    program: Path, said: bytes, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """What the program says when it is told this."""
    return subprocess.run(
        [str(program), *arguments],
        input=said,
        capture_output=True,
        check=False,
        timeout=30,
        env={"PATH": "/usr/bin:/bin", **environment},
    )


def asked(
    program: Path, names: Sequence[str], words: Mapping[str, str], seconds: int = 9
) -> Mapping[str, Answer]:
    """The answers to some of its questions."""
    done = told(program, opener(seconds) + request(KNOWN, names, NONCE, words))
    assert said_by(done.stdout) == KNOWN.digest
    return split({name: ASKS[name] for name in names}, NONCE, done.stdout, done.stderr)


def test_it_answers_what_it_is_asked_and_nothing_else(program: Path) -> None:
    """Whatever characters a question's name has."""
    answers = asked(program, ["plain.two", "odd:*?[a]'"], {})
    assert answers["plain.two"].problem == "exit 3: oops"
    assert answers["odd:*?[a]'"] == Answer(b"it's odd\n", 0, None)
    done = told(program, opener(9) + request(KNOWN, ["plain.one"], NONCE))
    assert re.findall(rb"(?m)^@[0-9a-f]{32} (\S+)", done.stdout) == [b"^", b"plain.one", b"."]


def test_it_answers_as_a_script_does(program: Path) -> None:
    """One form of the answer, so that a probe cannot tell which way it was asked."""
    names, words = [name for name in ASKS if name != "slow"], {"KEY": "5e", "PLACES": "10.0.0.1 ::1"}
    asks = {name: ASKS[name] for name in names}
    script = join(asks, NONCE, words)
    done = subprocess.run(["sh", "-s"], input=script, capture_output=True, check=True)
    assert asked(program, names, words) == split(asks, NONCE, done.stdout, done.stderr)
    assert asked(program, ["word.places"], words)["word.places"].text == b"10.0.0.1\n::1\n"


def test_a_slow_question_costs_its_own_time_alone(program: Path) -> None:
    """And the collector ends when all its time is over, whatever is asked."""
    answers = asked(program, ["slow", "plain.one"], {})
    assert answers["slow"].problem == "timed out after 1 s"
    late = Ask("sleep 61", timeout=600)
    done = told_of({"late": late}, program.parent / "late", ["late"], 1)
    assert split({"late": late}, NONCE, done.stdout, done.stderr)["late"].problem == (
        "no answer (the script's time on the host was over)"
    )


def told_of(
    asks: Mapping[str, Ask], path: Path, names: Sequence[str], seconds: int
) -> subprocess.CompletedProcess[bytes]:
    """What a collector of other questions says."""
    other = collector(asks)
    path.write_bytes(other.text)
    path.chmod(0o755)
    return told(path, opener(seconds) + request(other, names, NONCE))


def test_its_digest_is_that_of_its_file(program: Path) -> None:
    """Computed by itself, on the host: a file that was edited there says so."""
    assert hashlib.sha256(KNOWN.text).hexdigest() == KNOWN.digest
    edited = program.parent / "edited"
    edited.write_bytes(KNOWN.text.replace(b"echo one", b"echo 1"))
    edited.chmod(0o755)
    done = told(edited, opener(9) + request(KNOWN, ["plain.one"], NONCE))
    assert said_by(done.stdout) == hashlib.sha256(edited.read_bytes()).hexdigest()
    assert b"plain.one" not in done.stdout  # nothing was asked: it is not the one that the run knows


def test_an_answer_names_one_collector_or_none() -> None:
    """Two claims are no claim."""
    line = f"@collector {'a' * 64}\n".encode()
    assert said_by(line) == "a" * 64
    assert said_by(line + line) is None
    assert said_by(b"hello\n") is None
    assert said_by(b"x" + line) is None


HEAD = opener(9) + f"{NONCE}\n{KNOWN.digest}\n".encode()
END = b"ask word.key\nask plain.one\n.\n"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\n",
        b"0\n",
        b"00\n",
        b"99999\n",
        b"9;id\n",
        b"$(id)\n",
        opener(9),
        opener(9) + b"$(id)\n" + END,
        opener(9) + NONCE[:-1].encode() + b"\n" + END,
        opener(9) + f"{NONCE}\n".encode() + END,
        HEAD,
        HEAD + b"ask plain.one\n",
        HEAD + b"KEY=';id;'\n" + END,
        HEAD + b"KEY=\n" + END,
        HEAD + b"KEY=" + b"a" * 65 + b"\n" + END,
        HEAD + b"KEY=A\n" + END,
        HEAD + b"PLACES=$(id)\n" + END,
        HEAD + b"PATH=/tmp\n" + END,
        HEAD + b"T=id\n" + END,
        HEAD + b"Q= plain.one \n" + END,
        HEAD + b"eval id\n" + END,
        HEAD + b"ask x\n" * 2001 + END,
    ],
    ids=range(23),
)
def test_whatever_is_not_understood_ends_it_before_anything_is_asked(program: Path, said: bytes) -> None:
    """No line is run, no word that is none is used, half a request does nothing."""
    done = told(program, said)
    assert done.returncode
    assert b"uid=" not in done.stdout + done.stderr
    assert b"plain.one" not in done.stdout


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_run_nothing(program: Path, said: bytes) -> None:
    """In the place of a word, of a question's name, and of a line."""
    marker = program.parent / "ran"
    for place in (b"KEY=", b"PLACES=", b"ask ", b""):
        line = place + said.replace(b"\n", b"") + f"';>{marker};'$(>{marker})`>{marker}`".encode()
        told(program, HEAD + line + b"\n" + END)
    assert not marker.exists()


def test_the_environment_tells_it_nothing(program: Path) -> None:
    """Should sudo let variables through: words that were not said are empty."""
    said = HEAD + END
    done = told(program, said, KEY="';id;'", Q=" plain.two ", PLACES="x", I="0", T="id", N="f" * 32)
    answers = split({name: ASKS[name] for name in ("word.key", "plain.one")}, NONCE, done.stdout, done.stderr)
    assert answers["word.key"] == Answer(b"<>\n", 0, None)
    assert answers["plain.one"] == Answer(b"one\n", 0, None)
    assert b"plain.two" not in done.stdout


def test_it_tells_its_time_before_it_hears_the_rest(program: Path) -> None:
    """The clock is compared with the moment at which the request began to be sent."""
    with subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin and running.stdout  # noqa: PT018  # for the type checker
        running.stdin.write(opener(9))
        running.stdin.flush()
        assert running.stdout.readline() == b"\n"
        assert running.stdout.readline() == f"@collector {KNOWN.digest}\n".encode()
        running.stdin.write(f"{NONCE}\n".encode())
        running.stdin.flush()
        assert running.stdout.readline() == b"\n"
        shown = running.stdout.readline().split()
        assert shown[:2] == [f"@{NONCE}".encode(), b"^"]
        assert abs(float(shown[2]) - time.time()) < 5


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_it_is_a_shell_text(shell: str) -> None:
    """For the shells that may be /bin/sh."""
    subprocess.run([shell, "-n"], input=KNOWN.text, check=True)


def test_only_its_own_questions_and_fitting_words_are_requested() -> None:
    """The run refuses before the host has to."""
    with pytest.raises(KeyError):
        request(KNOWN, ["other"], NONCE)
    with pytest.raises(UnmeasuredError, match="KEY"):
        request(KNOWN, ["word.key"], NONCE)
    with pytest.raises(UnmeasuredError, match="KEY"):
        request(KNOWN, ["word.key"], NONCE, {"KEY": "a\nask plain.one"})
    with pytest.raises(ValueError, match="nonce"):
        request(KNOWN, ["plain.one"], "x")
    with pytest.raises(ValueError, match="more than a collector listens to"):
        request(replace_asks({f"q{number}": Ask(":") for number in range(2000)}), many(2000), NONCE)


def replace_asks(asks: Mapping[str, Ask]) -> Collector:
    """A collector of these."""
    return replace(KNOWN, asks=asks)


def many(count: int) -> list[str]:
    """The names of so many questions."""
    return [f"q{number}" for number in range(count)]


def test_a_word_has_one_meaning() -> None:
    """Two questions cannot each mean something else by it."""
    with pytest.raises(ValueError, match="KEY has two meanings"):
        words_of({"a": Ask(":", words=(KEY,)), "b": Ask(":", words=(Word("KEY", "a-z", 3),))})


@pytest.mark.parametrize("characters", ["", "a'", " -z", "a]", "^a", "!-z", "a\n", "é", "$", "A-z", "+-Z"])
def test_a_word_takes_no_character_that_a_shell_could_take_for_code(characters: str) -> None:
    """Not by a range either."""
    with pytest.raises(ValueError, match="a word takes"):
        Word("NAME", characters, 10)


@pytest.mark.parametrize("name", ["T", "N", "n", "KEY=x", "", "ä"])
def test_a_word_has_the_name_of_a_variable_that_nothing_else_uses(name: str) -> None:
    """The frame's own variables have one letter."""
    with pytest.raises(ValueError, match="a word takes"):
        Word(name, "a-z", 10)


@pytest.mark.parametrize("path", ["collect", "/usr/sbin/x y", "/a/../b;id", "/", "/a/$(id)", "/-x", "/a\n"])
def test_a_path_passes_through_a_shell_and_so_is_plain(path: str) -> None:
    """Nothing of an inventory is run by a host's shell."""
    with pytest.raises(ConfigurationError, match="parity_collector"):
        check_path(path)
    check_path("/usr/local/sbin/siteparity-collect")
