"""Manual page and completion say what the command line takes: all of it, and nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from siteparity.commands.arguments import VERBS, parser
from siteparity.commands.manual import files, manual
from siteparity.commands.suggestions import options, verbs
from siteparity.configuration import find_root

EVERY = verbs(parser(""))
BASH = find_root() / "deploy" / "completion" / "siteparity.bash"


@pytest.mark.parametrize("path", files())
def test_what_is_shipped_is_what_the_arguments_make(path: str) -> None:
    """After a change: python -m siteparity.commands.manual."""
    assert (find_root() / path).read_text(encoding="utf-8") == files()[path]


@pytest.mark.parametrize("verb", VERBS)
def test_the_manual_names_each_verb_and_option(verb: str) -> None:
    """Each with a sentence: an option without words is no help."""
    (section,) = re.findall(rf"(?ms)^\.SS siteparity {verb}\b.*?(?=^\.S[SH])", manual())
    told = re.findall(r"(?m)^\.TP\n\.B (.*)\n(.*)$", section)
    named = " ".join(term for term, _ in told).replace("\\-", "-")
    for option in set(options(EVERY[verb])) - {"-h", "--help"}:
        assert re.search(rf"(?<!\S){option}(?!\S)", named), option
    assert all(len(words) > 5 for _, words in told)


@pytest.mark.skipif(shutil.which("groff") is None, reason="no groff")
def test_roff_takes_the_manual_without_a_warning() -> None:
    """And shows its first and its last section."""
    words = ["groff", "-man", "-Tascii", "-ww", "-P-cbou"]
    done = subprocess.run(words, input=manual(), capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "NAME\n" in done.stdout
    assert "SEE ALSO\n" in done.stdout


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["siteparity", "ga"], {"gate"}),
        (["siteparity", "h"], {"history", "help"}),
        (["siteparity", "gate", "--pr"], {"--primary", "--primary-record"}),
        (["siteparity", "history", "--"], {*options(EVERY["history"])} - {"-h"}),
    ],
)
def test_bash_completes_verbs_and_options(typed: list[str], offered: set[str]) -> None:
    """Asked as bash asks it."""
    words = " ".join(f"'{word}'" for word in typed)
    script = (
        f"source {BASH}; COMP_WORDS=({words}); COMP_CWORD={len(typed) - 1}; "
        f"_shtab_siteparity siteparity '{typed[-1]}'; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    )
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == offered
