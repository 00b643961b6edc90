"""``result.json``: the answer of a run, from which every report is made.

Its JSON Schema is published beside this file (``result.schema.json``) and carries `SCHEMA_VERSION`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, Field

from siteparity.model import Finding, Frozen, Group, Harm, Outcome, Severity, Verdict

SCHEMA_VERSION = 1

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in lower-case hexadecimal digits."""

WaiverDigest = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
"""The exact difference that a waiver accepts (`siteparity.waivers.difference`)."""


AcceptingState: TypeAlias = Literal["active", "unused", "changed", "refused", "not known", "other sites"]
"""What became of a waiver, or of a difference by design (`siteparity.waivers.status`)."""


class SavedFinding(Finding):
    """One difference, or one broken expectation."""

    # Always present in the file.
    fix: str
    effect: str
    primary: tuple[Group, ...]
    standby: tuple[Group, ...]
    waiver: str | None
    first_seen: AwareDatetime
    values: WaiverDigest | None = None
    """What a waiver would name as its ``values``; null if nobody can accept this finding."""


class SavedCheck(Frozen):
    """One test under ``tests/`` for one role or language, and its outcome."""

    id: str
    kind: Literal["parity", "smoke", "own"]
    aspect: str
    """The aspect of a parity check, the journey of a smoke check; ``own.`` and the file of one's own test."""
    role: str
    severity: Severity
    owner: str
    outcome: Outcome
    sentence: str
    """The promise: true if the check holds."""
    broken: str = ""
    """The same as it reads if the check differs. ``{primary}``, ``{standby}`` and ``{where}`` stand for the
    sites, and for the hosts that break it. Empty for a test of one's own."""
    harm: Harm = Harm.PART
    """What customers would notice: ``loss``, ``outage``, ``part`` or ``later``."""
    why: str
    compared: int
    """How many values it looked at."""
    seconds: float
    findings: tuple[SavedFinding, ...]
    notes: tuple[str, ...] = ()
    """What is worth telling and no finding: less than the primary has, and enough for the policy's peak."""


class SavedCause(Frozen):
    """One fault that makes several checks red."""

    sentence: str
    """The check that differs, how many hosts of a site answer, or the reason that a host gave."""
    said: tuple[str, ...] = ()
    """What silent hosts of a site gave as reasons."""
    root: str | None
    """The id of the check that brings the others down; null if a host gave no answer."""
    checks: tuple[str, ...]
    """The ids of the checks that fail with it, or could not be made because of it."""


class SavedItem(Frozen):
    """An item, and what a waiver would name to accept its finding of this run."""

    item: str
    values: WaiverDigest


class SavedWaiver(Frozen):
    """One waiver of the file, and what became of it in this run."""

    place: str
    """File and line."""
    check: str
    role: str
    item: str
    pattern_reason: str | None
    reason: str
    owner: str
    approved_by: str
    ticket: str
    expires: AwareDatetime
    days_left: int
    """Whole days from the start of the run; negative if it had expired."""
    state: AcceptingState
    words: str
    """Why it is a reason against GO; empty if it is none."""
    about: tuple[str, ...]
    """The ids of the checks that it is about."""
    used_by: tuple[str, ...]
    """The ids of the checks in which it accepts a finding."""
    renewal: tuple[SavedItem, ...] = ()
    """All that it names and this run found, if that is not what it accepts, or it has expired."""


class SavedDesign(Frozen):
    """One difference that the policy says is by design, and what became of it in this run."""

    place: str
    """File and line."""
    aspects: tuple[str, ...]
    """The aspects and checks in each of which the sites must differ so."""
    role: str
    items: tuple[str, ...]
    expected: str
    """What is meant: ``dallas enabled* | arizona none``, or ``only at dallas``."""
    reason: str
    approved_by: str
    review: date
    """The last day on which it counts."""
    days_left: int
    """Whole days from the start of the run to the end of that day; negative if it had passed."""
    state: AcceptingState
    words: str
    """Why it is a reason against GO; empty if it is none."""
    about: tuple[str, ...]
    """The ids of the checks that it is about."""
    used_by: tuple[str, ...]
    """The ids of the checks in which it accepts a finding."""


class SavedSite(Frozen):
    """A site, and how and when it was measured."""

    site: str
    source: Literal["live", "record"]
    measured_at: AwareDatetime
    hosts: int
    digest: Digest


class SavedSource(Frozen):
    """Which data the checks of an aspect, or of a journey, were judged from."""

    kind: Literal["parity", "smoke", "own"]
    aspect: str
    primary: Literal["live", "record", "none"]
    """``none``: a journey at a primary for which a record stands in; it cannot be made there."""
    standby: Literal["live"]
    standby_then: tuple[str, ...]
    """The tables for which the standby's data are as old as the record: they mean nothing across two runs."""


class SavedLoss(Frozen):
    """The data that may be lost with the primary."""

    since: AwareDatetime
    """Everything that was committed at the primary until then is at the standby."""
    until: AwareDatetime
    """Whatever was committed between these two moments may be lost."""
    missing_bytes: int
    """How much of what the primary is known to have written the standby lacks."""


class SavedWritten(Frozen):
    """How far the primary had written, as a record later than the one that stands in for it shows."""

    aspect: str
    """The aspect that measures it."""
    at: AwareDatetime
    position: str
    """In the WAL: ``1/A0``."""
    history: tuple[str, ...]
    """What tells whether positions of two servers can be compared: system identifier and timeline. What of it
    is not known is empty."""
    source: str
    """The file or run that shows it."""


class SavedLoosened(Frozen):
    """A limit of the policy that is looser than usual."""

    section: str
    """The aspect, ``smoke.`` and the journey, or ``limits``."""
    key: str
    value: str
    """As the policy writes it, such as ``4GiB``."""
    usual: str
    """The default; of a key without a default, the bound that a value may pass only with a reason."""
    reason: str
    """The policy's own; empty for a value within its bound that has none."""


class SavedDowngrade(Frozen):
    """An aspect, a journey, or one check of it, whose blockers the policy makes warnings."""

    kind: Literal["parity", "smoke", "own"]
    aspect: str
    check: str | None = None
    """The one check; null if it is the whole aspect."""
    checks: int
    """How many of its checks would stop a failover otherwise."""
    reason: str


class SavedRevocation(Frozen):
    """When a GO was revoked, and what had changed since it was given."""

    at: AwareDatetime
    changes: tuple[str, ...]


class Count(Frozen):
    """How many checks, on how many hosts."""

    checks: int
    hosts: int


class Shipped(Frozen):
    """The checks of the run, compared with those that siteparity ships; each is told as ``aspect.name``."""

    manifest: Digest
    """Of ``checks.json``, which holds a digest of each check: equal for two runs with the same checks."""
    checks: int
    """How many are shipped."""
    altered: tuple[str, ...] = ()
    """There, with other lines, or in a file whose other lines are not as shipped. Keeps from GO."""
    missing: tuple[str, ...] = ()
    """Not there. Keeps from GO."""
    own: tuple[str, ...] = ()
    """Not shipped: the user's own."""


class SavedNotApplicable(Frozen):
    """A check that was not made: the policy names nothing that it could judge."""

    kind: Literal["parity", "smoke", "own"]
    check: str
    """``aspect.name``, as `siteparity explain` lists it."""
    sentence: str
    keys: tuple[str, ...]
    """The keys of the policy with which it would apply: ``aspects.boot.required``."""


class SavedArea(Frozen):
    """An aspect or a journey, and how far the answer is about it."""

    kind: Literal["parity", "smoke"]
    name: str
    state: Literal["promised", "compared", "absent", "undecided"]
    """``promised``: the policy says what must be there. ``compared``: it does not, and whatever the primary
    has, the standby must have. ``absent``: the sites do not have it. ``undecided``: nobody said which."""
    checks: int
    """How many checks of it are planned."""


class SavedAbsence(Frozen):
    """Something that the policy declares absent."""

    name: str
    """An aspect, a journey, or a promise such as ``capacity.peak``."""
    reason: str
    approved_by: str
    verification: str = ""
    """How far each run verifies it: on every host, or not at all, since nothing on a host can show it."""


class SavedUndecided(Frozen):
    """Something that cannot be derived and that nobody decided."""

    key: str
    """Of the policy: ``aspects.waf``."""
    question: str
    place: str
    """File, and the line where there is one."""


class SavedWaiting(Frozen):
    """A line of the policy that was drafted, and that no person has accepted."""

    path: str
    """Of the policy: ``applications.shop.units``."""
    place: str
    """File and line."""
    seen: str
    """How and where it was seen."""
    question: str
    """What a person must answer; empty if both halves of the evidence agree."""


class SavedUnjudged(Frozen):
    """Something on hosts that nothing judges."""

    item: str
    """A unit, an open port, containers of an engine."""
    why: str
    """Why not, or how much of it there is."""
    hosts: tuple[str, ...]
    """``dallas/web1``."""


class SavedListed(Frozen):
    """Things of one kind on the hosts of both sites, and how they are judged."""

    aspect: str
    """The aspect that lists them."""
    what: str
    """``units and containers``, ``open ports``."""
    promised: int
    """How many the policy names, on all hosts together."""
    compared: int
    """How many the policy does not name, which are compared between the sites."""
    unjudged: tuple[SavedUnjudged, ...]
    """Those that are neither."""
    unread: tuple[str, ...]
    """The hosts that could not be asked, each with the reason: ``dallas/web1: no answer``."""


class Scope(Frozen):
    """What the answer is about, and what it is not about."""

    areas: tuple[SavedArea, ...] = ()
    absent: tuple[SavedAbsence, ...] = ()
    undecided: tuple[SavedUndecided, ...] = ()
    """Each of them keeps the answer from being GO."""
    waiting: tuple[SavedWaiting, ...] = ()
    """Each of them keeps the answer from being GO as well; the cheapest question first."""
    listed: tuple[SavedListed, ...] = ()
    """What is on the hosts, and how it is judged; empty if a site was not measured."""


class Result(Frozen):
    """``result.json``."""

    schema_version: Literal[1]
    run: str
    verdict: Verdict
    reasons: tuple[str, ...]
    """Why the verdict is not GO, the heaviest reason first; empty for GO."""
    valid_until: AwareDatetime | None
    """Until when a GO is valid; null for other verdicts."""
    rehearsable_until: AwareDatetime | None = None
    """Until when the answer would be a GO, if only the rehearsal that the policy demands were not missing;
    null if it is one, or anything else is against it. Whoever follows the drill may take it for a GO."""
    started_at: AwareDatetime
    finished_at: AwareDatetime
    tool_version: str
    policy_digest: Digest
    inventory_digest: Digest
    primary: SavedSite
    standby: SavedSite
    sources: tuple[SavedSource, ...] = ()
    """Which data each aspect and each journey was judged from."""
    data_loss: SavedLoss | None = None
    """What may be lost if the primary fails now, or has failed; null if that is not known."""
    written: tuple[SavedWritten, ...] = ()
    """What later records of the primary show, if one stands in for it: `data_loss` counts it as well."""
    revoked: SavedRevocation | None = None
    """Set when `siteparity verify` revokes a GO; the verdict is then NO-GO."""
    loosened: tuple[SavedLoosened, ...] = ()
    """The limits of the policy that are looser than usual."""
    downgraded: tuple[SavedDowngrade, ...] = ()
    """The aspects and journeys that the policy makes warnings, so that they cannot stop a failover."""
    plan: Count
    executed: Count
    causes: tuple[SavedCause, ...]
    waivers: tuple[SavedWaiver, ...] = ()
    differs: tuple[SavedDesign, ...] = ()
    """Where the sites differ by design."""
    checks: tuple[SavedCheck, ...]
    not_applicable: tuple[SavedNotApplicable, ...] = ()
    """The checks that are no part of the plan. GO does not depend on them, so reports name them."""
    scope: Scope = Scope()
    shipped: Shipped | None = None
    """Whether the checks are those that siteparity ships; null in results of versions that did not look."""
    rehearsed_at: AwareDatetime | None = None
    """When a failover was last rehearsed with these sites; null if it never was, or nobody noted it."""
    forgotten: tuple[AwareDatetime, ...] = ()
    """When `siteparity history --forget` removed a value from what the run left."""
    hosts_in_no_role: tuple[str, ...] = ()
    """The hosts of both inventories that are in no role of the policy (``dallas/jump1``): nobody looked."""

    @property
    def go_until(self) -> datetime | None:
        """Until when it lets a drill go on; None if it does not."""
        return self.valid_until or self.rehearsable_until

    def not_needed(self) -> frozenset[str]:
        """The checks that hold although something of their own expects them to differ."""
        return not_needed(self.checks, (*self.differs, *self.waivers))


def not_needed(
    checks: Iterable[SavedCheck], accepting: Iterable[SavedWaiver | SavedDesign]
) -> frozenset[str]:
    """The checks that hold although a waiver, or an entry under ``differs``, expects otherwise.

    One about several checks expects nothing of each.
    """
    holds = {check.id for check in checks if check.outcome.holds}
    sole = [one.about for one in accepting if one.state == "unused" and len(one.about) == 1]
    return frozenset(check for (check,) in sole if check in holds)
