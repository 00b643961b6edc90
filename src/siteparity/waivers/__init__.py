"""Waivers: a named person accepts a finding until a date, exactly as it is.

`load_waivers` reads the file. `Waivers` says, for the start of a run, which waivers are in force and which
findings they accept. `statuses` says afterwards what became of each. All but the reading is pure.
"""

from siteparity.waivers.accepting import CEILING, LONGEST, Waivers
from siteparity.waivers.difference import difference_digest, looked_everywhere, waivable
from siteparity.waivers.reading import Stanza, Waiver, load_waivers
from siteparity.waivers.status import Found, State, WaiverStatus, reasons, statuses

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
    "looked_everywhere",
    "reasons",
    "statuses",
    "waivable",
]
