"""The report on paper: two pages at most, which hold what the first screen holds, and fetch nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from selftests.browser import examples
from siteparity.configuration import find_root
from siteparity.model import ConfigurationError
from siteparity.redaction import remember
from siteparity.report import render
from siteparity.report.pdf import PACKAGES, demand_weasyprint, laid_out, pdf

PAGES = {"go": 1, "no_go": 2, "unknown": 2, "many": 2, "hostile": 2}


@pytest.mark.parametrize("name", PAGES)
def test_first_screen_and_findings_are_two_pages(name: str) -> None:
    """However many findings there are; a GO has none. What is not printed is not laid out either."""
    text = render(getattr(examples, name)(), paper=True)
    assert 'id="details"' not in text
    assert len(laid_out(text).pages) == PAGES[name]


def test_it_is_a_pdf_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered is hidden before anything is laid out."""
    remember("hunter3-hunter3")
    result = examples.no_go().model_copy(update={"reasons": ("hunter3-hunter3",)})
    seen: list[str] = []

    def noted(text: str) -> object:
        seen.append(text)
        return laid_out(text)

    monkeypatch.setattr("siteparity.report.pdf.laid_out", noted)
    assert pdf(result).startswith(b"%PDF-")
    assert "hunter3" not in seen[0]


def test_nothing_is_fetched(tmp_path: Path) -> None:
    """Neither from the web nor from this machine."""
    picture = tmp_path / "x.svg"
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="600" height="9000"/>')
    assert len(laid_out(f'<img src="{picture.as_uri()}"><img src="http://127.0.0.1:9/x">').pages) == 1


def test_without_the_extra_the_way_to_install_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The base installation works without it."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(ConfigurationError, match=r'WeasyPrint is missing; install "siteparity\[pdf\]"'):
        demand_weasyprint()


def test_the_lab_installs_what_is_advised() -> None:
    """The list of Debian packages is the same wherever it stands."""
    listed = (find_root() / "lab" / "system-packages.txt").read_text().split()
    assert set(PACKAGES.split()) <= set(listed)
