"""``checks.html``, the engineer's page: pytest-html writes it, this module makes it safe.

pytest-html 4.2 puts test ids, table cells and the environment's values into the page as markup. So all of
them are escaped here. The written file gets a Content-Security-Policy that runs pytest-html's script only.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

from markupsafe import Markup, escape
from pydantic import BaseModel

from siteparity.judging.wording import NAMED, hosts, more
from siteparity.model import Finding, FindingKind, Judgement, Outcome, SiteparityError
from siteparity.report.failures import told
from siteparity.report.visible import UNMEASURED, labels, shortened, visible
from siteparity.whole_files import write_atomically

FINDINGS_A_CHECK = 50
VALUE_WIDTH = 96
TEXT_WIDTH = 2000

HEADERS = (
    '<th class="sortable" data-column-type="result">Result</th>',
    '<th class="sortable" data-column-type="outcome">Outcome</th>',
    '<th class="sortable" data-column-type="sentence">Promise, or what is wrong</th>',
    '<th class="sortable" data-column-type="role">Role</th>',
    '<th class="sortable" data-column-type="aspect">Area</th>',
    '<th class="sortable" data-column-type="findings">Findings</th>',
    '<th class="sortable" data-column-type="duration">Duration</th>',
    '<th class="sortable" data-column-type="testId">Test</th>',
)
"""pytest-html finds a cell by its class. Its filters need its own words under ``col-result``."""

_POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; "
    "img-src data:; base-uri 'none'; form-action 'none'"
)
_MARK = '<meta http-equiv="Content-Security-Policy"'
_RELOAD = ' onclick="location.reload()"'
"""pytest-html's only inline handler, on a button that a finished page does not show."""


_FILTER = re.compile(r'<input [^>]*data-test-result="([a-z]+)"')
"""pytest-html's boxes that choose which rows are shown; their words stand beside them and are no labels."""
_TITLE = re.compile(r'(<h1 id="title">[^<]*</h1>)(\s*<p id="verdict">[^<]*</p>)?')


class PageError(SiteparityError):
    """``checks.html`` is not a page of pytest-html 4.2, so it cannot be made safe."""


@dataclass(frozen=True, slots=True)
class Described:
    """A check, as the plan describes it."""

    sentence: str
    role: str
    aspect: str
    broken: str = ""
    """What it says if it differs (`siteparity.result.SavedCheck.broken`)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the page."""

    test: str
    result: str
    """pytest-html's own word: Passed, Failed, Error, XFailed ..."""
    duration: str
    described: Described | None
    judgement: Judgement | None
    """None if there is no result: the check's process died, or the test is no check."""
    sites: tuple[str, str] = ("primary", "standby")


def cells(row: Row) -> list[str]:
    """The cells of a row, in the order of `HEADERS`."""
    known = row.described or Described("", "", "")
    texts = (
        ("result", row.result),
        ("outcome", row.judgement.outcome.value if row.judgement else "no result"),
        ("sentence", _sentence(row, known) or row.test),
        ("role", known.role),
        ("aspect", known.aspect),
        ("findings", str(len(row.judgement.findings)) if row.judgement else "?"),
        ("duration", row.duration),
        ("testId", row.test),
    )
    return [f'<td class="col-{name}">{escape(_one_line(text))}</td>' for name, text in texts]


def _sentence(row: Row, known: Described) -> str:
    """What is wrong if it differs; else what it promises."""
    if row.judgement is None or row.judgement.outcome is not Outcome.DIFFERENT or not known.broken:
        return known.sentence
    return told(known.broken, known.sentence, row.judgement.findings, row.sites)


def findings_html(judgement: Judgement, primary: str, standby: str) -> str:
    """The findings of a check, on one line of markup: pytest-html colours lines that start with E."""
    if not judgement.findings:
        return str(Markup('<div class="parity">{} values compared.</div>').format(judgement.compared))
    head = Markup("<tr><th>What</th><th>{}</th><th>{}</th></tr>").format(
        _one_line(primary), _one_line(standby)
    )
    rows = Markup("").join(_finding(one) for one in judgement.findings[:FINDINGS_A_CHECK])
    more = len(judgement.findings) - FINDINGS_A_CHECK
    rest = Markup("<p>and {} more (see result.json)</p>").format(more) if more > 0 else Markup("")
    page = Markup('<div class="parity"><table>{}{}</table>{}</div>').format(head, rows, rest)
    return str(page).replace("\n", "&#10;")


def environment(values: Mapping[str, str]) -> dict[str, str]:
    """The values of the table at the top of the page, escaped."""
    return {visible(name): str(escape(_one_line(value))) for name, value in values.items()}


def harden(path: Path) -> None:
    """Give the written page its style and its Content-Security-Policy. A second call changes nothing.

    Raises:
        PageError: the page is not as expected and must not be published.
        OSError: it could not be read or written.
    """
    text = path.read_text(encoding="utf-8")
    if _MARK in text.partition("<title")[0]:
        return
    scripts, styles = _elements(text, "script"), _elements(text, "style")
    if len(scripts) != 1 or len(styles) != 1 or text.count(_RELOAD) != 1:
        raise PageError(
            f"{path}: expected one script, one style and one reload button of pytest-html 4.2, found "
            f"{len(scripts)}, {len(styles)} and {text.count(_RELOAD)}; install the pinned version"
        )
    style = styles[0] + files(__package__).joinpath("checks.css").read_text(encoding="utf-8")
    policy = _POLICY.format(script=_hash(scripts[0]), style=_hash(style))
    text = text.replace(_RELOAD, "", 1).replace(styles[0], style, 1)
    meta = f'{_MARK} content="{policy}"/>\n    <meta name="viewport" content="width=device-width"/>'
    text = text.replace('<meta charset="utf-8"/>', f'<meta charset="utf-8"/>\n    {meta}', 1)
    text = text.replace("<html>", '<html lang="en">', 1)
    text = _FILTER.sub(r'\g<0> aria-label="Show \1"', text)
    if _MARK not in text:
        raise PageError(
            f"{path}: expected '<meta charset=\"utf-8\"/>' in its head; install the pinned pytest-html"
        )
    write_atomically(path, text.encode())


def with_verdict(page: bytes, words: str) -> bytes:
    """The page with the verdict below its title, in place of an earlier one; without a title as it is."""
    verdict = str(Markup('\n    <p id="verdict">{}</p>').format(_one_line(words)))
    text = page.decode(errors="surrogateescape")
    text = _TITLE.sub(lambda found: found[1] + verdict, text, count=1)
    return text.encode(errors="surrogateescape")


def rows_of(path: Path) -> dict[str, list[str]]:
    """The rows of a written page: test id -> pytest-html's word for each of its rows.

    Raises:
        PageError: the page holds no data of pytest-html.
        OSError: it could not be read.
    """
    reader = _DataReader()
    try:
        reader.feed(path.read_text(encoding="utf-8"))
        # pydantic's own reader refuses half characters, which may stand in what a test has printed.
        data = _Data.model_validate(json.loads(reader.data))
    except (ValueError, RecursionError, AssertionError):  # of pydantic, json and html.parser
        raise PageError(f"{path.name}: expected pytest-html's data, found none that can be read") from None
    return {test: [row.result for row in rows] for test, rows in data.tests.items()}


class _Row(BaseModel):
    result: str


class _Data(BaseModel):
    """The data of pytest-html, as far as they are read."""

    tests: dict[str, list[_Row]]


class _DataReader(HTMLParser):
    """Extracts the data of pytest-html from the page."""

    def __init__(self) -> None:
        super().__init__()
        self.data = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "div" and dict(attrs).get("id") == "data-container":
            self.data = dict(attrs).get("data-jsonblob") or ""


def _finding(finding: Finding) -> Markup:
    groups = (*finding.primary, *finding.standby)
    nothing = UNMEASURED if finding.kind is FindingKind.UNMEASURED else None
    texts = labels([group.value for group in groups], VALUE_WIDTH)
    said = [
        Markup('<div><code>{}</code> <span class="hosts">{}</span></div>').format(
            nothing if nothing and group.value is None else text, _one_line(hosts(group.hosts))
        )
        for group, text in zip(groups, texts, strict=True)
    ]
    cut = len(finding.primary)
    return Markup("<tr><td><code>{}</code> {}<br>{}{}{}{}{}</td><td>{}</td><td>{}</td></tr>").format(
        _one_line(finding.item),
        finding.kind.value,
        _one_line(finding.message),
        Markup("<br>accepted: {}").format(_one_line(finding.waiver)) if finding.waiver else "",
        Markup("<br>by design: {}").format(_one_line(finding.design)) if finding.design else "",
        Markup("<br>effect: {}").format(_one_line(finding.effect)) if finding.effect else "",
        Markup("<pre>{}</pre>").format(visible(finding.fix[:TEXT_WIDTH], lines=True)) if finding.fix else "",
        _first(said[:cut]),
        _first(said[cut:]),
    )


def _first(said: Sequence[Markup]) -> Markup:
    return Markup("").join(said[:NAMED]) + more(NAMED, len(said))


def _one_line(text: str) -> str:
    return shortened(visible(text), TEXT_WIDTH)


def _elements(text: str, name: str) -> Sequence[str]:
    """The contents of all elements of a name. The page's data are in an attribute, where < is escaped."""
    return re.findall(rf"<{name}(?:\s[^>]*)?>(.*?)</{name}>", text, flags=re.DOTALL)


def _hash(content: str) -> str:
    """The hash source (CSP level 3) of an inline element. HTML parsers turn line ends into line feeds."""
    digest = hashlib.sha256(content.replace("\r\n", "\n").replace("\r", "\n").encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
