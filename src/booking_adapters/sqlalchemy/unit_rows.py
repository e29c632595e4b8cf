"""The units of a resource, a row each; one that is withdrawn keeps its row and its number."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from booking_adapters.sqlalchemy.driver import Driver
from booking_adapters.sqlalchemy.statement import Statement, one_of
from booking_adapters.sqlalchemy.tables import claim, resource, unit
from booking_core.domain.catalogue.resource import Resource
from booking_core.ports.catalogue_repository import UnitsInUse

_key = sa.bindparam("resource_key", type_=sa.Integer())
_this = (unit.c.tenant_id == sa.bindparam("tenant_id"), unit.c.resource_key == _key)

_KEY = Statement(
    sa.select(resource.c.key).where(
        resource.c.tenant_id == sa.bindparam("tenant_id"), resource.c.id == sa.bindparam("id")
    )
)
_STANDING = Statement(
    sa.select(
        unit.c.id,
        unit.c.number,
        unit.c.position,
        unit.c.category,
        unit.c.seat_row,
        unit.c.seat_number,
        unit.c.offered,
    ).where(*_this)
)
_ADD = Statement(
    sa.insert(unit).values({column.name: sa.bindparam(column.name) for column in unit.c})
)
_SET = Statement(
    sa.update(unit)
    .where(*_this, unit.c.number == sa.bindparam("of_number"))
    .values(
        {
            name: sa.bindparam(name)
            for name in ("position", "category", "seat_row", "seat_number", "offered")
        }
    )
)
_WITHDRAW = Statement(
    sa.update(unit).where(*_this, one_of(unit.c.number, "numbers")).values(offered=sa.null())
)
_IN_USE = Statement(
    sa.select(unit.c.id)
    .distinct()
    .join(
        claim,
        (claim.c.tenant_id == unit.c.tenant_id)
        & (claim.c.resource_key == unit.c.resource_key)
        & (claim.c.live_unit == unit.c.number),
    )
    .where(*_this, one_of(unit.c.number, "numbers"), claim.c.live)
    .order_by(unit.c.id)
)


class UnitRows:
    """Changes only the rows that differ."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def put(self, connection: Any, tenant: int, resource: Resource) -> None:
        """Make the units those of the resource, or UnitsInUse; part of the caller's transaction."""
        text = _KEY.text(self._driver.dialect)
        ((key,),) = connection.execute(text, {"tenant_id": tenant, "id": resource.id}).fetchall()
        this = {"tenant_id": tenant, "resource_key": key}
        rows = connection.execute(_STANDING.text(self._driver.dialect), this).fetchall()
        standing = {row[0]: row[1:] for row in rows}
        added, changed = [], []
        number = max((row[0] for row in standing.values()), default=0)
        for position, it in enumerate(resource.units):
            place = (position, it.category, it.row, it.number)
            stood = standing.pop(it.id, None)
            if stood is None:
                number += 1
                added.append(_row(this, it.id, number, place))
            elif stood[1:] != (*place, stood[0]):
                changed.append(_row(this, it.id, stood[0], place) | {"of_number": stood[0]})
        gone = [row[0] for row in standing.values() if row[-1] is not None]
        if gone:
            self._withdraw(connection, resource, this | {"numbers": self._driver.many(gone)})
        cursor = connection.cursor()
        if added:
            cursor.executemany(_ADD.text(self._driver.dialect), added)
        if changed:
            cursor.executemany(_SET.text(self._driver.dialect), changed)

    def _withdraw(self, connection: Any, resource: Resource, which: dict[str, Any]) -> None:
        """Live claims refer to `offered`: if one is made at this moment, it wins."""
        in_use = _IN_USE.text(self._driver.dialect)
        found = connection.execute(in_use, which).fetchall()
        if not found:
            try:
                connection.execute(_WITHDRAW.text(self._driver.dialect), which)
            except self._driver.integrity:
                connection.rollback()
                found = connection.execute(in_use, which).fetchall()
                raise UnitsInUse(resource.id, tuple(id for (id,) in found)) from None
        if found:
            raise UnitsInUse(resource.id, tuple(id for (id,) in found))


def _row(
    this: dict[str, Any], id: str, number: int, place: tuple[int, str, int, int]
) -> dict[str, Any]:
    position, category, seat_row, seat_number = place
    return this | {
        "id": id,
        "number": number,
        "position": position,
        "category": category,
        "seat_row": seat_row,
        "seat_number": seat_number,
        "offered": number,
    }
