"""PostgreSQL through psycopg 3."""

from __future__ import annotations

import select
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import TextLoader

from booking_adapters.sqlalchemy.driver import Driver
from booking_adapters.sqlalchemy.postgresql.busy_sql import busy
from booking_core.domain.kernel.errors import Busy

POOL_TIMEOUT_SECONDS = 2
# Deadlines shrink inwards: a request's own is 10 s.
SESSION = {
    "timezone": "UTC",
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    # Every statement finds a few rows by key. On young tables without statistics the planner
    # believes otherwise, and keeps the plan: it would scan claims for each booking.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_hashagg": "off",
    "jit": "off",
}
CONNECTION = {
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
    "prepare_threshold": 0,
    "autocommit": True,
    "application_name": "booking",
}
# What of PostgreSQL's own refusals goes away by itself; classes by their first two characters.
BUSY = {
    "08": "the connection to the database broke",
    "53": "the database has run out of something",
    "57": "the database ended what was going on",
    "58": "the database's disk failed",
    "40": "others kept changing the same",
    "55": "others hold what is needed",
    "25": "the database does not take changes",
}


class PostgresDriver(Driver):
    """`role` is what the session acts as, where it connects as somebody else."""

    error = psycopg.Error
    integrity = psycopg.IntegrityError
    begin = "BEGIN"
    begin_snapshot = (
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "SET LOCAL statement_timeout = '1h'",
        # It looks at everything, so the session's distrust of the planner is out of place.
        *(
            f"SET LOCAL {name} = on"
            for name in ("enable_seqscan", "enable_hashjoin", "enable_hashagg")
        ),
        "SET LOCAL plan_cache_mode = auto",
    )
    # Where it knows nothing of a table the planner expects to find two rows, would fetch them all
    # and sort them, and keep that plan: with a million rows it takes a second, not a millisecond.
    begin_in_order = ("BEGIN READ ONLY", "SET LOCAL enable_bitmapscan = off")

    def __init__(self, url: sa.URL, *, role: str | None = None, pool_size: int = 8) -> None:
        self.dialect = _dialect()
        self._url = url.set(drivername="postgresql+psycopg")
        self._session = SESSION | ({"role": role} if role else {})
        self._pool_size = pool_size

    def engine(self) -> sa.Engine:
        engine = sa.create_engine(
            self._url,
            connect_args=self._arguments(),
            isolation_level="AUTOCOMMIT",
            pool_size=self._pool_size,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT_SECONDS,
            pool_use_lifo=True,
            pool_reset_on_return=None,
        )
        sa.event.listen(engine, "connect", _adapt)
        return engine

    def connect(self) -> psycopg.Connection[Any]:
        positional, named = self.dialect.create_connect_args(self._url)
        return psycopg.connect(*positional, **{**named, **self._arguments()})

    def _arguments(self) -> dict[str, Any]:
        options = " ".join(f"-c {name}={value}" for name, value in self._session.items())
        return CONNECTION | {"options": options}

    def to_instant(self, instant: datetime | None) -> datetime | None:
        return instant

    def from_instant(self, stored: datetime | None) -> datetime | None:
        return stored

    def from_json_instant(self, stored: str) -> datetime:
        return datetime.fromisoformat(stored).astimezone(UTC)

    def many(self, values: Sequence[Any]) -> list[Any]:
        return list(values)

    def numbers(self, numbers: Iterable[int]) -> str:
        return (
            f"{{{','.join(map(str, numbers))}}}"  # Element by element psycopg takes ten times it.
        )

    def shards(self, shards: Iterable[int]) -> str:
        return self.numbers(shards)

    def is_broken_by(self, error: BaseException) -> bool:
        if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return False
        return error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))

    def is_hung_up(self, connection: psycopg.Connection[Any]) -> bool:
        # A server says nothing to a client that asks nothing, unless it says goodbye.
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def busy_periods(
        self, connection: psycopg.Connection[Any], asked: Mapping[str, Any]
    ) -> Iterator[tuple[int, list[tuple[int, int]]]]:
        return busy(connection, asked)

    def why_busy(self, error: Exception) -> Busy | None:
        state = getattr(error, "sqlstate", None)
        if state is not None:
            reason = BUSY.get(state[:2])
        elif isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            reason = BUSY["08"]
        else:
            reason = None
        return None if reason is None else Busy(reason)


def _dialect() -> sa.Dialect:
    return sa.create_engine("postgresql+psycopg://").dialect


def _adapt(connection: psycopg.Connection[Any], record: object) -> None:
    # Ids and documents are text to the core: no UUID and no parsed JSON in between.
    connection.adapters.register_loader("uuid", TextLoader)
    connection.adapters.register_loader("json", TextLoader)
    # By their size psycopg calls integers int2, int4 or int8, and each mixture of these would be a
    # statement of its own to prepare and plan.
    connection.adapters.register_dumper(int, Int8Dumper)
