"""The engineer's page in a real browser: its own script runs, hostile text does nothing, no check is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types

from selftests.browser.conftest import Open
from selftests.browser.examples import HOSTILE
from siteparity.report.checks_html import PageError, harden, rows_of, with_verdict
from siteparity.report.visible import visible

SOURCE = Path(__file__).parents[2] / "src"
pytestmark = pytest.mark.timeout(300)  # a run of pytest with two workers takes a minute on a busy machine

PLUGINS = ("xdist", "pytest_metadata.plugin", "pytest_html.plugin")

CONFTEST = """
import json, os, signal
import pytest
from siteparity.pytest_plugin import html
from siteparity.report.checks_html import Described

def about(config):
    facts = {"Standby": "<img src=x onerror=alert('environment')>"}
    def describe(node):
        return None if "unplanned" in node else Described(node.partition("::")[2], "web<b>", "locales")
    return html.About(describe, "dallas", "arizona<script>alert('title')</script>", facts)

def pytest_configure(config):
    html.register(config, about)

def pytest_metadata(metadata):
    metadata["CI_TOKEN"] = "canary-secret"

def finding(text, kind):
    group = {"value": text, "hosts": ["web1", text]}
    return {"item": text, "kind": kind, "message": text, "fix": text, "effect": text,
            "primary": [group], "standby": [group]}

@pytest.fixture
def line(request):
    def attach(outcome, *texts):
        kind = "unmeasured" if outcome == "unmeasured" else "different"
        entry = {"id": request.node.nodeid, "outcome": outcome, "compared": 7, "seconds": 0.1,
                 "findings": [finding(text, kind) for text in texts]}
        request.node.user_properties.append(("siteparity", json.dumps(entry)))
    return attach

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call" and item.originalname == "test_unmeasured":
        report.when = "setup"
    return report
"""
CHECKS = """
import json, os, pathlib, signal
import pytest
PAYLOADS = json.loads(pathlib.Path(__file__).with_name("payloads.json").read_text())

@pytest.mark.parametrize("text", PAYLOADS, ids=PAYLOADS)
def test_different(line, text):
    line("different", text)
    print(text)
    pytest.fail(text, pytrace=False)

def test_same(line):
    line("same")

def test_unmeasured(line):
    line("unmeasured", "web2 gave no answer")
    raise RuntimeError("web2 gave no answer")

@pytest.mark.xfail(reason="<b>accepted</b>", strict=True)
def test_waived(line):
    line("waived", "libxml2")
    pytest.fail("differs")

def test_unplanned():
    pass
"""
CRASH = """
import os, signal
import pytest

def test_before_the_crash(line):
    line("same")

def test_crash(line):
    line("same")
    os.kill(os.getpid(), signal.SIGKILL)

@pytest.fixture
def dies_afterwards():
    yield
    os.kill(os.getpid(), signal.SIGKILL)

def test_crash_in_teardown(line, dies_afterwards):
    line("same")
"""
# The last one holds lone surrogates: no answer of a host does, and pytest's workers could not send them.
PAYLOADS = [*HOSTILE[:-1], "\\N{BULLET} \\U00110000 \\x3cimg src=x onerror=alert(37)\\x3e \\"]


def run(folder: Path, *arguments: str) -> Path:
    """Run pytest on the folder as the gate does; returns the page."""
    page = folder / "checks.html"
    plugins = [part for name in PLUGINS for part in ("-p", name)]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(SOURCE)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        *plugins,
        "--rootdir",
        str(folder),
    ]
    options = [f"--html={page}", "--self-contained-html", "--tb=short", *arguments]
    done = subprocess.run(
        [*command, *options],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "INTERNALERROR" not in done.stdout + done.stderr, done.stdout + done.stderr
    assert page.exists(), done.stdout + done.stderr
    return page


@pytest.fixture(scope="module", params=["0", "2"], ids=["one-process", "two-workers"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a run of every outcome and every payload; tests read it only."""
    folder = tmp_path_factory.mktemp("checks")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_checks.py").write_text(CHECKS)
    (folder / "payloads.json").write_text(json.dumps(PAYLOADS))
    return run(folder, "-n", request.param)


def test_every_check_has_one_row_with_its_outcome(page: Path) -> None:
    """Different, same, unmeasured, waived: failed, passed, error, expected failure."""
    rows = rows_of(page)
    assert all(len(words) == 1 for words in rows.values())
    found = [words[0] for words in rows.values()]
    assert {word: found.count(word) for word in found} == {
        "Failed": len(PAYLOADS), "Passed": 2, "Error": 1, "XFailed": 1,
    }  # fmt: skip
    assert rows["test_checks.py::test_unmeasured"] == ["Error"]


def test_the_page_works_and_hostile_text_does_nothing(page: Path, visit: Open) -> None:
    """All rows are built by the one allowed script; what hosts wrote is only shown."""
    seen = visit(page)
    total = len(PAYLOADS) + 4
    assert seen.page.locator("tbody.results-table-row").count() == total
    assert seen.page.locator("th.sortable").count() == 8
    seen.page.locator("#show_all_details").click()
    assert seen.page.locator(".parity table tr").count() == 2 * (len(PAYLOADS) + 2)
    assert seen.page.locator(".parity").first.is_visible()
    seen.page.locator('input[data-test-result="failed"]').click()
    assert seen.page.locator("tbody.results-table-row").count() == 4
    seen.page.locator('th[data-column-type="sentence"]').click()
    for cell in seen.page.locator(".collapsible td").all():
        cell.hover()
    seen.page.wait_for_timeout(200)
    assert seen.misdeeds == []


def test_nothing_of_a_payload_became_an_element(page: Path, visit: Open) -> None:
    """Each payload can be read as it was written."""
    seen = visit(page)
    seen.page.locator("#show_all_details").click()
    for tag in (
        "script",
        "iframe",
        "object",
        "embed",
        "link",
        "base",
        "form",
        "svg",
        "math",
        "marquee",
        "audio",
    ):
        assert seen.page.locator(f"#results-table {tag}").count() == 0, tag
    assert seen.page.locator("#results-table img:not([src=''])").count() == 0
    assert seen.page.locator("#environment img").count() == 0
    text = seen.page.locator("#results-table").inner_text()
    assert [one for one in PAYLOADS if "\n" not in one and visible(one) not in text] == []
    assert "[U+202E]gnp.exe" in text


def test_the_page_shows_only_the_facts_that_were_given(page: Path, visit: Open) -> None:
    """CI variables and plugin lists stay out of it."""
    table = visit(page).page.locator("#environment")
    assert table.locator("tr").count() == 1
    assert "<img src=x onerror=alert('environment')>" in table.inner_text()
    assert "canary-secret" not in page.read_text(encoding="utf-8")


def test_the_title_names_both_sites(page: Path, visit: Open) -> None:
    """As text."""
    assert visit(page).page.title() == "Checks: arizona<script>alert('title')</script> against dallas"


def test_the_policy_allows_nothing_else(page: Path, visit: Open, tmp_path: Path) -> None:
    """A script that is put into the page, in whatever way, does not run."""
    text = page.read_text(encoding="utf-8")
    assert "script-src 'sha256-" in text
    assert "unsafe" not in text.partition("<title")[0]
    changed = tmp_path / "changed.html"
    more = "<script>document.title = 'owned'</script></body>"
    changed.write_text(text.replace("</body>", more), encoding="utf-8")
    seen = visit(changed)
    assert seen.page.title() != "owned"
    assert any("Content Security Policy" in misdeed for misdeed in seen.misdeeds)


def test_axe_finds_nothing_critical(page: Path, visit: Open) -> None:
    """Each box says what it shows."""
    found = Axe().run(visit(page).page)
    critical = [one["id"] for one in found.response["violations"] if one["impact"] == "critical"]
    assert critical == [], found.generate_report()


def test_the_page_carries_the_verdict(page: Path, visit: Open, tmp_path: Path) -> None:
    """Once, as text, whatever it says; and its script still runs."""
    changed = tmp_path / "verdict.html"
    once = with_verdict(page.read_bytes(), "NO-GO  one")
    changed.write_bytes(with_verdict(once, r"NO-GO  <script>alert('verdict')</script> \1"))
    seen = visit(changed)
    assert seen.page.locator("#verdict").all_inner_texts() == [r"NO-GO <script>alert('verdict')</script> \1"]
    assert seen.misdeeds == []
    assert seen.page.locator("h1#title + #verdict").count() == 1
    assert seen.page.locator("tbody.results-table-row").count() > 0


def test_hardening_twice_changes_nothing(page: Path) -> None:
    """The reports may be written again."""
    before = page.read_bytes()
    harden(page)
    assert page.read_bytes() == before


def test_checks_of_workers_that_died_are_errors(tmp_path: Path, visit: Open) -> None:
    """During a check, and during its tear-down: neither is lost, and neither is only green."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_crash.py").write_text(CRASH)
    page = run(tmp_path, "-n", "2")
    rows = rows_of(page)
    assert rows["test_crash.py::test_before_the_crash"] == ["Passed"]
    assert rows["test_crash.py::test_crash"] == ["Error"]
    assert rows["test_crash.py::test_crash_in_teardown"] == ["Passed", "Error"]
    seen = visit(page)
    assert seen.page.locator("tbody.results-table-row").count() == sum(len(words) for words in rows.values())
    assert seen.misdeeds == []


def test_a_page_of_another_shape_is_refused(tmp_path: Path) -> None:
    """Another version of pytest-html must not be published unhardened."""
    path = tmp_path / "checks.html"
    path.write_text("<html><head><meta charset='utf-8'/></head><script>1</script><script>2</script></html>")
    with pytest.raises(PageError, match="expected one script"):
        harden(path)
