"""The fixtures of checks: `parity` for measured facts, `standby` for the live hosts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from siteparity.model import UnmeasuredError
from siteparity.plan import PlannedCheck
from siteparity.pytest_plugin.check_findings import CheckFindings
from siteparity.pytest_plugin.parity import Parity
from siteparity.pytest_plugin.session import CHECK, JUDGED, Session, session_of
from siteparity.pytest_plugin.standby import Standby


@pytest.fixture
def parity(request: pytest.FixtureRequest) -> Parity:
    """The facts of the check's aspect for one role of both sites, and the rules that judge them."""
    judged = parity_of(session_of(request.config), request.node.stash[CHECK])
    _judged_by(request, judged)
    return judged


def parity_of(session: Session, check: PlannedCheck) -> Parity:
    """The facts that a planned check judges."""
    settings, aspect = session.configuration, check.source.aspect
    return Parity(
        role=check.role,
        section=settings.policy.section(aspect),
        readings=settings.probes[aspect].readings(),
        facts=(session.facts(settings.primary, aspect), session.facts(settings.standby, aspect)),
        effect=check.source.effect,
        part=check.part,
        applications=settings.policy.applications,
    )


@pytest.fixture
def standby(request: pytest.FixtureRequest) -> Iterator[Standby]:
    """The standby's hosts, reached through SSH, to see whether they do their work."""
    session, check = session_of(request.config), request.node.stash[CHECK]
    settings = session.configuration
    away = {
        f"{site.name}/{host}": reason
        for site in settings.sites
        for host, reason in session.away(site).items()
    }
    by_record = session.evidence().by_record
    with Standby.open(settings, session.transport(), check, away, by_record=by_record) as judged:
        _judged_by(request, judged)
        yield judged


def _judged_by(request: pytest.FixtureRequest, judged: CheckFindings) -> None:
    """Remember what judges the check. A second fixture is an error: its findings would be lost."""
    if JUDGED in request.node.stash:
        raise UnmeasuredError("a check is judged by `parity` or by `standby`, not by both")
    request.node.stash[JUDGED] = judged
