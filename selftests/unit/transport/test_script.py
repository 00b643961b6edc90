"""Whatever a host prints, each question has its own answer or a reason for having none."""

from __future__ import annotations

import base64
import re
import subprocess
import time
import tracemalloc
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from siteparity.transport import Output, script, ssh
from siteparity.transport.script import (
    MAX_LINES,
    MAX_TEXT_BYTES,
    NO_STATUS,
    OPENER,
    PATH,
    Answer,
    Ask,
    first_line,
    join,
    lines_with,
    moment,
    split,
)

NONCE = "0123456789abcdef0123456789abcdef"
MARK = b"@" + NONCE.encode()


def said_by(script: bytes, shell: str = "sh") -> tuple[bytes, bytes]:
    """What this machine's shell prints for a script."""
    done = subprocess.run([shell, "-s"], input=script, capture_output=True, timeout=30, check=False)
    return done.stdout, done.stderr


@pytest.fixture(params=[True, False], ids=["perl", "no perl"])
def perl(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """A host with perl asks the questions with it, one without it by the shell alone."""
    if not request.param:
        monkeypatch.setattr(script, "PERL", "no-perl")
    return bool(request.param)


def answers_to(asks: Mapping[str, Ask], shell: str = "sh") -> Mapping[str, Answer]:
    """The answers of this machine."""
    return split(asks, NONCE, *said_by(join(asks, NONCE), shell))


def answer_to(text: str, ok: Sequence[int] = (0,), timeout: int = 10, limit: int = 1_000_000) -> Answer:
    """This machine's answer to a question that stands between two others, which it must not disturb."""
    asks = {"before": Ask("echo 1"), "it": Ask(text, frozenset(ok), timeout, limit), "after": Ask("echo 3")}
    answers = answers_to(asks)
    assert answers["before"] == Answer(b"1\n", 0, None)
    assert answers["after"] == Answer(b"3\n", 0, None)
    return answers["it"]


# --- real shells


@pytest.mark.usefixtures("perl")
@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_each_question_has_its_own_answer(shell: str) -> None:
    """Output, exit status and stderr go to the question that they are of."""
    asks = {
        "plain": Ask("echo hi"),
        "silent": Ask(":"),
        "aspect.grep -c:x/'y": Ask("exit 1", ok=frozenset({0, 1})),
        "wrong": Ask("echo half; echo oops >&2; echo more >&2; exit 3"),
        "warned": Ask("echo whole; printf careful >&2"),
        "missing": Ask("no-such-tool -x"),
    }
    asks = {name.replace(" ", "_"): ask for name, ask in asks.items()}
    answers = answers_to(asks, shell)
    assert answers["plain"] == Answer(b"hi\n", 0, None)
    assert answers["silent"] == Answer(b"", 0, None)
    assert answers["aspect.grep_-c:x/'y"] == Answer(b"", 1, None)
    assert answers["wrong"] == Answer(b"half\n", 3, "exit 3: oops", b"oops\nmore\n")
    assert answers["warned"] == Answer(b"whole\n", 0, None, b"careful\n")
    assert answers["missing"].problem in (
        "exit 127: no-such-tool: not found",
        "exit 127: no-such-tool: command not found",
    )


@pytest.mark.usefixtures("perl")
def test_every_byte_comes_back() -> None:
    """NUL, 0xFF, line ends, and the marks of this very script."""
    octal = "".join(f"\\{number:03o}" for number in range(256))
    assert answer_to(f"printf '{octal}'").text == bytes(range(256))
    forged = f"\n@{NONCE} before Zm9yZ2Vk 0\n@{NONCE} after Zm9yZ2Vk 0\n@{NONCE} ! cut\n"
    assert answer_to(f"printf %s '{forged}'").text == forged.encode()
    assert answer_to(f"printf %s%s {NONCE} 000; exit 9").problem == "exit 9"


@pytest.mark.usefixtures("perl")
def test_a_forged_mark_on_stderr_changes_no_answer() -> None:
    """Stderr is raw: it can mislead about a reason, never about an answer."""
    asks = {
        "liar": Ask(f"printf '\\n@{NONCE} victim\\nnothing wrong\\n' >&2"),
        "victim": Ask("echo 2; exit 2"),
    }
    answers = answers_to(asks)
    assert answers["liar"].text == b""
    assert (answers["victim"].text, answers["victim"].status) == (b"2\n", 2)
    assert answers["victim"].problem is not None


@pytest.mark.usefixtures("perl")
def test_a_question_runs_in_a_known_place() -> None:
    """LC_ALL=C, a set PATH, stdin empty, in /, no time zone of the login; nothing of the frame."""
    text = 'cat; pwd; echo "$LC_ALL $PATH ${TZ-none}"; ls /proc/self/fd; env'
    script = b"TZ=Asia/Tokyo; export TZ\n" + join({"it": Ask(text)}, NONCE)
    lines = split({"it": Ask(text)}, NONCE, *said_by(script))["it"].text.decode().split("\n")
    assert lines[:2] == ["/", f"C {PATH} none"]
    assert lines[2:6] == ["0", "1", "2", "3"]  # 3 is the folder that is being listed
    assert not {line.split("=")[0] for line in lines[6:]} & {"T", "N", "TZ"}


@pytest.mark.usefixtures("perl")
def test_a_question_cannot_read_the_rest_of_the_script() -> None:
    """Its stdin is empty."""
    assert answer_to("cat; wc -c") == Answer(b"0\n", 0, None)


@pytest.mark.usefixtures("perl")
@pytest.mark.parametrize(
    "text", ["if then", "echo 'half", "}", ")", "exit", "return 0", "exec true", "set -e; :"]
)
def test_no_text_ends_the_script(text: str) -> None:
    """Syntax errors, exit, exec: they concern the one question."""
    answer = answer_to(text)
    assert answer.status in (0, 2)
    assert (answer.problem is None) == (answer.status == 0)


@pytest.mark.usefixtures("perl")
def test_a_slow_question_is_cut_with_all_its_processes() -> None:
    """Also when its processes ignore the polite signal, or hold its output open in the background."""
    for text in ("sleep 60", "sleep 60 & echo x", "sleep 60 >/dev/null &", "setsid sleep 4 & :"):
        assert answer_to(text, timeout=1) == Answer(b"", NO_STATUS, "timed out after 1 s")
    stubborn = answer_to("trap '' TERM; while :; do sleep 1; done", timeout=1)
    assert stubborn == Answer(b"", NO_STATUS, "timed out after 1 s")


@pytest.mark.usefixtures("perl")
def test_a_background_process_that_holds_nothing_delays_nothing() -> None:
    """A question waits for its output's end, not for what it started."""
    assert answer_to("sleep 3 >/dev/null 2>&1 & echo x") == Answer(b"x\n", 0, None)


@pytest.mark.usefixtures("perl")
def test_too_much_output_is_no_answer() -> None:
    """Not even the part that came; the last byte that fits is an answer."""
    assert answer_to("printf 12345", limit=5) == Answer(b"12345", 0, None)
    assert answer_to("printf 123456", limit=5) == Answer(b"", NO_STATUS, "cut off at 5 bytes")
    assert answer_to("yes", limit=100_000) == Answer(b"", NO_STATUS, "cut off at 100000 bytes")
    assert answer_to("printf x", limit=0) == Answer(b"", NO_STATUS, "cut off at 0 bytes")


@pytest.mark.usefixtures("perl")
def test_endless_complaints_are_cut_on_the_host() -> None:
    """A program that floods stderr is ended, and costs at most 70 kB."""
    answer = answer_to("yes error >&2; echo whole")
    assert len(answer.stderr) < 70_000
    answer = answer_to("head -c 1000000 /dev/zero | tr '\\0' x >&2; echo whole")
    assert answer.text == b"whole\n"
    assert len(answer.stderr) < 70_000


@pytest.mark.usefixtures("perl")
def test_a_question_whose_own_shell_is_killed_has_no_answer() -> None:
    """As the kernel does when memory runs out."""
    assert answer_to("kill -9 $$; sleep 1").problem is not None


@pytest.mark.usefixtures("perl")
def test_the_end_of_the_scripts_time_leaves_what_was_answered() -> None:
    """What the outer ``timeout`` cuts is told apart from a broken connection."""
    asks = {"first": Ask("echo 1"), "slow": Ask("sleep 60", timeout=50), "last": Ask("echo 3")}
    done = subprocess.run(
        ["timeout", "-k", "2", "1", "sh", "-s"], input=join(asks, NONCE), capture_output=True, check=False
    )
    answers = split(asks, NONCE, done.stdout, done.stderr)
    assert done.returncode == 124
    assert answers["first"] == Answer(b"1\n", 0, None)
    reason = "no answer (the script's time on the host was over)"
    assert (answers["slow"].problem, answers["last"].problem) == (reason, reason)


@pytest.mark.parametrize("tool", ["timeout", "head", "base64"])
def test_a_host_without_a_needed_tool_is_told_so(tool: str) -> None:
    """Once, as the reason of each question."""
    asks = {"one": Ask("echo 1"), "two": Ask("echo 2")}
    without_perl = join(asks, NONCE).replace(b"command -v perl", b"command -v no-perl")
    script = without_perl.replace(b"for i in timeout head base64", f"for i in no-{tool}".encode())
    answers = split(asks, NONCE, *said_by(script))
    assert {answer.problem for answer in answers.values()} == {f"no answer (the host lacks no-{tool})"}


@pytest.mark.usefixtures("perl")
def test_half_a_script_does_nothing() -> None:
    """A connection that breaks while the script goes up must not leave half a question running."""
    asks = {"one": Ask("echo 1"), "two": Ask("echo 2")}
    script = join(asks, NONCE)
    for end in range(0, len(script) - 2, 7):
        stdout, _ = said_by(script[:end], "dash")
        assert MARK + b" " not in stdout.replace(MARK + b" ^ ", b"")  # at most the clock was told


# --- questions that cannot be asked


@pytest.mark.parametrize(
    ("ask", "problem"),
    [
        (Ask("echo \0"), "the question holds a NUL"),
        (Ask("echo \udcff"), "the question is not UTF-8"),
        (
            Ask(": " + "x" * MAX_TEXT_BYTES),
            f"the question is longer than {MAX_TEXT_BYTES} bytes, with what the policy names",
        ),
        (Ask(":", timeout=0), "the question has no time or no room for an answer"),
    ],
)
def test_a_question_that_cannot_be_asked_is_a_problem_of_its_own(ask: Ask, problem: str) -> None:
    """The others are asked."""
    answers = answers_to({"bad": ask, "good": Ask("echo 1")})
    assert answers["bad"] == Answer(b"", NO_STATUS, problem)
    assert answers["good"] == Answer(b"1\n", 0, None)


def test_the_longest_question_can_be_asked() -> None:
    """The limit is one that the kernel takes."""
    assert answer_to(": " + "x" * (MAX_TEXT_BYTES - 2)) == Answer(b"", 0, None)


@pytest.mark.parametrize("name", ["", "a b", "a\n", "é", "!", ".", "x" * 201])
def test_a_name_that_cannot_stand_on_a_line_is_refused(name: str) -> None:
    """It is a mistake in a probe, found by its first test."""
    with pytest.raises(ValueError, match="expected a name"):
        join({name: Ask(":")}, NONCE)


@pytest.mark.parametrize("nonce", ["", "abc", "g" * 32, "0" * 16 + "\n"])
def test_a_nonce_that_could_be_guessed_is_refused(nonce: str) -> None:
    """So that none is forgotten."""
    with pytest.raises(ValueError, match="the nonce"):
        join({}, nonce)


# --- whatever comes back

ASKS = {"one": Ask("", limit=50), "two": Ask(""), "three": Ask("", ok=frozenset({0, 1}))}


def frame(name: str, text: bytes, status: int, rc: int = 0) -> bytes:
    """A question's line, as the script prints it."""
    payload = base64.b64encode(text + NONCE.encode() + b"%03d" % status)
    return b"\n%s %s %s %d\n" % (MARK, name.encode(), payload, rc)


WHOLE = frame("one", b"1", 0) + frame("two", b"22", 0) + frame("three", b"", 1) + b"\n%s . 3\n" % MARK
TRUE = {"one": Answer(b"1", 0, None), "two": Answer(b"22", 0, None), "three": Answer(b"", 1, None)}


def test_what_the_script_prints_is_read() -> None:
    """The hand-made frames of these tests are those of the script."""
    assert split(ASKS, NONCE, WHOLE, b"") == TRUE


@pytest.mark.parametrize(
    ("stdout", "stderr", "problem"),
    [
        (b"", b"", "no answer (the connection ended before it)"),
        (b"", b"sh: 1: timeout: not found\n", "no answer (timeout: not found)"),
        (
            b"This account is currently not available.\n",
            b"",
            "no answer (This account is currently not available.)",
        ),
        (frame("two", b"", 0), b"", "no answer (the connection ended before it)"),
        (frame("one", b"", 0)[:-1], b"", "no answer (the connection ended before it)"),
        (b"%s ! stuck\n" % MARK, b"", "no answer (one before it could not be ended)"),
        (frame("one", b"1", 0) * 2, b"", "no answer (the host answered more than once)"),
        (frame("one", b"1", 0, 124), b"", "timed out after 10 s"),
        (frame("one", b"1", 0, 137), b"", "killed (timed out after 10 s, or the host had no memory left)"),
        (frame("one", b"1", 0, 126), MARK + b" one\nno sh\n", "could not be started (exit 126: no sh)"),
        (frame("one", b"1" * 60, 0), b"", "cut off at 50 bytes"),
        (b"%s one %s 0\n" % (MARK, base64.b64encode(b"1" * 85)), b"", "cut off at 50 bytes"),
        (
            b"%s one AAAA\xff%s\n" % (MARK, frame("one", b"1", 0).split()[2] + b" 0"),
            b"",
            "no answer (it came back damaged)",
        ),
        (b"%s one MQ== 0\n" % MARK, b"", "no answer (it ended before its exit status)"),
        (b"%s one M*== 0\n" % MARK, b"", "no answer (it came back damaged)"),
        (b"%s one MQ== 0 0\n" % MARK, b"", "no answer (it came back damaged)"),
        (b"%s one MQ== \n" % MARK, b"", "no answer (it came back damaged)"),
        (b"%s one MQ== 1000\n" % MARK, b"", "no answer (it came back damaged)"),
        (b"%s one\n" % MARK, b"", "no answer (it came back damaged)"),
    ],
)
def test_each_kind_of_damage_has_its_reason(stdout: bytes, stderr: bytes, problem: str) -> None:
    """And no text that could be taken for an answer."""
    answer = split(ASKS, NONCE, stdout, stderr)["one"]
    assert (answer.text, answer.status, answer.problem) == (b"", NO_STATUS, problem)


NOISE = st.binary(max_size=60) | st.sampled_from(
    [
        MARK,
        MARK + b" ",
        b"\n" + MARK + b" one ",
        MARK + b" . 3\n",
        MARK + b" ! cut\n",
        MARK + b" ! missing \x1b[31m\n",
        b"\n",
    ]
)
"""Bytes, and pieces of what is expected."""


@given(st.lists(NOISE).map(b"".join), st.lists(NOISE).map(b"".join))
@example(MARK + b" \n", MARK + b" \n")
@example(MARK + b" one " + base64.b64encode(NONCE.encode() + b"\xb2\xb2\xb2") + b" 0\n", b"")
def test_any_bytes_give_each_question_an_answer_or_a_reason(stdout: bytes, stderr: bytes) -> None:
    """Never an exception; and nothing but a whole frame is an answer."""
    answers = split(ASKS, NONCE, stdout, stderr)
    assert set(answers) == set(ASKS)
    for answer in answers.values():
        if answer.status == NO_STATUS:
            assert answer.problem is not None
            assert answer.text == b""
            assert answer.problem.isprintable()


@given(st.integers(0, len(WHOLE)))
def test_an_output_cut_anywhere_is_true_as_far_as_it_goes(end: int) -> None:
    """Each answer is the true one or has a problem."""
    for name, answer in split(ASKS, NONCE, WHOLE[:end], b"").items():
        assert answer == TRUE[name] or (answer.problem is not None and answer.text == b"")


@given(st.integers(0, len(WHOLE)), st.binary(min_size=1, max_size=30), st.integers(0, 30))
@settings(max_examples=300)
def test_damage_in_the_middle_never_makes_another_answer(at: int, noise: bytes, lost: int) -> None:
    """Bytes that are not base64, put anywhere, with or without losing others there."""
    noise += b"\xff"
    damaged = WHOLE[:at] + noise + WHOLE[at + lost :]
    for name, answer in split(ASKS, NONCE, damaged, b"").items():
        assert answer == TRUE[name] or (answer.problem is not None and answer.text == b"")


@given(st.lists(st.sampled_from(WHOLE.split(b"\n")), max_size=12))
def test_lines_lost_doubled_or_mixed_up_never_make_another_answer(lines: list[bytes]) -> None:
    """The name is on the line of the answer, so order is no matter."""
    for name, answer in split(ASKS, NONCE, b"\n".join(lines) + b"\n", b"").items():
        assert answer == TRUE[name] or (answer.problem is not None and answer.text == b"")


# --- reasons


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (b"sh: 1: eval: ss: not found\n", "ss: not found"),
        (b"sh: line 1: ss: command not found\n", "ss: command not found"),
        (b"sh: eval: line 0: ss: not found\n", "ss: not found"),
        (b"\n\n  \x1b[31mred\x1b[0m\x07 \xe2\x80\xaertl\n", "[31mred [0m rtl"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"x" * 10_000_000, "x" * 200),
        (b"", ""),
    ],
)
def test_a_reason_is_one_short_line_without_controls(said: bytes, shown: str) -> None:
    """It is shown on terminals and in reports."""
    assert first_line(said) == shown


@given(st.binary(max_size=500))
def test_a_reason_is_always_printable(said: bytes) -> None:
    """Whatever the bytes."""
    shown = first_line(said)
    assert shown.isprintable()
    assert len(shown) <= 200


LINE = b"\n@%s ^ 1003.000000000\n" % NONCE.encode()


@pytest.mark.parametrize(
    ("stdout", "sent", "arrivals", "offset"),
    [
        (LINE, 1000.0, ((54, 1002.0),), 2.0),
        (LINE + b"more", 1000.0, ((1, 999.0), (len(LINE), 1002.0), (999, 1009.0)), 2.0),
        (b"noise\n" + LINE, 1000.0, ((6, 999.0), (6 + len(LINE), 1001.0), (99, 1002.0)), 2.0),
        (LINE, 1000.0, ((5, 1002.0),), None),
        (LINE + LINE, 1000.0, ((999, 1002.0),), None),
        (LINE.replace(b".000000000", b".%N"), 1000.0, ((999, 1002.0),), None),
        (LINE.replace(b"1003.000000000", b""), 1000.0, ((999, 1002.0),), None),
        (LINE.replace(b"@0", b"@1"), 1000.0, ((999, 1002.0),), None),
        (LINE[:-1], 1000.0, ((999, 1002.0),), None),
        (LINE, 1003.0, ((999, 1002.0),), None),
        (LINE, None, ((999, 1002.0),), None),
        (LINE, 1000.0, (), None),
    ],
)
def test_the_hosts_clock_lies_between_the_script_and_the_line_that_tells_it(
    stdout: bytes, sent: float | None, arrivals: tuple[tuple[int, float], ...], offset: float | None
) -> None:
    """Noise before the line, and whatever comes after it, does not count."""
    seen = moment(NONCE, Output(stdout, b"", 0, sent, arrivals))
    assert (round(seen.offset) if seen else None) == offset
    assert seen is None or 0 < seen.uncertainty <= 1


def test_a_real_shell_tells_the_time_after_its_opener() -> None:
    """The line comes before all questions."""
    before = time.time()
    ran = subprocess.run(["sh", "-s"], input=OPENER + join({}, NONCE), capture_output=True, check=True)
    seen = moment(NONCE, Output(ran.stdout, b"", 0, before, ((len(ran.stdout), time.time()),)))
    assert seen
    assert seen.before - 0.001 <= seen.shown <= seen.after + 0.001


def test_an_answer_of_too_many_lines_is_none() -> None:
    """A line of one byte takes a hundred in memory; what is dropped here costs nothing later."""
    asks = {"many": Ask(":"), "some": Ask(":")}
    lines = {"many": b"\n" * (MAX_LINES + 1), "some": b"\n" * MAX_LINES}
    stdout = b"".join(
        f"\n@{NONCE} {name} ".encode() + base64.b64encode(text + NONCE.encode() + b"000") + b" 0\n"
        for name, text in lines.items()
    )
    found = split(asks, NONCE, stdout, b"")
    assert found["many"].problem == f"more than {MAX_LINES} lines; a host does not have so much to say"
    assert found["many"].text == b""
    assert found["some"].text == lines["some"]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("noise", [b"\n", b" ", b"@", b"\n@" + NONCE.encode() + b" x eA== 0"])
def test_a_stream_without_measure_is_looked_through_once(noise: bytes) -> None:
    """Line ends, words and marks by the million become neither objects nor time."""
    data = noise * (8_000_000 // len(noise))
    tracemalloc.start()
    found = split({"one": Ask(":")}, NONCE, data, data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found["one"].problem
    assert peak < 16_000_000


def test_what_ssh_says_is_looked_through_in_no_time() -> None:
    """A line without an end is the server's to write, and no pattern goes through it again and again."""
    began = time.process_time()
    assert ssh.reason(b"a" * 65_536, 5).startswith("ssh failed: aaaa")
    assert time.process_time() - began < 2


@given(st.lists(st.sampled_from([b"@ab ^ ", b"\n", b"12", b"@", b"x", b"\r"]), max_size=12))
def test_lines_are_found_as_by_a_pattern_for_their_beginning(pieces: list[bytes]) -> None:
    """The quick search finds the very lines that ``^`` finds, where they end as well."""
    text = b"".join(pieces)
    found = [(one[1], one.end()) for one in lines_with(b"@ab ^ ", rb"(\d+)\n", text)]
    assert found == [(one[1], one.end()) for one in re.finditer(rb"(?m)^@ab \^ (\d+)\n", text)]
