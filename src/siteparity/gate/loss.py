"""What a loss of orders means for an answer by a record: reasons against GO, and when a GO ends. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from siteparity.configuration import Configuration
from siteparity.facts.data_loss import Loss, Missing, missing
from siteparity.facts.records import Record
from siteparity.policy import Limits
from siteparity.policy.decisions import LOSS, RPO
from siteparity.report.data_age import rounded_up, size
from siteparity.report.words import span, utc
from siteparity.result import SavedLoss, SavedSite, SavedWritten
from siteparity.yamlfile import shown_path


def known_missing(settings: Configuration, standby: Record, written: Sequence[SavedWritten]) -> Iterator[str]:
    """A reason for each replica that lacks for certain what the primary had written.

    Args:
        settings: of the run.
        standby: measured now.
        written: what records show that are later than the one that stands in.
    """
    told: set[str] = set()
    for one in missing(standby, settings.probes, written):
        if one.host not in told:
            told.add(one.host)
            yield _told(settings, one)


def _told(settings: Configuration, one: Missing) -> str:
    primary, replica = settings.primary.name, f"{settings.standby.name}/{one.host}"
    when = f"{utc(one.written.at)} ({one.written.source})"
    if one.size is None:
        return (
            f"{primary} had a database of another history at {when} (system identifier, timeline), so "
            f"nothing shows that {replica} has any order that was written there"
        )
    return (
        f"{replica} lacks {size(one.size)} of what {primary} had written by {when}: these orders are lost, "
        f"whichever record stands in, unless {primary} comes back"
    )


def too_much(settings: Configuration, loss: Loss | SavedLoss | None, now: datetime) -> Iterator[str]:
    """A reason against a GO by a record if more may be lost than the policy accepts, or it does not say.

    Where no aspect measures what may be lost, nothing is asked: the answer says that it is not known.

    Args:
        settings: of the run.
        loss: what may be lost; None if that is not known.
        now: until when the primary may have taken orders.
    """
    most = settings.policy.rpo
    if most is None:
        yield from filter(None, [open_question(settings)])
    elif loss is None:
        yield f"how many orders may be lost is not known; the policy accepts {span(most)} ({RPO})"
    elif (length := max(loss.until, now) - loss.since) > most:
        lost = span(rounded_up(length))
        yield f"orders of up to {lost} may be lost; the policy accepts {span(most)} ({RPO})"


def open_question(settings: Configuration) -> str:
    """The question that keeps an answer by a record from GO; empty if nobody need be asked."""
    policy = settings.policy
    measured = any(settings.probes[aspect].data_loss for aspect in policy.sections)
    if policy.rpo is not None or RPO in policy.absent or not measured:
        return ""
    return f"1 question is open: {LOSS} Answer it as {RPO} in {shown_path(policy.source)}"


def go_ends(
    primary: SavedSite,
    finished_at: datetime,
    limits: Limits,
    loss: SavedLoss | None,
    most_lost: timedelta | None,
) -> datetime:
    """When a GO ends at the latest: after the time of the policy, or with its record, or with the loss."""
    ends = [finished_at + limits.go_valid_for]
    if primary.source == "record":
        ends.append(primary.measured_at + limits.record_max_age)
        if loss and most_lost is not None:
            ends.append(loss.since + most_lost)
    return min(ends)
