"""Commands of the policy's own, such as ``php -m`` or ``postconf -n``: how they end, and what they say.

Whoever runs a site knows commands whose output tells whether it is right, and need not write Python to
have them compared. A command is run without a shell, as an account that the policy names, once on each host
of its roles. What it prints is compared between the sites, held to what the policy expects, or both; each
command has checks of its own. Its words stand in the question's own text, so on a host with a collector root
decides what is run there.

A command must change nothing on the host. What it leaves running is ended and told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from siteparity.model import Table, UnmeasuredError, Value
from siteparity.policy import Percent, Section, bounds
from siteparity.policy.patterns import RESULTS, naming
from siteparity.policy.section import Part, PositiveDuration, matching
from siteparity.policy.several import Several
from siteparity.probes import MAX_ITEMS, Answers, Probe, Reading, Target, Where
from siteparity.redaction import SECRET_NAMES, pseudonym
from siteparity.tools.json_text import parsed
from siteparity.tools.own_command import running
from siteparity.tools.own_command.running import Ran, Stream
from siteparity.transport import words
from siteparity.transport.script import Ask, first_line
from siteparity.yamlfile import quoted

AS_IT_MUST = "as it must"
SOMETHING, NOTHING = "something", "nothing"
_ONCE = "listed"
MAX_WAY = 500
"""Characters of the way to a value. Beyond it, a small text could make a table that fills the memory."""
_SHOWN = 120
"""Characters of an output that a message quotes."""
_SECRET = re.compile("|".join(SECRET_NAMES), re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:[eE][+-]?[0-9]{1,2})?")


def _as_a_list(value: object) -> object:
    if isinstance(value, str):
        raise ValueError(  # noqa: TRY004  # pydantic takes no other error
            f"expected the program and its arguments as a list, found {quoted(value)}; "
            f"write [{', '.join(value.split())}]: no shell reads it"
        )
    return tuple(value) if isinstance(value, list) else value


def _is_a_pattern(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(
            f"expected a regular expression, found {quoted(text)} ({error}); correct it, or put a backslash "
            "before what is meant as it stands"
        ) from None
    if odd := re.search(r"(?<!\\)(?:\\\\)*(\\[uUN])", text):
        raise ValueError(
            f"expected no {odd[1]} in a regular expression, found {quoted(text)}; write the character itself"
        )
    return text


Argument = Annotated[str, matching(r"[^\0]*", "text without NUL bytes")]
Account = Annotated[str, matching(r"[a-z_][a-z0-9_-]{0,31}", "the name of a user")]
Status = Annotated[int, Field(ge=0, le=255)]
Pattern = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_is_a_pattern)]
ResultPattern = Annotated[str, Field(min_length=1), naming(RESULTS)]
CommandName = Annotated[
    str,
    matching(
        r"[A-Za-z0-9](?:[A-Za-z0-9 _.@-]{0,61}[A-Za-z0-9_.@-])?", "a name of letters, digits, blanks, _ . @ -"
    ),
]
Compare: TypeAlias = Literal["lines", "text", "number", "json", "nothing"]


class Command(Part):
    """One command, and what it must say."""

    argv: Annotated[tuple[Argument, ...], BeforeValidator(_as_a_list), Field(min_length=1)]
    """The program, a name on the PATH or an absolute path, and its arguments. No shell reads them."""
    user: Account = "nobody"
    """The account as which it is run; `root` only where nothing less will do."""
    timeout: Annotated[PositiveDuration, bounds.at_most("30s", budget=True)] = timedelta(seconds=5)
    """How long it may take, in whole seconds; after that it is ended, and unmeasured."""
    exits: Annotated[Several[Status], Field(min_length=1)] = (0,)
    """The exit statuses with which it may end."""
    stream: Stream = "stdout"
    """Where it says what is looked at. The other stream is not compared."""
    compare: Compare = "lines"
    """How the sites are compared: `lines` in any order, the whole `text`, one `number`, `json` key by key; or
    `nothing`, if it is only held to what it must say."""
    leave_out: tuple[ResultPattern, ...] = ()
    """Patterns of lines, or of keys of JSON, that are not compared; `*` matches any text."""
    within: Percent | None = None
    """How far apart the numbers of all hosts may be, of the largest; without it they must be equal."""
    equals: float | str | None = None
    """All that it must say, without the line feed at its end, as text; a number where it says one."""
    matches: Pattern | None = None
    """A regular expression that must be found in what it says, as perl reads it; `^` and `$` match at
    lines."""
    at_least: float | None = None
    """The smallest number that it may say."""
    at_most: float | None = None
    """The largest number that it may say."""

    @model_validator(mode="after")
    def _is_a_program(self) -> Self:
        if not re.fullmatch(r"[A-Za-z0-9_][^/=\0\n]*|/[^\0\n]+", self.argv[0]):
            raise ValueError(
                f"expected a program's name or absolute path first in argv, found {quoted(self.argv[0])}; "
                "write one"
            )
        return self

    @model_validator(mode="after")
    def _numbers_are_of_numbers(self) -> Self:
        if self.within is not None and self.compare != "number":
            raise ValueError(
                f"expected compare: number beside within, found {self.compare}; change one of them"
            )
        of_numbers = [name for name in ("at_least", "at_most") if getattr(self, name) is not None]
        if of_numbers and self.compare not in ("number", "nothing"):
            raise ValueError(
                f"expected compare: number or nothing beside {of_numbers[0]}, found {self.compare}; "
                "change one of them"
            )
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(
                f"expected at_least up to at_most, found {self.at_least:g} and {self.at_most:g}; change one"
            )
        return self

    @model_validator(mode="after")
    def _what_it_equals_is_of_its_kind(self) -> Self:
        if self.equals is None:
            return self
        if self.compare == "nothing":
            return self
        kind, wanted = ("a number", float) if self.compare == "number" else ("text", str)
        if self.compare == "json":
            raise ValueError(
                "expected no equals beside compare: json, found one; write matches, or compare: text"
            )
        if not isinstance(self.equals, wanted):
            raise ValueError(  # noqa: TRY004  # as above
                f"expected {kind} as equals beside compare: {self.compare}, found {self.equals!r}; "
                f"{'write a number' if wanted is float else 'write it in quotes'}"
            )
        return self

    @model_validator(mode="after")
    def _only_parts_are_left_out(self) -> Self:
        if self.leave_out and self.compare not in ("lines", "json"):
            raise ValueError(
                f"expected compare: lines or json beside leave_out, found {self.compare}; change one of them"
            )
        return self

    def tables(self) -> frozenset[str]:
        """What is read of it: that depends on what the policy wants."""
        compared = {"nothing": ()}.get(self.compare, ("amount",) if self.within is not None else ("output",))
        wanted = (self.equals, self.matches, self.at_least, self.at_most)
        expected = ("expected",) if any(one is not None for one in wanted) else ()
        return frozenset({"ended", *compared, *expected})

    @property
    def says_a_number(self) -> bool:
        """Whether what it says is to be a number."""
        is_bounded = self.at_least is not None or self.at_most is not None
        return self.compare == "number" or is_bounded or isinstance(self.equals, float)

    @property
    def seconds(self) -> int:
        """Its time limit in whole seconds."""
        return max(1, round(self.timeout.total_seconds()))


class Policy(Section):
    """Commands that are run on the hosts, and what they must say."""

    only_named: ClassVar[bool] = True
    question: ClassVar[str] = "name commands below run, or remove the section"

    run: Mapping[CommandName, Command] = {}
    """What findings call it -> a command that changes nothing on the host."""

    def parts(self) -> Mapping[str, Command]:
        """Each command has checks of its own."""
        return self.run


def _question(name: str) -> str:
    return f"run:{name.replace(' ', '+')}"


def ask(target: Target[Policy]) -> Mapping[str, Ask]:
    """Each command of the host's roles."""
    section, every_role = target.section, tuple(target.policy.roles)
    return {
        _question(name): Ask(
            running.question(one.argv, user=one.user, seconds=one.seconds, stream=one.stream),
            timeout=one.seconds + running.SPARE_SECONDS,
            limit=running.MOST_BYTES + running.SPARE_BYTES,
            words=(words.PATTERN,),
        ).about(PATTERN=[one.matches] if one.matches else [])
        for name, one in section.run.items()
        if set(section.roles_of(one, every_role)) & set(target.roles)
    }


def read_ended(answers: Answers, target: Target[Policy]) -> Table:
    """The command -> `AS_IT_MUST`, or how it ended instead."""
    return {target.part: _state(*_ran(answers, target))}


def read_expected(answers: Answers, target: Target[Policy]) -> Table:
    """The command -> `AS_IT_MUST`, or what it says instead of what the policy demands."""
    command, ran = _ended_well(answers, target)
    return {target.part: "; ".join(_broken(command, ran)) or AS_IT_MUST}


def read_output(answers: Answers, target: Target[Policy]) -> Table:
    """What the command says, as the policy wants it compared."""
    command, ran = _ended_well(answers, target)
    name = target.part
    if command.compare == "number":
        return {name: _number(ran)}
    text = _text(ran)
    if command.compare == "text":
        return {name: text}
    found = dict(_json(text, answers.key) if command.compare == "json" else _lines(text))
    kept = {item: value for item, value in found.items() if not _matches_any(item, command.leave_out)}
    if found and not kept:
        raise UnmeasuredError("leave_out leaves nothing of what it says to be compared")
    says = {} if command.compare == "json" else {name: SOMETHING if kept else NOTHING}
    return {**says, **{f"{name}: {item}": value for item, value in kept.items()}}


def read_amount(answers: Answers, target: Target[Policy]) -> Table:
    """The command -> the number that it says."""
    return {target.part: _number(_ended_well(answers, target)[1])}


def _ran(answers: Answers, target: Target[Policy]) -> tuple[Command, Ran]:
    """A command, and how it ran. Raises `UnmeasuredError` if it did not come to an end that says anything."""
    command = target.section.run[target.part]
    ran = running.read(answers.raw(_question(target.part)))
    match ran.ended:
        case "late":
            raise UnmeasuredError(f"{target.part}: timed out after {command.seconds} s")
        case "full":
            raise UnmeasuredError(f"{target.part}: it says more than {running.MOST_BYTES // 1024} KiB")
        case "not allowed":
            raise UnmeasuredError(
                f"{target.part}: the run's account may not run it as {command.user}; install the collector, "
                "or let the account become root"
            )
    return command, ran


def _ended_well(answers: Answers, target: Target[Policy]) -> tuple[Command, Ran]:
    """The same; `UnmeasuredError` also if it did not end as it must: then nothing that it says counts."""
    command, ran = _ran(answers, target)
    if (state := _state(command, ran)) != AS_IT_MUST:
        raise UnmeasuredError(f"{target.part}: {state}")
    return command, ran


def _state(command: Command, ran: Ran) -> str:
    how, _, number = ran.ended.partition(" ")
    if how == "no":
        return f"no program {command.argv[0]}" if number == "program" else f"no account {command.user}"
    if how == "signal":
        return f"ended by signal {number}"
    if int(number) not in command.exits:
        said = first_line(ran.says)
        return f"exit {number}: {said}" if said else f"exit {number}"
    if ran.left:
        return "left processes running, which were ended"
    return AS_IT_MUST


def _broken(command: Command, ran: Ran) -> Iterator[str]:
    """What the policy demands, and what is said instead."""
    if command.matches is not None:
        if ran.matches is None:
            raise UnmeasuredError("perl does not take the pattern in matches")
        if not ran.matches:
            yield f"says {_shown(_text(ran))}, and nothing that matches {quoted(command.matches)}"
    if command.says_a_number:
        yield from _wrong_number(command, _number(ran))
    elif command.equals is not None and _text(ran) != command.equals:
        yield f"says {_shown(_text(ran))}, not {_shown(str(command.equals))}"


def _wrong_number(command: Command, number: float) -> Iterator[str]:
    if command.equals is not None and number != command.equals:
        yield f"says {number:g}, not {command.equals}"
    if command.at_least is not None and number < command.at_least:
        yield f"says {number:g}, less than {command.at_least:g}"
    if command.at_most is not None and number > command.at_most:
        yield f"says {number:g}, more than {command.at_most:g}"


def _text(ran: Ran) -> str:
    """The output as text, without the line feeds at its end."""
    try:
        text = ran.output.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnmeasuredError(f"byte {error.start} of what it says is not UTF-8") from None
    if "\0" in text:
        raise UnmeasuredError("what it says holds a NUL byte")
    return text.rstrip("\n")


def _number(ran: Ran) -> float:
    text = _text(ran).strip()
    if not _NUMBER.fullmatch(text):
        raise UnmeasuredError(f"expected a number, found {_shown(text)}")
    return float(text)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Each line that is not blank -> how many times it is there."""
    times: dict[str, int] = {}
    for line in text.split("\n"):
        if kept := line.rstrip():
            times[kept] = times.get(kept, 0) + 1
    return ((line, _ONCE if number == 1 else f"{_ONCE} {number} times") for line, number in times.items())


def _json(text: str, key: str) -> Iterator[tuple[str, Value]]:
    """Each value of a JSON text, by its way through keys and lists: ``servers[0].port``."""
    waiting: list[tuple[str, Any, bool]] = [("", parsed(text, "output"), False)]
    told = 0
    while waiting:
        at, value, is_secret = waiting.pop()
        told += 1
        if len(at) > MAX_WAY or told > MAX_ITEMS:
            raise UnmeasuredError(
                f"JSON with more than {MAX_ITEMS} values, or deeper than {MAX_WAY} characters"
            )
        if isinstance(value, dict) and value:
            waiting += [
                (f"{at}{_step(name, at)}", one, is_secret or bool(_SECRET.search(name)))
                for name, one in reversed(value.items())
            ]
        elif isinstance(value, list) and value:
            if len(value) > MAX_ITEMS:
                raise UnmeasuredError(f"JSON with more than {MAX_ITEMS} values")
            waiting += [(f"{at}[{number}]", one, is_secret) for number, one in reversed([*enumerate(value)])]
        else:
            yield at or "(all)", pseudonym(str(value), key) if is_secret else _scalar(value)


def _step(name: str, at: str) -> str:
    """One key on the way to a value; an odd one in brackets, so that two ways are never written alike."""
    plain = re.fullmatch(r"[A-Za-z0-9_-]+", name)
    return f"[{name!r}]" if not plain else f".{name}" if at else name


def _scalar(value: object) -> Value:
    if isinstance(value, bool | int | float | str):
        return value
    return "null" if value is None else "{}" if isinstance(value, dict) else "[]"


def _matches_any(item: str, patterns: tuple[str, ...]) -> bool:
    # Keys of JSON have brackets, so these are no wildcards.
    return any(fnmatchcase(item, pattern.replace("[", "[[]")) for pattern in patterns)


def _shown(text: str) -> str:
    first = text.split("\n", maxsplit=1)[0]
    return quoted(first if len(text) <= _SHOWN and first == text else f"{first[:_SHOWN]}...")


def _with(table: str) -> Where[Policy]:
    """The roles with a command that has the table."""

    def roles(section: Policy) -> tuple[str, ...] | None:
        having = [one for one in section.run.values() if table in one.tables()]
        if not all(one.roles for one in having):
            return None
        return tuple(dict.fromkeys(role for one in having for role in one.roles))

    return Where("run", roles)


PROBE = Probe(
    section=Policy,
    ask=ask,
    title="Commands of your own",
    last=True,
    tables={
        "ended": Reading(read_ended, healthy=AS_IT_MUST, roles=_with("ended")),
        "expected": Reading(read_expected, healthy=AS_IT_MUST, roles=_with("expected")),
        "output": Reading(read_output, roles=_with("output")),
        "amount": Reading(read_amount, roles=_with("amount"), moves=True),
    },
)
