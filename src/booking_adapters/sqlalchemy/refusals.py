"""Why a commit was refused: asked afterwards, in the order that the unit of work promises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.rows import Row, Rows
from booking_adapters.sqlalchemy.statement import ONE, Statement, one_of, overlapping
from booking_adapters.sqlalchemy.tables import (
    answer,
    block,
    booking,
    claim,
    performance,
    resource,
    service,
    unit,
)
from booking_adapters.sqlalchemy.writer import Refused, Rival
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.ids import ResourceId
from booking_core.domain.kernel.span import Span
from booking_core.ports.unit_of_work import (
    AlreadyAnswered,
    Changes,
    OverdueHoldsInTheWay,
    StaleBooking,
    StaleCatalogue,
    Taken,
    TooManyHolds,
)

_tenant = sa.bindparam("tenant", type_=sa.Integer())
_resource_key = sa.bindparam("resource_key", type_=claim.c.resource_key.type)

_ANSWERED = Statement(
    sa.select(ONE).where(
        answer.c.tenant_id == _tenant,
        *(answer.c[name] == sa.bindparam(name) for name in ("principal", "operation", "key")),
    )
)
_REVISIONS = {
    noun: Statement(
        sa.select(table.c.id, table.c.revision).where(
            table.c.tenant_id == _tenant, one_of(table.c.id, "ids")
        )
    )
    for noun, table in (
        ("resource", resource),
        ("service", service),
        ("performance", performance),
    )
}
_VERSIONS = {
    table: Statement(
        sa.select(table.c.id, table.c.version).where(
            table.c.tenant_id == _tenant, one_of(table.c.id, "ids")
        )
    )
    for table in (booking, block)
}
_OFFERED = Statement(
    sa.select(unit.c.offered).where(
        unit.c.tenant_id == _tenant,
        unit.c.resource_key == _resource_key,
        unit.c.offered.is_not(None),
    )
)
_LIVE = Statement(
    sa.select(
        claim.c.resource_key, claim.c.unit, claim.c.starts_at, claim.c.ends_at, claim.c.holder_id
    ).where(
        claim.c.tenant_id == _tenant,
        sa.or_(one_of(claim.c.live_booking_id, "ids"), one_of(claim.c.live_block_id, "ids")),
    )
)
_HOLDS = Statement(
    sa.select(sa.func.count(sa.distinct(booking.c.id)))
    .join(
        claim,
        (claim.c.tenant_id == booking.c.tenant_id) & (claim.c.live_booking_id == booking.c.id),
    )
    .where(
        booking.c.tenant_id == _tenant,
        booking.c.customer_id == sa.bindparam("customer"),
        booking.c.expires_at > sa.bindparam("now"),
        sa.not_(one_of(booking.c.id, "ids")),
        claim.c.resource_key == _resource_key,
    )
)
_RIVALS = Statement(
    sa.select(
        claim.c.unit, claim.c.starts_at, claim.c.ends_at, claim.c.holder_id, claim.c.held_until
    ).where(
        claim.c.tenant_id == _tenant,
        claim.c.resource_key == _resource_key,
        claim.c.live,
        overlapping(claim),
    )
)


class Refusals:
    """One question per sentence; the first that is answered with yes is the refusal."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._driver = database.driver

    def explain(self, changes: Changes, rows: Rows, refused: Refused) -> BookingError | None:
        """What refuses it, or None: whatever was in the way has gone."""
        if refused.rivals is not None:
            return self._in_the_way(changes, rows, refused.rivals)
        if self._answered(rows):
            return AlreadyAnswered()
        return (
            self._stale_catalogue(changes, rows)
            or self._stale_booking(rows)
            or self._hoarded(changes, rows)
            or self._in_the_way(changes, rows, list(self._rivals(rows)))
            or refused.because
        )

    def _answered(self, rows: Rows) -> bool:
        return any(
            self._ask(_ANSWERED, rows, principal=row[0], operation=row[1], key=row[2])
            for row in rows.answers
        )

    def _stale_catalogue(self, changes: Changes, rows: Rows) -> StaleCatalogue | None:
        judged = (
            ("resource", rows.resources),
            ("service", rows.services),
            ("performance", rows.performances),
        )
        for noun, wanted in judged:
            ids = [id for id, _ in wanted]
            standing = dict(self._ask(_REVISIONS[noun], rows, ids=ids)) if ids else {}
            for id, revision in wanted:
                if standing.get(id) != revision:
                    return StaleCatalogue(noun, id)
        for key in {row[0] for row in rows.claimed}:
            offered = {number for (number,) in self._ask(_OFFERED, rows, resource_key=key)}
            if any(row[1] not in offered for row in rows.claimed if row[0] == key):
                return StaleCatalogue("resource", self._resource_id(changes, rows, key))
        return None

    def _stale_booking(self, rows: Rows) -> StaleBooking | None:
        bookings = [(row[0], 1) for row in rows.made] + [(row[0], row[2]) for row in rows.moved]
        blocks = [(row[0], 1) for row in rows.laid] + [(row[0], row[2]) for row in rows.lifted]
        for table, wanted in ((booking, bookings), (block, blocks)):
            ids = [id for id, _ in wanted]
            standing = dict(self._ask(_VERSIONS[table], rows, ids=ids)) if ids else {}
            for id, version in wanted:
                if standing.get(id, 0) != version - 1:
                    return StaleBooking(id)
        if rows.released:
            holders = sorted({row[4] for row in rows.released})
            gone = set(rows.released) - set(self._ask(_LIVE, rows, ids=holders))
            if gone:
                return StaleBooking(min(gone)[4])
        return None

    def _hoarded(self, changes: Changes, rows: Rows) -> TooManyHolds | None:
        saved = [row[0] for row in (*rows.made, *rows.moved)]
        for limit, (customer, key, holds_max, own) in zip(
            changes.hold_limits, rows.limits, strict=True
        ):
            asked = {"customer": customer, "resource_key": key, "now": rows.now, "ids": saved}
            ((standing,),) = self._ask(_HOLDS, rows, **asked)
            if standing + own > holds_max:
                return TooManyHolds(limit.resource_id, holds_max)
        return None

    def _in_the_way(
        self, changes: Changes, rows: Rows, rivals: Sequence[Rival]
    ) -> BookingError | None:
        deadlines = {saved.booking.id: saved.booking.expires_at for saved in changes.saved}
        overdue = set()
        for rival in rivals:
            until = self._driver.from_instant(rival.held_until)
            until = deadlines.get(rival.holder_id, until)  # type: ignore[call-overload]
            if until is not None and until <= changes.now:
                overdue.add(rival.holder_id)
        if overdue:
            return OverdueHoldsInTheWay(tuple(sorted(overdue)))
        taken = [(rival.resource_key, rival.starts_at, rival.ends_at) for rival in rivals]
        taken = taken or list(_wanted_twice(rows.claimed))
        if not taken:
            return None
        key = taken[0][0]
        spans = {self._span(starts, ends) for each, starts, ends in taken if each == key}
        return Taken(self._resource_id(changes, rows, key), tuple(sorted(spans)))

    def _rivals(self, rows: Rows) -> Iterator[Rival]:
        """All that overlaps a wanted claim, one look per resource."""
        going = {(row[4], *row[:3]) for row in rows.released}
        for key in sorted({row[0] for row in rows.claimed}):
            wanted = [row for row in rows.claimed if row[0] == key]
            starts, ends = min(row[2] for row in wanted), max(row[3] for row in wanted)
            found = self._ask(_RIVALS, rows, resource_key=key, starts=starts, ends=ends)
            for number, begins, until, holder, held_until in found:
                if (holder, key, number, begins) not in going and any(
                    row[1] == number and row[2] < until and begins < row[3] for row in wanted
                ):
                    yield Rival(key, begins, until, holder, held_until)

    def _ask(self, statement: Statement, rows: Rows, **asked: Any) -> list[Any]:
        if "ids" in asked:
            asked["ids"] = self._driver.many(asked["ids"])
        return self._database.rows(statement, {"tenant": rows.tenant} | asked)

    def _span(self, starts: Any, ends: Any) -> Span:
        return Span(self._driver.from_instant(starts), self._driver.from_instant(ends))

    def _resource_id(self, changes: Changes, rows: Rows, key: int) -> ResourceId:
        names = {claim.resource_id for claim in changes.claimed}
        keys = ((self._keys.resource(rows.tenant, name), name) for name in names)
        return next(name for found, name in keys if found is not None and found.key == key)


def _wanted_twice(claimed: Sequence[Row]) -> Iterator[tuple[int, Any, Any]]:
    for one, other in pairwise(claimed):
        if one[:2] == other[:2] and other[2] < one[3]:
            yield one[0], one[2], one[3]
