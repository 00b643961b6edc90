"""The shop's database: one short connection for each piece of work, limited in number and in every wait.

A connection is opened for each page instead of kept, so that a page always shows what the site's database
says now, also after a failover. Rows travel as frozen dataclasses. Times are UTC.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from threading import BoundedSemaphore

import psycopg2  # type: ignore[import-untyped,import-not-found,unused-ignore]  # Debian's package on the web hosts; has no types

from .settings import Server

CONNECT_SECONDS = 3
STATEMENT_MILLISECONDS = 5_000

DatabaseError = psycopg2.Error


@dataclass(frozen=True)
class Product:
    """One article. `name` is a message of the catalogues, in English."""

    sku: str
    name: str
    price: Decimal
    currency: str
    stock: int
    available_since: date


@dataclass(frozen=True)
class Order:
    """One order, as the customers' page shows it."""

    id: int
    placed_at: datetime
    items: int
    total: Decimal
    currency: str


class Database:
    """An open connection: each method is one question."""

    def __init__(self, connection: "psycopg2.extensions.connection") -> None:
        self._connection = connection

    def rows(self, query: str, *parameters: object) -> list[tuple[object, ...]]:
        """All rows of one statement that answers with rows."""
        with self._connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return list(cursor.fetchall())

    def execute(self, statement: str, *parameters: object) -> None:
        """Run one statement that answers with nothing."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement, parameters)

    def commit(self) -> None:
        """Make what was written since the last commit last."""
        self._connection.commit()

    def rollback(self) -> None:
        """Drop what was written since the last commit."""
        self._connection.rollback()

    def in_recovery(self) -> bool:
        """Whether this database only follows another one, and therefore takes no writes."""
        ((answer,),) = self.rows("SELECT pg_is_in_recovery()")
        return bool(answer)

    def products(self) -> list[Product]:
        """Every product, in no particular order: the page's language decides the order."""
        query = "SELECT sku, name, price, currency, stock, available_since FROM products"
        return [Product(*row) for row in self.rows(query)]  # type: ignore[arg-type]  # the schema holds the types

    def latest_orders(self, count: int) -> list[Order]:
        """The newest orders, newest first."""
        query = (
            "SELECT id, placed_at, items, total, currency FROM orders"
            " ORDER BY placed_at DESC, id DESC LIMIT %s"
        )
        return [Order(*row) for row in self.rows(query, count)]  # type: ignore[arg-type]  # the schema holds the types

    def place_order(self, customer: str) -> int:
        """Store an order of one article, and return its number. It is safe once this returns."""
        ((number,),) = self.rows(
            "INSERT INTO orders (placed_at, customer, items, total, currency, kilograms)"
            " VALUES (now(), %s, 1, 10, 'USD', 1) RETURNING id",
            customer,
        )
        self.commit()
        assert isinstance(number, int)
        return number

    def shipped_kilograms(self) -> Decimal:
        """The weight of everything that was ever shipped."""
        ((weight,),) = self.rows("SELECT coalesce(sum(kilograms), 0) FROM orders")
        assert isinstance(weight, Decimal)
        return weight


@cache
def _places(server: Server) -> BoundedSemaphore:
    """As many as this process may have connections to a server at a time."""
    return BoundedSemaphore(server.pool)


@contextmanager
def connect(server: Server, application: str) -> Iterator[Database]:
    """A connection for one piece of work; what was not committed is dropped at the end.

    Args:
        server: Where, and as whom.
        application: What `pg_stat_activity` shows as the connection's owner.

    Raises:
        DatabaseError: No connection within three seconds, or a statement failed or took more than five.
    """
    places = _places(server)
    if not places.acquire(timeout=CONNECT_SECONDS):
        raise psycopg2.OperationalError(f"all {server.pool} connections of this process are in use")
    try:
        with closing(_connection(server, application)) as connection:
            yield Database(connection)
    finally:
        places.release()


def _connection(server: Server, application: str) -> "psycopg2.extensions.connection":
    return psycopg2.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        dbname=server.database,
        application_name=application,
        connect_timeout=CONNECT_SECONDS,
        tcp_user_timeout=STATEMENT_MILLISECONDS,  # a vanished peer ends the wait as well
        options=f"-c statement_timeout={STATEMENT_MILLISECONDS} -c TimeZone=UTC",
    )
