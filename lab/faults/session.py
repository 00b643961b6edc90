"""Sessions that are not kept, never end, or outlive the customer who ended them."""

from lab.faults import Fault
from lab.faults.catalogues import WEB
from lab.faults.redis import ADMIN, PRIMARY, STANDBY
from lab.faults.storefront import changed_release
from lab.handle import Lab

_LEFT = "session_left_in_the_store"
_FORGETFUL = changed_release(
    _LEFT,
    "A release forgets a session in the browser and leaves it in the store, at both sites.",
    "sessions.py",
    "s/self._redis.delete(_key(session))/self._redis.ttl(_key(session))/",
)


def _forget(lab: Lab) -> None:
    """Restore the good release, and end the sessions that the bad one left."""
    for web in WEB:
        lab.shell(web, str(_FORGETFUL.mend))
    for store in (PRIMARY, STANDBY):
        lab.shell(
            store,
            f"{ADMIN} --scan --pattern 'session:*' | while read -r key; do {ADMIN} DEL \"$key\"; done",
        )


FAULTS = (
    Fault(
        name="session_store_takes_no_writes",
        sentence="The standby's Redis refuses every write until a replica that is long gone comes back.",
        hosts=(STANDBY,),
        break_=f"{ADMIN} CONFIG SET min-replicas-to-write 1",
        mend=f"{ADMIN} CONFIG SET min-replicas-to-write 0",
        healthy=f"{ADMIN} PING | grep -qx PONG",
    ),
    changed_release(
        "session_without_an_end",
        "A release gives new sessions no expiry, at both sites: the store fills up.",
        "sessions.py",
        "s/, 0, ex=TTL_SECONDS)/, 0)/",
    ),
    Fault(
        name=_LEFT,
        sentence=_FORGETFUL.sentence,
        hosts=_FORGETFUL.hosts,
        break_=_FORGETFUL.break_,
        mend=_forget,
        alone=True,
        healthy=_FORGETFUL.healthy,
    ),
)
