"""Waivers: findings that a named person accepts until a date, exactly as they are and no others.

`load_waivers` reads the file, `Waivers` judges it at one moment: what is in force, what it accepts, and what
speaks against GO. All but the reading is pure.
"""

from siteparity.waivers.accepting import CEILING, LONGEST, Waivers
from siteparity.waivers.difference import difference_digest, waivable, was_measured
from siteparity.waivers.status import Found, State, WaiverStatus, reasons, statuses
from siteparity.waivers.writing import Stanza, Waiver, load_waivers

__all__ = [
    "CEILING",
    "LONGEST",
    "Found",
    "Stanza",
    "State",
    "Waiver",
    "WaiverStatus",
    "Waivers",
    "difference_digest",
    "load_waivers",
    "reasons",
    "statuses",
    "waivable",
    "was_measured",
]
