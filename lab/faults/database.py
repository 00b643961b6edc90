"""A database that is there, and is not shown as it is."""

from lab.faults import Fault
from lab.faults.storefront import changed_release

PRIMARY = "dallas-db1"


def _psql(statements: str) -> str:
    """Run statements as the superuser, all or none; the standby follows within a moment."""
    return f'runuser -u postgres -- psql -XqAt1 -v ON_ERROR_STOP=1 -d shop -c "{statements}"\nsleep 0.5'


FAULTS = (
    Fault(
        name="database_orders_not_granted",
        sentence="The shop's role may weigh the orders and not read them: a grant is missing at both sites.",
        hosts=(PRIMARY,),
        break_=_psql("REVOKE SELECT ON orders FROM shop; GRANT SELECT (kilograms) ON orders TO shop"),
        mend=_psql("REVOKE SELECT ON orders FROM shop; GRANT SELECT ON orders TO shop"),
    ),
    changed_release(
        "database_oldest_orders_shown",
        "A release shows the oldest orders as the latest ones, at both sites.",
        "database.py",
        "s/ORDER BY placed_at DESC, id DESC/ORDER BY placed_at, id/",
    ),
)
