"""Which events a consumer has done, in a database."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeAlias

import sqlalchemy as sa

from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.statement import Statement
from booking_core.domain.kernel.ids import EventId, TenantId

Event: TypeAlias = tuple[TenantId, EventId]

_EVENTS = {
    "postgresql": "json_to_recordset(CAST(:events AS json)) AS told (event_id text, tenant_id int)",
    "sqlite": """(SELECT json_extract(value, '$.event_id') AS event_id,
        json_extract(value, '$.tenant_id') AS tenant_id FROM json_each(:events)) AS told""",
}
_ROW = {"postgresql": "ctid", "sqlite": "rowid"}
_ONE_OF = {"postgresql": "= ANY(ARRAY({rows}))", "sqlite": "IN ({rows})"}


def _spelt(text: str) -> Statement:
    """In which `{events}` stands for the events as rows, and `{row}` for where a row is."""
    texts = {
        dialect: sa.text(text.format(events=events, row=_ROW[dialect]))
        for dialect, events in _EVENTS.items()
    }
    return Statement(texts["sqlite"], **texts)


def _deleting(rows: str) -> Statement:
    """Wherever receipts never change, they are where they were found."""
    texts = {
        dialect: sa.text(
            f"DELETE FROM booking_receipt WHERE {_ROW[dialect]} "
            + one_of.format(rows=rows.format(events=_EVENTS[dialect], row=_ROW[dialect]))
        )
        for dialect, one_of in _ONE_OF.items()
    }
    return Statement(texts["sqlite"], **texts)


_STANDING = """(SELECT r.{row} FROM booking_receipt AS r WHERE r.event_id = told.event_id
    AND r.consumer = :consumer AND r.tenant_id = told.tenant_id)"""
_ADD = _spelt("""INSERT INTO booking_receipt (event_id, consumer, tenant_id, at)
    SELECT told.event_id, CAST(:consumer AS text), told.tenant_id, :at FROM {events} WHERE true
    ON CONFLICT DO NOTHING RETURNING tenant_id, event_id""")
_DONE = _spelt(
    f"SELECT told.tenant_id, told.event_id FROM {{events}} WHERE {_STANDING} IS NOT NULL"
)
_TAKE_BACK = _deleting(f"SELECT {_STANDING} FROM {{events}}")
_FORGET = _deleting("SELECT {row} FROM booking_receipt WHERE at < :before ORDER BY at LIMIT :most")


class Receipts:
    """Each act is one statement, however many events it is about."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._dialect = database.driver.dialect
        self._keys = keys

    def add(self, connection: Any, consumer: str, events: Iterable[Event], at: Any) -> set[Event]:
        """A receipt for each; those that had none. Whoever adds the same is waited for."""
        tenants, asked = self._asked(consumer, events)
        found = connection.execute(_ADD.text(self._dialect), asked | {"at": at}).fetchall()
        return {(tenants[tenant], event_id) for tenant, event_id in found}

    def done(self, connection: Any, consumer: str, events: Iterable[Event]) -> set[Event]:
        """Those that have one."""
        tenants, asked = self._asked(consumer, events)
        found = connection.execute(_DONE.text(self._dialect), asked).fetchall()
        return {(tenants[tenant], event_id) for tenant, event_id in found}

    def take_back(self, connection: Any, consumer: str, events: Iterable[Event]) -> None:
        """As if they had not been added."""
        _, asked = self._asked(consumer, events)
        connection.execute(_TAKE_BACK.text(self._dialect), asked)

    def forget(self, connection: Any, before: Any, most: int) -> int:
        """Drop the oldest that are older; how many it were."""
        text = _FORGET.text(self._dialect)
        dropped: int = connection.execute(text, {"before": before, "most": most}).rowcount
        return dropped

    def _asked(
        self, consumer: str, events: Iterable[Event]
    ) -> tuple[dict[int, TenantId], dict[str, Any]]:
        """Each event once, and whose keys the tenants' are.

        In the order of their keys, so that two who add the same never wait in a circle.
        """
        distinct = set(events)
        tenants = {self._keys.tenant(tenant_id): tenant_id for tenant_id, _ in distinct}
        keys = sorted((id, self._keys.tenant(tenant_id)) for tenant_id, id in distinct)
        rows = [{"event_id": id, "tenant_id": tenant} for id, tenant in keys]
        return tenants, {"consumer": consumer, "events": json.dumps(rows)}
