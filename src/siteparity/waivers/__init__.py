"""Waivers: findings that a named person accepts until a date, exactly as they are and no others.

`load_waivers` reads the file, `Waivers` judges it at one moment: what is in force, what it accepts, and what
speaks against GO. All but the reading is pure.
"""

from siteparity.waivers.accepting import CEILING, LONGEST, NEVER, Waivers
from siteparity.waivers.difference import difference_digest, waivable, was_measured
from siteparity.waivers.standing import Found, Standing, State, reasons, standings
from siteparity.waivers.writing import Stanza, Waiver, load_waivers

__all__ = [
    "CEILING",
    "LONGEST",
    "NEVER",
    "Found",
    "Standing",
    "Stanza",
    "State",
    "Waiver",
    "Waivers",
    "difference_digest",
    "load_waivers",
    "reasons",
    "standings",
    "waivable",
    "was_measured",
]
