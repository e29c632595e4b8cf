"""What is claimed when, asked of a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.statement import Statement, overlapping
from booking_adapters.sqlalchemy.tables import claim
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.ids import BlockId, BookingId, ResourceId, TenantId, UnitId
from booking_core.domain.kernel.span import Span
from booking_core.ports.occupancy import Occupancy

_now = sa.bindparam("now", type_=claim.c.held_until.type)
_shown = (
    claim.c.tenant_id == sa.bindparam("tenant", type_=sa.Integer()),
    claim.c.live,
    overlapping(claim),
    claim.c.held_until.is_(None) | (claim.c.held_until > _now),
)

_CLAIMS = Statement(
    sa.select(
        claim.c.unit,
        claim.c.starts_at,
        claim.c.ends_at,
        claim.c.holder_id,
        claim.c.blocks,
        claim.c.pinned,
        claim.c.held_until,
    ).where(*_shown, claim.c.resource_key == sa.bindparam("key", type_=claim.c.resource_key.type))
)


class SqlOccupancy(Occupancy):
    """Periods come as integers: nothing that is only counted becomes a datetime on the way."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._driver = database.driver
        self._keys = keys

    def claims(
        self, tenant_id: TenantId, resource_id: ResourceId, window: Span, now: datetime
    ) -> Sequence[Claim]:
        tenant = self._keys.find_tenant(tenant_id)
        keys = None if tenant is None else self._keys.resource(tenant, resource_id)
        if tenant is None or keys is None:
            return ()
        rows = self._database.rows(_CLAIMS, self._asked(tenant, window, now) | {"key": keys.key})
        names = self._keys.names(tenant, resource_id, {row[0] for row in rows})
        claims = (self._claim(resource_id, names[row[0]], row) for row in rows)
        return tuple(sorted(claims, key=_by_start_and_unit))

    def busy(
        self,
        tenant_id: TenantId,
        resource_ids: Sequence[ResourceId],
        window: Span,
        now: datetime,
    ) -> Mapping[ResourceId, Sequence[tuple[int, int]]]:
        tenant = self._keys.find_tenant(tenant_id)
        busy: dict[ResourceId, Sequence[tuple[int, int]]] = dict.fromkeys(resource_ids, ())
        by_key = {} if tenant is None else self._by_key(tenant, resource_ids)
        if by_key:
            asked = self._asked(tenant, window, now) | {"keys": list(by_key)}
            found = self._database.read(lambda c: list(self._driver.busy_periods(c, asked)))
            busy |= {by_key[key]: periods for key, periods in found}
        return busy

    def _by_key(self, tenant: int, resource_ids: Sequence[ResourceId]) -> dict[int, ResourceId]:
        found = ((self._keys.resource(tenant, id), id) for id in resource_ids)
        return {keys.key: id for keys, id in found if keys is not None}

    def _asked(self, tenant: int | None, window: Span, now: datetime) -> dict[str, Any]:
        at = self._driver.to_instant
        return {
            "tenant": tenant,
            "starts": at(window.start),
            "ends": at(window.end),
            "now": at(now),
        }

    def _claim(self, resource_id: ResourceId, unit_id: UnitId, row: Sequence[Any]) -> Claim:
        _, starts_at, ends_at, holder, blocks, pinned, held_until = row
        when = self._driver.from_instant
        return Claim(
            resource_id=resource_id,
            unit_id=unit_id,
            span=Span(when(starts_at), when(ends_at)),
            booking_id=None if blocks else BookingId(holder),
            block_id=BlockId(holder) if blocks else None,
            pinned=bool(pinned),
            held_until=when(held_until),
        )


def _by_start_and_unit(claim: Claim) -> tuple[datetime, UnitId]:
    return claim.span.start, claim.unit_id
