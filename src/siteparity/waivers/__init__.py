"""What accepts findings: waivers, and the differences that the policy says are by design.

A named person accepts a fault until a date, exactly as it is: `load_waivers` reads these. Where the sites
differ by design, the policy says so, and `designs` takes it from there. `Waivers` says, for the start of a
run, which of both are in force and which findings they accept. `statuses` says afterwards what became of
each. All but the reading is pure.
"""

from siteparity.waivers.accepting import CEILING, Acceptance, Waivers
from siteparity.waivers.by_design import FARTHEST, Design, designs
from siteparity.waivers.difference import difference_digest, digest_without_item, looked_everywhere, waivable
from siteparity.waivers.reading import LONGEST, Stanza, Waiver, load_waivers
from siteparity.waivers.status import Found, State, Status, reasons, statuses

__all__ = [
    "CEILING",
    "FARTHEST",
    "LONGEST",
    "Acceptance",
    "Design",
    "Found",
    "Stanza",
    "State",
    "Status",
    "Waiver",
    "Waivers",
    "designs",
    "difference_digest",
    "digest_without_item",
    "load_waivers",
    "looked_everywhere",
    "reasons",
    "statuses",
    "waivable",
]
