"""The subscriptions job: charges what is due, at the active site only, and never twice.

Every web host of both sites has this job in cron. Three things keep it from doing harm:

- the guard: a site whose own database only follows another one charges nobody, so the standby's jobs wait
  without being switched off;
- an advisory lock in the database: of several web hosts one works, the others leave;
- the key of a charge (subscription and due time): a run that was cut off between payment and bookkeeping
  repeats the same key, and the gateway charges a key once.

An operator holds the job back with the file `subscriptions.hold` beside the settings.
"""

import argparse
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from . import log, settings
from .database import Database, DatabaseError, connect
from .settings import Settings, SettingsError

JOB = "subscriptions"
HOLD_FILE = "subscriptions.hold"
LOCK = 0x5B5C0DE  # any number, the same on every host

_DUE = "FROM subscriptions WHERE active AND next_due <= now()"

_logger = log.start(JOB)


@dataclass(frozen=True)
class Due:
    """A subscription that must be paid now. `due_at` is UTC."""

    id: int
    customer: str
    amount_cents: int
    currency: str
    due_at: datetime

    @property
    def key(self) -> str:
        """What the gateway charges once."""
        return f"{self.id}-{self.due_at:%Y%m%dT%H%M%SZ}"


@dataclass(frozen=True)
class Job:
    """The job at one site, with an open connection to the site's own database."""

    settings: Settings
    database: Database
    held: bool

    def armed(self) -> bool:
        """The guard: whether a run would charge here."""
        return not self.held and not self.database.in_recovery()

    def run(self) -> bool:
        """Charge what is due, if the site is active and no other host is at it; False if a charge failed."""
        if not self.armed() or not self._lock():
            return True
        run = self._begin()
        failed = [due for due in self._due() if not self._charge(due)]
        self._finish(run, ok=not failed)
        return not failed

    def dry_run(self) -> bool:
        """Say what a run would charge, and write nothing, so that it works on a standby; False if held back.

        The number of active subscriptions proves that the job can read them, also when none is due.
        """
        due = self._due()
        for one in due:
            print(f"{one.key} {one.amount_cents} {one.currency}")
        ((active,),) = self.database.rows("SELECT count(*) FROM subscriptions WHERE active")
        print(f"active={active}")
        print(f"due={len(due)}")
        print("charged=0")
        if self.held:
            _logger.error("a run would charge nobody: the file %s lies beside the settings", HOLD_FILE)
        return not self.held

    def status(self) -> bool:
        """Print five lines for any monitoring. `late_seconds` is how long the most overdue one has waited."""
        late = "coalesce(extract(epoch FROM now() - min(next_due)), 0)::bigint"
        ((due, late_seconds),) = self.database.rows(f"SELECT count(*), {late} {_DUE}")
        success = "SELECT max(finished_at) FROM job_runs WHERE job = %s AND ok"
        ((finished,),) = self.database.rows(success, JOB)
        print(f"armed={'yes' if self.armed() else 'no'}")
        print(f"site={self.settings.site}")
        print(f"last_success={_utc(finished)}")
        print(f"late_seconds={late_seconds}")
        print(f"due={due}")
        return True

    def _due(self) -> list[Due]:
        """What must be paid now, the most overdue first."""
        query = f"SELECT id, customer, amount_cents, currency, next_due {_DUE} ORDER BY next_due, id"
        return [Due(*row) for row in self.database.rows(query)]  # type: ignore[arg-type]  # the schema holds the types

    def _lock(self) -> bool:
        """Take the lock; the database drops it with the connection, however the run ends."""
        ((taken,),) = self.database.rows("SELECT pg_try_advisory_lock(%s)", LOCK)
        return bool(taken)

    def _begin(self) -> object:
        """Note the start, visible to others at once; a run that dies stays unfinished in the table."""
        ((run,),) = self.database.rows("INSERT INTO job_runs (job) VALUES (%s) RETURNING id", JOB)
        self.database.commit()
        return run

    def _finish(self, run: object, *, ok: bool) -> None:
        end = "UPDATE job_runs SET finished_at = clock_timestamp(), ok = %s WHERE id = %s"
        self.database.execute(end, ok, run)
        self.database.commit()

    def _charge(self, due: Due) -> bool:
        """Charge one subscription and move it on; on failure it stays due."""
        from . import payment  # noqa: PLC0415  # a third of the start-up, which only a run that charges needs

        try:
            self._book(due)
            payment.charge(
                self.settings.payment_url,
                key=due.key,
                customer=due.customer,
                amount_cents=due.amount_cents,
                currency=due.currency,
            )
        except payment.PaymentError as error:
            self.database.rollback()
            _logger.error("%s", error)  # noqa: TRY400  # an operator needs the sentence, not the stack
            return False
        self.database.commit()
        _logger.info("charged %s", due.key)
        return True

    def _book(self, due: Due) -> None:
        """Write the charge and the next due time; both last only when the payment went through.

        A subscription that missed several periods pays once: customers are not charged for the shop's outage.
        """
        charge = (
            "INSERT INTO charges (subscription_id, due_at, amount_cents, currency) VALUES (%s, %s, %s, %s)"
        )
        self.database.execute(charge, due.id, due.due_at, due.amount_cents, due.currency)
        periods = "1 + floor(extract(epoch FROM now() - next_due) / 86400 / every_days)::int"
        move_on = (
            f"UPDATE subscriptions SET next_due = next_due + make_interval(days => every_days * ({periods}))"  # noqa: S608  # constants
        )
        self.database.execute(f"{move_on} WHERE id = %s", due.id)


def _utc(time: object) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(time, datetime) else "never"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=JOB, description="Charge the subscriptions that are due.")
    parser.add_argument("--settings", type=Path, default=settings.SETTINGS_FILE, help="default: %(default)s")
    verbs = parser.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser("run", help="charge what is due, if this site is the active one")
    run.add_argument("--dry-run", action="store_true", help="only say what is due; charges nobody")
    verbs.add_parser("status", help="five lines for monitoring")
    return parser.parse_args()


def _work(arguments: argparse.Namespace) -> bool:
    held = arguments.settings.with_name(HOLD_FILE).exists()
    shop_settings = settings.from_file(arguments.settings)
    with connect(shop_settings.database, JOB) as database:
        job = Job(shop_settings, database, held)
        if arguments.verb == "status":
            return job.status()
        return job.dry_run() if arguments.dry_run else job.run()


def main() -> int:
    """0 when all went well or there was nothing to do here, 1 when something failed, 2 for wrong use."""
    arguments = _arguments()
    try:
        return 0 if _work(arguments) else 1
    except (SettingsError, DatabaseError, OSError) as error:
        _logger.error(log.sentence(error))  # noqa: TRY400  # a sentence, not the stack
        return 1


if __name__ == "__main__":
    sys.exit(main())
