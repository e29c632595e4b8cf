"""SQLite through the standard library's own module."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from booking_adapters.sqlalchemy.driver import Driver
from booking_adapters.sqlalchemy.sqlite.busy_sql import busy
from booking_core.domain.kernel.errors import Busy
from booking_core.domain.kernel.span import from_microseconds, to_microseconds
from booking_core.ports.outbox import SHARDS

BUSY_TIMEOUT_MS = 5_000
POOL_TIMEOUT_SECONDS = 2
BUSY = {
    sqlite3.SQLITE_BUSY: "another process is writing",
    sqlite3.SQLITE_LOCKED: "another process is writing",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk failed",
    sqlite3.SQLITE_CANTOPEN: "the database file cannot be opened",
    sqlite3.SQLITE_READONLY: "the database does not take changes",
}


class SqliteDriver(Driver):
    """`synchronous` FULL survives a loss of power with all that was acknowledged; NORMAL may
    lose the last moments, never the order.
    """

    error = sqlite3.Error
    integrity = sqlite3.IntegrityError
    # A transaction that only wants to write later fails, unlike one that waits for its turn.
    begin = "BEGIN IMMEDIATE"
    begin_snapshot = ("BEGIN",)
    begin_in_order = ("BEGIN",)

    def __init__(self, url: sa.URL, *, synchronous: str = "FULL", pool_size: int = 8) -> None:
        self._url = url
        self._synchronous = synchronous
        self._pool_size = pool_size
        self.dialect = sa.create_engine("sqlite://", paramstyle="named").dialect

    def engine(self) -> sa.Engine:
        engine = sa.create_engine(
            self._url,
            connect_args={"isolation_level": None, "check_same_thread": False},
            isolation_level="AUTOCOMMIT",
            paramstyle="named",
            poolclass=sa.QueuePool,
            pool_size=self._pool_size,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT_SECONDS,
            pool_use_lifo=True,
            pool_reset_on_return=None,
        )
        sa.event.listen(engine, "connect", self._prepare)
        return engine

    def connect(self) -> sqlite3.Connection:
        positional, named = self.dialect.create_connect_args(self._url)
        connect: Any = sqlite3.connect  # What a URL may ask for is not to be told by types.
        connection: sqlite3.Connection = connect(
            *positional, **{**named, "isolation_level": None, "check_same_thread": False}
        )
        self._prepare(connection, None)
        return connection

    def to_instant(self, instant: datetime | None) -> int | None:
        return None if instant is None else to_microseconds(instant)

    def from_instant(self, stored: int | None) -> datetime | None:
        return None if stored is None else from_microseconds(stored)

    def from_json_instant(self, stored: int) -> datetime:
        return from_microseconds(stored)

    def many(self, values: Sequence[Any]) -> str:
        return json.dumps(list(values))

    def numbers(self, numbers: Iterable[int]) -> str:
        return json.dumps(list(numbers))

    def shards(self, shards: Iterable[int]) -> str:
        wanted = frozenset(shards)
        return json.dumps([f"{byte:02x}" for byte in range(256) if byte % SHARDS in wanted])

    def is_broken_by(self, error: BaseException) -> bool:
        return False

    def is_hung_up(self, connection: sqlite3.Connection) -> bool:
        return False

    def busy_periods(
        self, connection: sqlite3.Connection, asked: Mapping[str, Any]
    ) -> Iterator[tuple[int, list[tuple[int, int]]]]:
        return busy(connection, asked)

    def why_busy(self, error: Exception) -> Busy | None:
        code = getattr(error, "sqlite_errorcode", None)
        reason = None if code is None else BUSY.get(code & 0xFF)
        return None if reason is None else Busy(reason)

    def _prepare(self, connection: sqlite3.Connection, record: object) -> None:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {self._synchronous}")
        connection.execute("PRAGMA foreign_keys = ON")
