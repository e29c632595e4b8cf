"""What each consumer was told, in a database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any

from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.inbox_letters import SqlLetters
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.positions import Positions
from booking_adapters.sqlalchemy.receipts import Receipts
from booking_adapters.sqlalchemy.reception import SqlReception
from booking_core.ports.inbox import Inbox, Standing, Told, standings


class SqlInbox(SqlLetters, Inbox):
    """Receipts are the database's own unique key: of two who take the same, one finds it taken."""

    def __init__(self, database: Database, keys: Keys) -> None:
        super().__init__(database)
        self._keys = keys
        self._receipts = Receipts(database, keys)
        self._positions = Positions(database, keys)

    def look(self, consumer: str, told: Sequence[Told], *, in_order: bool) -> Sequence[Standing]:
        events = {(each.tenant_id, each.event_id) for each in told}
        places = {
            (each.tenant_id, each.booking_id)
            for each in told
            if in_order and each.booking_id is not None and each.sequence is not None
        }
        for tenant_id, _ in events:
            self._keys.tenant(tenant_id)

        def look(connection: Any) -> Sequence[Standing]:
            done = self._receipts.done(connection, consumer, events)
            applied = self._positions.applied(connection, consumer, places) if places else {}
            return standings(told, done, applied, in_order=in_order)

        return self._database.read(look)

    @contextmanager
    def together(self, consumer: str, now: datetime) -> Iterator[SqlReception]:
        with ExitStack() as stack:
            yield SqlReception(
                driver=self._driver,
                keys=self._keys,
                receipts=self._receipts,
                positions=self._positions,
                consumer=consumer,
                at=self._driver.to_instant(now),
                begin=lambda: stack.enter_context(self._database.transaction()),
            )

    def forget_receipts(self, before: datetime, most: int) -> int:
        with self._database.connection() as connection:
            return self._receipts.forget(connection, self._driver.to_instant(before), most)
