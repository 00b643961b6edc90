"""Crontabs: what Debian's cron makes of them. Every verdict is that of ``crontab -n`` of cron 3.0pl1-162."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteparity.tools.schedule.cron_syntax import SHORTHANDS, CrontabError, Entry, expanded, parse, words_of

TAKEN = (
    *("* * * * *", "*/5 * * * *", "0-59/7,3 1,2,3 1-31 1-12 0-7", "59 23 31 12 7", "00005 0 1 1 0"),
    *("0 0 * jan mon", "0 0 * JAN-Mar sun-TUE", "0 0 * * fri-sun", "0 5-1 * * *", "*/100 * * * *"),
    *("0 0 * * 6#3", "5.5 * * * *", "5;3 * * * *", "*5 * * * *", "*-5 * * * *", "*,3 3,* * * *"),
    *("0 0 1-5/100 * *", "0 0 29 2 *", "0 0 30 2 *", "@daily", "@reboot", "@midnight", "@annually"),
)
REFUSED = (
    *("60 * * * *", "0 24 * * *", "0 0 0 * *", "0 0 32 * *", "0 0 * 0 *", "0 0 * 13 *", "0 0 * * 8"),
    *("*/0 * * * *", "1/20 * * * *", "1,,2 * * * *", "1, * * * *", "1- * * * *", "-1 * * * *", "0x5 * * * *"),
    *("5-64/30 * * * *", "0 0 L * *", "0 0 15W * *", "0 0 * * 5L", "0 0 ? * *", "H * * * *", "1-5/ * * * *"),
    *("1-5/0 * * * *", "* * * *", "@DAILY", "@every5m", "@", "0 0 * january *", "0 0 * * monday"),
    *("jan * * * *", '"5" * * * *', "* * * * * *"),
)
SETTINGS = {
    "A=b": ("A", "b"),
    "A = b": ("A", "b"),
    'A= "b c" ': ("A", "b c"),
    'M=""': ("M", ""),
    "=b": ("", "b"),
    '"A"=b': ("A", "b"),
    "'A B'=c": ("A B", "c"),
    "A='\"x\"'": ("A", "x"),
    "A==b": ("A", "=b"),
    "5 = x": ("5", "x"),
    "A=b # c": ("A", "b # c"),
    "A=b\r": ("A", "b"),
    "  A=b": ("A", "b"),
}
NO_SETTINGS = ('A="b"c', "MAILTO=", "MAILTO= ", '"A=B"=c', 'A="b', "A='b\" ", "A B=c", "\r")
ANY_LINE = st.text(alphabet="*0123456789-/,@#=%\\'\" \tabmonJjrty\r", max_size=30)


def only(text: str, *, system: bool = False) -> Entry:
    """The only job of a crontab."""
    (entry,) = parse(text.encode(), system=system)
    return entry


@pytest.mark.parametrize("time", TAKEN)
def test_what_cron_takes_is_taken(time: str) -> None:
    """A job that cron runs must not be told as ignored, be its time written ever so oddly."""
    assert only(f"{time} true\n").when == time


@pytest.mark.parametrize("time", REFUSED)
def test_what_cron_refuses_is_refused(time: str) -> None:
    """One such line, and cron runs none of the file's jobs; other tools take most of these."""
    with pytest.raises(CrontabError, match="line 1"):
        parse(f"{time} true\n".encode(), system=False)


@pytest.mark.parametrize(("line", "setting"), SETTINGS.items())
def test_a_setting_is_read_as_cron_reads_it(line: str, setting: tuple[str, str]) -> None:
    """Blanks, quotes and signs do not change what the job gets."""
    name, value = setting
    assert only(f"{line}\n@daily true\n").settings == {name: value}


@pytest.mark.parametrize("line", NO_SETTINGS)
def test_a_setting_that_cron_cannot_read_spoils_the_file(line: str) -> None:
    """Even ``MAILTO=`` with nothing after it: cron takes it for a job with a bad minute."""
    with pytest.raises(CrontabError):
        parse(f"{line}\n@daily true\n".encode(), system=False)


@pytest.mark.parametrize("end", ["\n# c", "\n ", "\n\n", "\n"])
def test_a_file_may_end_in_anything_but_an_open_line(end: str) -> None:
    """A comment or blanks without a line feed do no harm."""
    assert only("* * * * * true" + end).command == "true"


@pytest.mark.parametrize("text", ["* * * * * true", "@daily true\nA=b"])
def test_an_open_last_line_spoils_the_file(text: str) -> None:
    """Cron ignores all of it, and the file looks well in any editor."""
    with pytest.raises(CrontabError, match="no line feed"):
        parse(text.encode(), system=False)


def test_settings_count_for_the_jobs_below_them() -> None:
    """A job keeps what stood above it when it was read."""
    first, second = parse(b"A=1\n@daily a\nA=2\nB=3\n@daily b\n", system=False)
    assert (first.settings, second.settings) == ({"A": "1"}, {"A": "2", "B": "3"})


def test_a_system_crontab_names_the_user() -> None:
    """Between the time and the command, which goes on to the end of the line, ``#`` and all."""
    entry = only("5\t4 * * 1-5  shop\t run it # now\n", system=True)
    assert (entry.when, entry.user, entry.command) == ("5 4 * * 1-5", "shop", "run it # now")


@pytest.mark.parametrize("line", ["* * * * * root", "@daily root", "@daily", "* * * * *"])
def test_a_system_crontab_without_a_command_is_refused(line: str) -> None:
    """Cron reads on into the next line there, and finds no user of that name."""
    with pytest.raises(CrontabError, match="user and a command"):
        parse(f"{line}\n@daily root true\n".encode(), system=True)


def test_a_command_is_not_cut() -> None:
    """Cron refuses one that is too long rather than run half of it."""
    assert len(only(f"* * * * * {'x' * 998}\n").command) == 998
    with pytest.raises(CrontabError, match="longer than"):
        parse(f"* * * * * {'x' * 999}\n".encode(), system=False)


def test_too_many_lines_spoil_the_file() -> None:
    """A generated crontab can grow beyond what cron reads."""
    assert parse(b"\n" * 10_002 + b"@daily true\n", system=False)
    with pytest.raises(CrontabError, match="longer than cron reads"):
        parse(b"\n" * 10_003 + b"@daily true\n", system=False)


def test_bytes_of_any_encoding_are_shown() -> None:
    """Cron knows no encodings; a report does."""
    assert only("@daily caf\u00e9\n").command == "caf\u00e9"
    (entry,) = parse(b"@daily caf\xe9\n", system=False)
    assert entry.command == "caf\\xe9"


@pytest.mark.parametrize(("short", "long"), SHORTHANDS.items())
def test_a_shorthand_means_what_crontab_5_says(short: str, long: str) -> None:
    """``@weekly`` is Sunday at midnight, and so on."""
    assert expanded(short) == expanded(long)


def test_a_reboot_has_no_time() -> None:
    """It is run when the host has booted."""
    assert only("@reboot true\n").schedule is None


@pytest.mark.parametrize(
    ("fields", "day", "runs"),
    [
        ("0 0 13 * 5", (10, 13, 5), True),  # Friday the 13th
        ("0 0 13 * 5", (10, 14, 6), False),
        ("0 0 13 * 5", (10, 20, 5), True),  # a Friday: one of two restricted fields is enough
        ("0 0 */2 * 1", (5, 1, 1), True),  # a field that begins with * does not restrict: both must agree
        ("0 0 */2 * 1", (5, 8, 1), False),
        ("0 0 * * 7", (1, 2, 0), True),  # 7 is Sunday too
        ("0 0 1 * *", (1, 2, 0), False),
    ],
)
def test_the_two_day_fields_go_together_as_in_cron(
    fields: str, day: tuple[int, int, int], runs: object
) -> None:
    """The rule that surprises everybody: OR if both are restricted, else AND."""
    assert expanded(fields).runs_on(*day) is runs


@pytest.mark.parametrize(
    ("command", "given_to_the_shell"),
    [("mail joe%Hi%there", "mail joe"), (r"date +\%F", "date +%F"), (r"a\\%b", "a\\"), (r"a\b", r"a\b")],
)
def test_a_percent_sign_ends_what_the_shell_is_given(command: str, given_to_the_shell: str) -> None:
    """The rest is the job's input; an escaped one stands for itself."""
    assert words_of(command) == given_to_the_shell


@given(
    st.binary(max_size=200) | st.lists(ANY_LINE).map(lambda lines: "\n".join(lines).encode()), st.booleans()
)
def test_anything_is_a_crontab_or_is_refused_with_its_line(
    content: bytes, system: bool
) -> None:  # hypothesis gives it
    """No text makes the reader fail in another way, and no line is lost."""
    try:
        entries = parse(content, system=system)
    except CrontabError as error:
        said = str(error)
    else:
        assert [entry.line for entry in entries] == sorted({entry.line for entry in entries})
        return
    assert said.startswith("line ")
