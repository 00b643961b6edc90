"""A session that is begun at the standby is kept by the standby alone.

In October 2012 sessions came from Dallas for a while after the failover, which made the shop slow. Had Dallas
been lost for good, nobody could have logged in. Here a session is really begun, and found.
"""

from __future__ import annotations

import pytest

from siteparity.policy.journeys import Session
from siteparity.pytest_plugin import Standby
from siteparity.pytest_plugin.canary import ENDLESS, at_the_primary, canaries, kept_by, where

pytestmark = pytest.mark.blocker

OWN = (
    "name the standby's own Redis in the application's setting; then: systemctl restart {units}. "
    "A session in neither Redis: name in the policy a page that stores something, and the key that it gets"
)


@pytest.mark.drill(
    "redis_stopped",
    "redis_user_missing",
    "redis_replica_of_the_primary",
    "redis_suite_user_refused",
    "session_setting_of_the_other_site",
    "session_name_resolves_to_the_other_site",
    "session_workers_connected_to_the_other_site",
    "session_store_takes_no_writes",
    "session_without_an_end",
    "session_left_in_the_store",
)
@pytest.mark.broken("Nobody can log in at {standby}, or logins are kept at the other site", "outage")
@pytest.mark.journey
def test_a_session_is_kept_by_the_standbys_own_redis(standby: Standby) -> None:
    """Nobody can log in, and what customers did on one page is forgotten on the next."""
    policy: Session = standby.policy
    with canaries(standby, standby.site) as sessions:
        for canary, place in where(standby, sessions).items():
            if not standby.expect("session", place, equals=kept_by(standby.site), host=canary.host, fix=OWN):
                continue
            seconds = sessions[canary]
            endless = seconds == ENDLESS or seconds > policy.longest.total_seconds()
            standby.expect(
                "life of a session that nobody ends",
                "too long" if endless else "within the limit",
                equals="within the limit",
                host=canary.host,
                fix="let the application give each session an end (SET ... EX); else Redis fills up",
            )


@pytest.mark.drill(
    "redis_stopped",
    "redis_user_missing",
    "redis_replica_of_the_primary",
    "session_setting_of_the_other_site",
    "session_name_resolves_to_the_other_site",
    "session_workers_connected_to_the_other_site",
    "session_store_takes_no_writes",
)
@pytest.mark.broken("Logins at {standby} are kept at {primary}", "outage")
def test_no_session_of_the_standby_is_kept_at_the_primary(standby: Standby) -> None:
    """Logins, and what customers have begun, come from the site that has just failed."""
    with at_the_primary(standby) as sessions:
        for canary, is_there in sessions.items():
            standby.expect(
                "session at the primary",
                "present" if is_there else "absent",
                equals="absent",
                host=canary.host,
                fix=OWN,
            )
