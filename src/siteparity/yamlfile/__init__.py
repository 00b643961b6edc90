"""Strict YAML that keeps the line of every key, so that an error can name its place.

`load` reads one file; `validate` turns it into a typed model. Both report every problem at once, one per
line: file:line: key: what was expected, what was found, what to do.
"""

from siteparity.yamlfile.blank import BLANK, shows_something, without_blanks
from siteparity.yamlfile.problems import (
    Problems,
    did_you_mean,
    fail,
    key_path,
    printable,
    quoted,
    shown,
    shown_key,
    shown_path,
)
from siteparity.yamlfile.reading import Document, KeyPath, Refused, can_hold, load
from siteparity.yamlfile.validating import Mistake, fitting, mistakes, validate

__all__ = [
    "BLANK",
    "Document",
    "KeyPath",
    "Mistake",
    "Problems",
    "Refused",
    "can_hold",
    "did_you_mean",
    "fail",
    "fitting",
    "key_path",
    "load",
    "mistakes",
    "printable",
    "quoted",
    "shown",
    "shown_key",
    "shown_path",
    "shows_something",
    "validate",
    "without_blanks",
]
