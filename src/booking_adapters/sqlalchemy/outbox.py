"""What happened and has not been told yet, in a database."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from booking_adapters.sqlalchemy.awaited_sql import EXPECT
from booking_adapters.sqlalchemy.booking_rows import EVENT_COLUMNS, BookingReader
from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.statement import (
    ONE,
    ZERO,
    Statement,
    at_most,
    in_shards,
    none_of,
    one_of,
)
from booking_adapters.sqlalchemy.tables import event
from booking_core.ports.awaited import Awaiting
from booking_core.ports.outbox import BACKLOG_MAX, Backlog, Outbox, Unsent

# The flag alone finds them, never "beyond the last position seen": of two commits the one with the
# smaller position may become visible last.
_unsent = event.c.published_at.is_(None)
# Shards are judged row by row: of a million waiting, one of four relays has its 500 in 0.5 ms. An
# index that begins with the shard takes 4 ms, and alone 24 ms: it reads 500 of every shard.
_UNSENT = Statement(
    at_most(
        sa.select(event.c.position, event.c.tenant_id, event.c.booking_id, *EVENT_COLUMNS)
        .where(_unsent, in_shards(event.c.booking_id, "shards"), none_of(event.c.position, "but"))
        .order_by(event.c.position)
    )
)
_MARK = Statement(
    sa.update(event)
    .values(published_at=sa.bindparam("at", type_=event.c.published_at.type))
    .where(_unsent, one_of(event.c.position, "positions"))
)
_waiting = at_most(sa.select(ONE).select_from(event).where(_unsent)).subquery()
_first = (
    sa.select(event.c.at)
    .where(_unsent)
    .order_by(event.c.position)
    .limit(ONE)
    .offset(ZERO)
    .scalar_subquery()
)
_BACKLOG = Statement(sa.select(sa.func.count(), _first).select_from(_waiting))


class SqlOutbox(Outbox):
    """Each call is one statement, but where receipts are awaited; it keeps nothing locked."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._driver = database.driver
        self._keys = keys
        self._read = BookingReader(database.driver, keys)

    def unsent(
        self, shards: Collection[int], most: int, but: Collection[int] = ()
    ) -> Sequence[Unsent]:
        asked = {
            "shards": self._driver.shards(shards),
            "most": most,
            "but": self._driver.numbers(but),
        }
        tenant_id, read = self._keys.tenant_id, self._read.event
        return tuple(
            Unsent(position, read(tenant_id(tenant), booking_id, row))
            for position, tenant, booking_id, *row in self._database.first_rows(_UNSENT, asked)
        )

    def mark_sent(
        self, positions: Collection[int], at: datetime, awaiting: Awaiting | None = None
    ) -> None:
        dialect, instant = self._driver.dialect, self._driver.to_instant
        asked = {"positions": self._driver.numbers(positions), "at": instant(at)}
        wanted = [
            {"position": position, "consumer": consumer}
            for consumer, owed in (awaiting.positions if awaiting else {}).items()
            for position in owed
        ]
        if not wanted or awaiting is None:
            with self._database.connection() as connection:
                connection.execute(_MARK.text(dialect), asked)
            return
        expected = {"wanted": json.dumps(wanted), "due_at": instant(awaiting.due_at)}
        with self._database.transaction() as connection:
            connection.execute(EXPECT.text(dialect), expected | {"at": asked["at"]})
            connection.execute(_MARK.text(dialect), asked)

    def backlog(self) -> Backlog:
        ((count, oldest),) = self._database.rows(_BACKLOG, {"most": BACKLOG_MAX})
        return Backlog(count=count, oldest=self._driver.from_instant(oldest))
