"""The sentences of a runbook that are the same for every pair of sites. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from siteparity.failover.document import Mode
from siteparity.failover.order import Part

TITLES: Mapping[tuple[Mode, Part], str] = {
    (Mode.PLANNED, Part.THERE): "{old} answers: from {old} to {new}",
    (Mode.DEAD, Part.THERE): "{old} is dead, or silent: from {old} to {new}",
    (Mode.PLANNED, Part.BACK): "{old} answered: until it protects {new}",
    (Mode.DEAD, Part.BACK): "{old} was dead: until it protects {new}",
}

BEFORE = (
    "Write down the time of each step, who decided, and the last line of each answer. Commands are typed "
    "in a root shell on the hosts that the step names, one line after the other."
)
ORDER = (
    "Make a step only when the steps before it are proven. A step that is not proven within its time is "
    "told to whoever decides. Until the step without a way back, each step can be undone, the last one "
    "first."
)
WATCH = (
    "`siteparity watch --mode {mode}` on a machine outside {old} looks at the proofs meanwhile, and "
    "remembers where you are. `siteparity said STEP --by NAME` notes what no machine can see."
)
GATE: Mapping[str, str] = {
    "GO": (
        "go on. If a record stood in, the line also says how many minutes of orders may be lost: a person "
        "accepts that, by name"
    ),
    "NO-GO": (
        "each finding names its `fix`: mend the first one, ask again. `siteparity explain CHECK` says what "
        "customers would notice"
    ),
    "UNKNOWN": "the reason names what could not be seen: mend that, ask again. UNKNOWN is not GO",
}
VERIFY = (
    "With a GO of the last hours, `siteparity verify` says in seconds whether it still stands. It does "
    "not try the standby out."
)
NEVER_WAIVE = "Waivers are for differences that were known by day. Never write one at night to get a GO."

NO_WAY_BACK: Mapping[Part, str] = {
    Part.THERE: "From here on, only the failover the other way round undoes it.",
    Part.BACK: "What it changes cannot be undone.",
}
NOTHING_TO_UNDO = "There is nothing to undo."
