"""Receipts that are awaited, in a database."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from booking_adapters.sqlalchemy import awaited_sql as sql
from booking_adapters.sqlalchemy.booking_rows import BookingReader
from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.statement import Statement
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import BookingId
from booking_core.ports.awaited import AWAITED_MAX, Awaited, AwaitedCount, Looked, Unanswered

NOTHING = Looked(answered=0, unanswered=())


class _Row(NamedTuple):
    """What `look` finds; `place` is where the row is as long as it is locked."""

    place: Any
    consumer: str
    tenant: int
    event_id: str
    booking_id: str
    sequence: int
    sent_at: Any
    told_at: Any
    again: int
    is_answered: Any


class SqlAwaited(Awaited):
    """A look is one short transaction; everything else commits by itself."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._driver = database.driver
        self._keys = keys
        self._read = BookingReader(database.driver, keys)

    def look(self, now: datetime, until: datetime, most: int) -> Looked:
        asked = {"now": self._driver.to_instant(now), "most": most}
        if not self._is_any(asked):
            return NOTHING
        with self._database.transaction() as connection:
            looked = self._found(connection, sql.DUE, asked)
            answered = self._settle(connection, looked)
            for consumer, reached in self._do(connection, sql.REACHED, {}).fetchall():
                whose = {"consumer": consumer, "reached": reached}
                left = {"now": asked["now"], "most": most - len(looked)}
                lagging = self._found(connection, sql.LAGGING, left | whose)
                answered += self._settle(connection, lagging)
                looked += lagging
            left_over = [row for row in looked if not row.is_answered]
            claimed = self._places(left_over) | {"until": self._driver.to_instant(until)}
            self._do(connection, sql.CLAIM, claimed)
            reached = dict(self._do(connection, sql.REACHED, {}).fetchall())
        return Looked(answered=answered, unanswered=self._unanswered(left_over, reached, until))

    def put_back(self, unanswered: Sequence[Unanswered]) -> None:
        instant = self._driver.to_instant
        self._change(
            sql.PUT_BACK,
            [
                self._key(each)
                | {
                    "told_at": instant(each.told_at),
                    "again": each.again,
                    "due_at": instant(each.due_at),
                    "lags": each.lags,
                }
                for each in unanswered
            ],
        )

    def close(self, unanswered: Sequence[Unanswered], *, answered: bool) -> None:
        if not unanswered:
            return
        sent = {each.consumer: each.sent_at for each in sorted(unanswered, key=_sent_at)}
        with self._database.transaction() as connection:
            text = sql.CLOSE.text(self._driver.dialect)
            connection.cursor().executemany(text, [self._key(each) for each in unanswered])
            if answered:
                latest = {who: self._driver.to_instant(at) for who, at in sent.items()}
                self._reach(connection, latest)

    def forget_but(self, consumers: Collection[str]) -> int:
        asked = {"consumers": self._driver.many(sorted(consumers))}
        with self._database.connection() as connection:
            forgotten: int = self._do(connection, sql.FORGET_BUT, asked).rowcount
        return forgotten

    def counts(self) -> Sequence[AwaitedCount]:
        return tuple(
            AwaitedCount(consumer=consumer, count=count, oldest=self._driver.from_instant(oldest))
            for consumer, count, oldest in self._database.rows(sql.COUNTS, {"most": AWAITED_MAX})
        )

    def _is_any(self, asked: Mapping[str, Any]) -> bool:
        """A look writes; where there is nothing it is enough to peep."""
        dialect = self._driver.dialect

        def peep(connection: Any) -> bool:
            one = {"now": asked["now"], "most": 1}
            if connection.execute(sql.ANY_DUE.text(dialect), one).fetchall():
                return True
            return any(
                connection.execute(
                    sql.ANY_LAGGING.text(dialect), one | {"consumer": consumer, "reached": reached}
                ).fetchall()
                for consumer, reached in connection.execute(sql.REACHED.text(dialect)).fetchall()
            )

        return self._database.read(peep)

    def _found(self, connection: Any, statement: Statement, asked: Mapping[str, Any]) -> list[_Row]:
        return [_Row(*row) for row in self._do(connection, statement, asked).fetchall()]

    def _settle(self, connection: Any, looked: Sequence[_Row]) -> int:
        """Those that are answered are awaited no more; how many they are."""
        done = [row for row in looked if row.is_answered]
        if done:
            self._do(connection, sql.SETTLE, self._places(done))
            latest: dict[str, Any] = {}
            for row in done:
                latest[row.consumer] = max(latest.get(row.consumer, row.sent_at), row.sent_at)
            self._reach(connection, latest)
        return len(done)

    def _reach(self, connection: Any, latest: Mapping[str, Any]) -> None:
        """In the order of their names, so that no two wait for each other in a circle."""
        for consumer, sent_at in sorted(latest.items()):
            self._do(connection, sql.REACH, {"consumer": consumer, "sent_at": sent_at})

    def _unanswered(
        self, rows: Sequence[_Row], reached: Mapping[str, Any], until: datetime
    ) -> Sequence[Unanswered]:
        events = self._events(rows)
        when = self._driver.from_instant
        return tuple(
            Unanswered(
                consumer=row.consumer,
                event=events[row.tenant, row.event_id],
                sent_at=when(row.sent_at),
                told_at=when(row.told_at),
                again=row.again,
                due_at=until,
                is_overtaken=row.consumer in reached and row.told_at < reached[row.consumer],
            )
            for row in rows
        )

    def _events(self, rows: Sequence[_Row]) -> dict[tuple[int, str], DomainEvent]:
        if not rows:
            return {}
        wanted = {(row.booking_id, row.tenant, row.sequence) for row in rows}
        names = ("booking_id", "tenant_id", "sequence")
        told = json.dumps([dict(zip(names, each, strict=True)) for each in sorted(wanted)])
        tenant_id, read = self._keys.tenant_id, self._read.event
        return {
            (tenant, row[0]): read(tenant_id(tenant), BookingId(booking_id), row)
            for tenant, booking_id, *row in self._database.rows(sql.EVENTS, {"told": told})
        }

    def _places(self, rows: Iterable[_Row]) -> dict[str, Any]:
        return {"places": self._driver.many([row.place for row in rows])}

    def _key(self, each: Unanswered) -> dict[str, Any]:
        return {
            "event": each.event.event_id,
            "consumer": each.consumer,
            "tenant": self._keys.tenant(each.event.tenant_id),
        }

    def _change(self, statement: Statement, many: Sequence[Mapping[str, Any]]) -> None:
        if many:
            with self._database.transaction() as connection:
                connection.cursor().executemany(statement.text(self._driver.dialect), many)

    def _do(self, connection: Any, statement: Statement, asked: Mapping[str, Any]) -> Any:
        return connection.execute(statement.text(self._driver.dialect), asked)


def _sent_at(unanswered: Unanswered) -> datetime:
    return unanswered.sent_at
