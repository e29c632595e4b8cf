"""How far a consumer is with each booking, in a database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa

from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.statement import Statement
from booking_core.domain.kernel.ids import BookingId, TenantId

Place: TypeAlias = tuple[TenantId, BookingId]
Move: TypeAlias = tuple[int, int]  # From which sequence to which.

_PLACES = {
    "postgresql": """json_to_recordset(CAST(:places AS json))
        AS place (booking_id text, tenant_id int, before bigint, upto bigint)""",
    "sqlite": """(SELECT json_extract(value, '$.booking_id') AS booking_id,
        json_extract(value, '$.tenant_id') AS tenant_id, json_extract(value, '$.before') AS before,
        json_extract(value, '$.upto') AS upto FROM json_each(:places)) AS place""",
}
_APPLIED = """SELECT place.tenant_id, place.booking_id, (SELECT p.sequence
      FROM booking_position AS p WHERE p.booking_id = place.booking_id
        AND p.consumer = :consumer AND p.tenant_id = place.tenant_id)
    FROM {places}"""
_BEGIN = """INSERT INTO booking_position (booking_id, consumer, tenant_id, sequence)
    SELECT place.booking_id, CAST(:consumer AS text), place.tenant_id, place.upto
    FROM {places} WHERE place.before = 0
    ON CONFLICT DO NOTHING RETURNING tenant_id, booking_id"""
_GO_ON = """UPDATE booking_position AS p SET sequence = place.upto FROM {places}
    WHERE p.booking_id = place.booking_id AND p.consumer = :consumer
      AND p.tenant_id = place.tenant_id AND p.sequence = place.before
    RETURNING tenant_id, booking_id"""
# Each is looked up by its key: without statistics PostgreSQL would join as it likes. And where
# somebody was quicker, it is waited for, and the row is not the one that was found.
_MOVE = f"""WITH gone_on AS (
      UPDATE booking_position AS p SET sequence = place.upto FROM {{places}}
      CROSS JOIN LATERAL (SELECT here.ctid FROM booking_position AS here
        WHERE here.booking_id = place.booking_id AND here.consumer = :consumer
          AND here.tenant_id = place.tenant_id OFFSET 0) AS found
      WHERE p.ctid = found.ctid AND p.sequence = place.before
      RETURNING p.tenant_id, p.booking_id),
    begun AS ({_BEGIN})
    SELECT * FROM gone_on UNION ALL SELECT * FROM begun"""


def _spelt(text: str, dialect: str) -> sa.TextClause:
    return sa.text(text.replace("{places}", _PLACES[dialect]))


_LOOK = Statement(_spelt(_APPLIED, "sqlite"), postgresql=_spelt(_APPLIED, "postgresql"))
_MOVES = {
    "postgresql": (Statement(_spelt(_MOVE, "postgresql")),),
    "sqlite": (Statement(_spelt(_GO_ON, "sqlite")), Statement(_spelt(_BEGIN, "sqlite"))),
}


class Positions:
    """Only of consumers that need the order."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._dialect = database.driver.dialect
        self._keys = keys

    def applied(self, connection: Any, consumer: str, places: Iterable[Place]) -> dict[Place, int]:
        """The sequence that was applied last of each, 0 where none was."""
        tenants, asked = self._asked(consumer, dict.fromkeys(places, (0, 0)))
        found = connection.execute(_LOOK.text(self._dialect), asked).fetchall()
        return {(tenants[tenant], id): sequence or 0 for tenant, id, sequence in found}

    def move(self, connection: Any, consumer: str, moves: Mapping[Place, Move]) -> set[Place]:
        """Those that stood where they were believed to, and have moved; others are waited for."""
        tenants, asked = self._asked(consumer, moves)
        moved: set[Place] = set()
        for statement in _MOVES[self._dialect.name]:
            found = connection.execute(statement.text(self._dialect), asked).fetchall()
            moved |= {(tenants[tenant], id) for tenant, id in found}
        return moved

    def _asked(
        self, consumer: str, moves: Mapping[Place, Move]
    ) -> tuple[dict[int, TenantId], dict[str, str]]:
        """The places in the order of their keys, and whose keys the tenants' are."""
        tenants = {self._keys.tenant(tenant_id): tenant_id for tenant_id, _ in moves}
        places = sorted(
            (booking_id, self._keys.tenant(tenant_id), *move)
            for (tenant_id, booking_id), move in moves.items()
        )
        names = ("booking_id", "tenant_id", "before", "upto")
        rows = [dict(zip(names, place, strict=True)) for place in places]
        return tenants, {"consumer": consumer, "places": json.dumps(rows)}
