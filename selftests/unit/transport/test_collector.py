"""A collector answers the questions that it holds, and runs nothing that it is told."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from siteparity.model import ConfigurationError, UnmeasuredError
from siteparity.tools.given import DECODE, PERL_DECODE, assigned, coded, decoded, item, items
from siteparity.transport.collector import (
    CHANGED,
    FRAME,
    READABLE,
    check_path,
    collector,
    opener,
    request,
    said_by,
    words_of,
)
from siteparity.transport.script import ABSENT, Answer, Ask, Word, join, split
from siteparity.transport.words import NAMES, PATHS

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
    return answers_of(program, {name: ASKS[name] for name in names}, words, seconds)


def answers_of(
    program: Path, asks: Mapping[str, Ask], words: Mapping[str, str], seconds: int = 9
) -> Mapping[str, Answer]:
    """The answers to these questions, whether it holds them or not."""
    done = told(program, opener(seconds) + request(asks, NONCE, words))
    assert said_by(done.stdout) == FRAME
    return split(asks, NONCE, done.stdout, done.stderr)


def installed(asks: Mapping[str, Ask], path: Path, readable: Sequence[str] = READABLE) -> Path:
    """A collector of these questions, as it stands on a host."""
    path.write_bytes(collector(asks, readable=readable).text)
    path.chmod(0o755)
    return path


def test_it_answers_what_it_is_asked_and_nothing_else(program: Path) -> None:
    """Whatever characters a question's name has."""
    answers = asked(program, ["plain.two", "odd:*?[a]'"], {})
    assert answers["plain.two"].problem == "exit 3: oops"
    assert answers["odd:*?[a]'"] == Answer(b"it's odd\n", 0, None)
    done = told(program, opener(9) + request({"plain.one": ASKS["plain.one"]}, NONCE))
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
    known = installed({"late": late}, program.parent / "late")
    assert answers_of(known, {"late": late}, {}, 1)["late"].problem == (
        "no answer (the script's time on the host was over)"
    )


def test_of_an_edited_policy_only_the_questions_that_it_touches_are_refused(program: Path) -> None:
    """Another text, another word, a question that is new: each by itself; limits and names do not matter."""
    asks = {
        "plain.one": replace(ASKS["plain.one"], timeout=7, limit=99),
        "renamed": ASKS["plain.two"],
        "word.places": Ask("for one in $PLACES;do echo $one;echo;done", words=(PLACES, KEY)),
        "word.key": replace(ASKS["word.key"], words=(replace(KEY, longest=65),)),
        "new": Ask("echo $NEVER_SEEN", words=(Word("NEVER_SEEN", "a-z", 3),)),
    }
    answers = answers_of(program, asks, {"KEY": "5e", "PLACES": "a", "NEVER_SEEN": "x"})
    refused = {name for name, answer in answers.items() if answer.problem == ABSENT}
    assert refused == {"word.places", "word.key", "new"}
    assert answers["plain.one"].text == b"one\n"
    assert answers["renamed"].text == b"two\n"


def test_what_is_too_long_for_one_question_leaves_the_others(program: Path) -> None:
    """A host takes no longer question, and would start none of them."""
    look = Ask(DECODE + items("PATHS") + "\necho $#", words=(PATHS,))
    many = [f"/etc/{number:0100}" for number in range(300)]
    asks = {
        "fits": look.about(PATHS=many),
        "long": Ask(look.text + "#" * 60_000, words=(PATHS,)).about(PATHS=many),
    }
    known = installed({**asks, "plain.one": ASKS["plain.one"]}, program.parent / "long")
    answers = answers_of(known, {**asks, "plain.one": ASKS["plain.one"]}, {})
    assert answers["fits"].text == b"300\n"
    assert "longer than" in str(answers["long"].problem)
    assert answers["plain.one"].text == b"one\n"


def test_one_question_is_asked_of_several_things(program: Path) -> None:
    """Each time with words of its own, which the policy gives."""
    asks = {one: replace(ASKS["word.key"], given=(("KEY", one),)) for one in ("a", "b0", "c")}
    answers = answers_of(program, asks, {"KEY": "ff"})
    assert [answers[one].text for one in asks] == [b"<a>\n", b"<b0>\n", b"<c>\n"]


def test_paths_are_read_where_root_has_allowed_it(program: Path) -> None:
    """Below the folders that it allowed, and what the policy named then; each question by itself."""
    read = Ask(DECODE + items("PATHS") + "\nprintf '<%s>' \"$@\"", words=(PATHS,))
    asks = {"now": read.about(PATHS=["/srv/shop/VERSION", "/srv/*/x"])}
    known = installed(asks, program.parent / "reading", ["/etc/*", "/opt/a b/*.conf"])
    allowed = ["/etc/x", "/etc/nginx/*.conf", "/etc/a/b", "/opt/a b/c.conf", "/srv/shop/VERSION", "/srv/*/x"]
    refused = [
        "/etc",
        "/etcx",
        "/srv/shop/VERSION2",
        "/srv/shop/VERSIO?",
        "/srv/a/x",
        "/opt/a b/c",
        "/*",
        "/et?/x",
    ]
    wanted = {path: read.about(PATHS=["/etc/fine", path]) for path in (*allowed, *refused)}
    numbered = {str(number): ask for number, ask in enumerate(wanted.values())}
    answers = answers_of(known, numbered, {})
    for path, answer in zip(wanted, answers.values(), strict=True):
        if path in allowed:
            assert answer.text == f"</etc/fine><{path}>".encode()
        else:
            assert answer.problem == f"no answer (on this host root has not allowed {path})"


@pytest.mark.parametrize(
    "path",
    ["etc/x", "", "/etc/../root", "/..", "/etc/..", "/etc/.*/x", "/etc/.?", "/etc/.[.]/x", "//../x", "."],
)
def test_a_path_cannot_lead_up(program: Path, path: str) -> None:
    """The run does not send it; a collector that is told it ends."""
    read = Ask(DECODE + items("PATHS") + "\nprintf '<%s>' \"$@\"", words=(PATHS,))
    known = installed({"read": read}, program.parent / "reading", ["/etc/*", "/*", "*"])
    with pytest.raises(UnmeasuredError):
        read.about(PATHS=[path])
    for said in (coded([path or "x"]), "".join(f"%{ord(one):03o}" for one in path) or "%", "%056%056/x"):
        asking = f"ask read {read.digest} 9 99\nPATHS={said}\n.\n"
        done = told(known, HEAD + asking.encode())
        assert b"! word PATHS" in done.stdout


@pytest.mark.parametrize("said", ["%", "%0", "%05", "%08x", "%400", "%000", "a%00", "a%  b", "%%057"])
def test_an_item_that_cannot_be_decoded_ends_it(program: Path, said: str) -> None:
    """Shell and perl could mean different things by it."""
    look = Ask(DECODE + items("NAMES") + "\nprintf '<%s>' \"$@\"", words=(NAMES,))
    known = installed({"look": look}, program.parent / "looking")
    done = told(known, HEAD + f"ask look {look.digest} 9 99\nNAMES={said}\n.\n".encode())
    assert b"! word NAMES" in done.stdout


SHELLS = [shell for shell in (["dash"], ["bash"], ["busybox", "sh"]) if shutil.which(shell[0])]
HOSTILE = [
    "a b", "'", '"', "\\", "$(id)", "`id`", ";id;", "*", "/*", "a\nb", "\n", "a\n\n", "~root", "-n",
    "--help", "%041", "\\0101", "\\c", "\t", "=", "{a,b}", "[a-z]*", "!", "#", "&", "é", "x" * 3000,
    "\x01\x7f", "$IFS", "%s", "\r",
]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), max_size=5))
@example(HOSTILE)
@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_what_the_policy_names_arrives_as_the_same_bytes(shell: list[str], values: list[str]) -> None:
    """Whatever it is: in a shell, in perl, and one by one."""
    lists = DECODE + items("NAMES") + "\n[ $# -eq 0 ] || printf '%s\\0' \"$@\"\n"
    one = "".join(f"{assigned(UNIT=[value])}{item('UNIT')};printf '%s\\0' \"$UNIT\"\n" for value in values)
    perl = f'NAMES=$NAMES perl -e \'{PERL_DECODE}print map {{ "$_\\0" }} given("NAMES")\'\n'
    for text in (lists, DECODE + one, perl):
        script = assigned(NAMES=values) + text
        done = subprocess.run([*shell, "-c", script], capture_output=True, check=True)
        assert done.stdout == "".join(f"{value}\0" for value in values).encode()
    assert decoded(coded(values)) == tuple(values)


def test_what_the_policy_names_is_asked_alike_in_both_ways(program: Path) -> None:
    """Through a collector and in a script."""
    look = Ask(DECODE + items("NAMES") + "\n[ $# -eq 0 ] || printf '<%s>' \"$@\"", words=(NAMES,))
    asks = {"some": look.about(NAMES=HOSTILE), "none": look.about(NAMES=[])}
    done = subprocess.run(["sh", "-s"], input=join(asks, NONCE), capture_output=True, check=True)
    by_script = split(asks, NONCE, done.stdout, done.stderr)
    assert by_script["some"].text == "".join(f"<{value}>" for value in HOSTILE).encode()
    assert by_script["none"].text == b""
    assert answers_of(installed(asks, program.parent / "alike"), asks, {}) == by_script


def test_its_digest_is_that_of_its_file(program: Path) -> None:
    """It computes it itself, on the host: a file that was edited there says so, and nothing is asked."""
    assert hashlib.sha256(KNOWN.text).hexdigest() == KNOWN.digest
    edited = program.parent / "edited"
    for text in (KNOWN.text.replace(b"echo one", b"echo 1"), KNOWN.text + b"\n", KNOWN.text[:-1]):
        edited.write_bytes(text)
        edited.chmod(0o755)
        done = told(edited, opener(9) + request({"plain.one": ASKS["plain.one"]}, NONCE))
        assert said_by(done.stdout) == CHANGED
        assert b"plain.one" not in done.stdout
        done = told(edited, HEAD.replace(FRAME.encode(), CHANGED.encode()) + END)
        assert b"plain.one" not in done.stdout


def test_a_collector_with_another_frame_answers_nothing(program: Path) -> None:
    """It and the run may not mean the same by what they say."""
    said = opener(9) + request({"plain.one": ASKS["plain.one"]}, NONCE).replace(FRAME.encode(), b"0" * 64)
    done = told(program, said)
    assert said_by(done.stdout) == FRAME
    assert b"plain.one" not in done.stdout


def test_an_answer_names_one_collector_or_none() -> None:
    """Two claims are no claim."""
    line = f"@collector {'a' * 64}\n".encode()
    assert said_by(line) == "a" * 64
    assert said_by(line + line) is None
    assert said_by(b"hello\n") is None
    assert said_by(b"x" + line) is None


HEAD = opener(9) + f"{NONCE}\n{FRAME}\n".encode()


def line(name: str) -> bytes:
    """The line that asks a question."""
    return f"ask {name} {ASKS[name].digest} 9 99\n".encode()


PLAIN = line("plain.one")
END = PLAIN + b".\n"


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
        HEAD + PLAIN,
        HEAD + b"KEY=5e\n" + END,
        HEAD + PLAIN + b"KEY=5e\n.\n",
        HEAD + line("word.key") + END,
        HEAD + line("word.key") + b"KEY=';id;'\n" + END,
        HEAD + line("word.key") + b"KEY=\n" + END,
        HEAD + line("word.key") + b"KEY=" + b"a" * 65 + b"\n" + END,
        HEAD + line("word.key") + b"KEY=A\n" + END,
        HEAD + line("word.key") + b"KEY=a\nKEY=b\n" + END,
        HEAD + line("word.key") + b"PLACES=a\n" + END,
        HEAD + line("word.places") + b"KEY=a\nPLACES=$(id)\n" + END,
        HEAD + line("word.places") + b"KEY=a\n" + END,
        HEAD + PLAIN + b"PATH=/tmp\n" + END,
        HEAD + PLAIN + b"T=id\n" + END,
        HEAD + PLAIN + b"G=id;\n" + END,
        HEAD + PLAIN + b"X=id\n" + END,
        HEAD + PLAIN + b"eval id\n" + END,
        HEAD + PLAIN[:-4] + b"\n" + END,
        HEAD + PLAIN[:-1] + b" 1\n" + END,
        HEAD + PLAIN[:-3] + b"0\n" + END,
        HEAD + PLAIN[:-1] + b"9" * 9 + b"\n" + END,
        HEAD + PLAIN.replace(b" 9 ", b" 1s ") + END,
        HEAD + PLAIN.replace(b"plain", b"$(id)") + END,
        HEAD + b"ask\n" + END,
        HEAD + b"ask *\n" + END,
        HEAD + PLAIN * 4001 + END,
    ],
    ids=range(38),
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
    key, digest = line("word.key"), ASKS["plain.one"].digest.encode()
    hostile = said.replace(b"\n", b"") + f"';>{marker};'$(>{marker})`>{marker}`".encode()
    for place in (key + b"KEY=", b"ask ", b"ask x " + digest + b" ", b"ask x " + digest + b" 9 ", PLAIN, b""):
        told(program, HEAD + place + hostile + b"\n" + END)
    assert not marker.exists()


def test_the_environment_tells_it_nothing(program: Path) -> None:
    """Should sudo let variables through."""
    names = dict.fromkeys("ABDGINOQTWXcnz", "';id;'")
    done = told(program, HEAD + line("word.key") + b"KEY=5e\n" + END, KEY="';id;'", T0="id", **names)
    answers = split({name: ASKS[name] for name in ("word.key", "plain.one")}, NONCE, done.stdout, done.stderr)
    assert answers["word.key"] == Answer(b"<5e>\n", 0, None)
    assert answers["plain.one"] == Answer(b"one\n", 0, None)
    assert b"uid=" not in done.stdout + done.stderr


def test_it_tells_its_time_before_it_hears_the_rest(program: Path) -> None:
    """The clock is compared with the moment at which the request began to be sent."""
    with subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin and running.stdout  # noqa: PT018  # for the type checker
        running.stdin.write(opener(9))
        running.stdin.flush()
        assert running.stdout.readline() == b"\n"
        assert running.stdout.readline() == f"@collector {FRAME}\n".encode()
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


def test_only_fitting_words_are_requested() -> None:
    """The run refuses before the host has to."""
    key = {"word.key": ASKS["word.key"]}
    with pytest.raises(UnmeasuredError, match="KEY"):
        request(key, NONCE)
    with pytest.raises(UnmeasuredError, match="KEY"):
        request(key, NONCE, {"KEY": "a\nask plain.one"})
    with pytest.raises(ValueError, match="nonce"):
        request(ASKS, "x")
    with pytest.raises(UnmeasuredError, match="more than a collector listens to"):
        request({f"q{number}": Ask(":") for number in range(4000)}, NONCE)


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
