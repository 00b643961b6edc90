"""The daily report: yesterday's orders (UTC) for each currency, to the journal.

It only reads, so it runs at both sites.
"""

import sys

from . import log, settings
from .database import DatabaseError, connect
from .settings import SettingsError

_logger = log.start("shop-report")

_YESTERDAY = """
SELECT currency, count(*), sum(total) FROM orders
WHERE placed_at >= date_trunc('day', now()) - interval '1 day' AND placed_at < date_trunc('day', now())
GROUP BY currency ORDER BY currency
"""


def main() -> int:
    """0 when the report was made, 1 when not."""
    try:
        with connect(settings.from_file().database, "shop-report") as database:
            lines = database.rows(_YESTERDAY)
    except (SettingsError, DatabaseError) as error:
        _logger.error(log.sentence(error))  # noqa: TRY400  # a sentence, not the stack
        return 1
    for currency, orders, total in lines:
        print(f"{currency} orders={orders} total={total}")
    print(f"currencies={len(lines)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
