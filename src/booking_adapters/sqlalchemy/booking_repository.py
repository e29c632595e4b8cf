"""Where bookings, and the money of each, rest in a database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from booking_adapters.sqlalchemy.booking_listing import listing, mention, narrowed
from booking_adapters.sqlalchemy.booking_rows import (
    DOSSIER_COLUMNS,
    EVENT_COLUMNS,
    BookingReader,
)
from booking_adapters.sqlalchemy.columns import quoted
from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.paging import FIRST_UUID, age, age_cursor, cut, is_uuid, whole
from booking_adapters.sqlalchemy.statement import ONE, Statement, at_most
from booking_adapters.sqlalchemy.tables import booking, event, payment, refund
from booking_adapters.sqlalchemy.tables.money import OPEN_PAYMENT, OPEN_REFUND
from booking_core.domain.booking.lifecycle import LIVE, BookingState
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import BookingId, PaymentId, TenantId
from booking_core.ports.booking_repository import (
    BookingFilter,
    BookingRepository,
    Dossier,
    HoldCount,
    OverdueHold,
)
from booking_core.ports.page import Page, PageRequest

_tenant = sa.bindparam("tenant", type_=sa.Integer())
_ours = booking.c.tenant_id == _tenant

_DOSSIER = Statement(sa.select(*DOSSIER_COLUMNS).where(_ours, booking.c.id == sa.bindparam("id")))
# A value that is found first, not a join: for that, without statistics, PostgreSQL walks through
# the tenant's bookings.
_payer = (
    sa.select(payment.c.booking_id)
    .where(payment.c.tenant_id == _tenant, payment.c.id == sa.bindparam("id"))
    .scalar_subquery()
)
_OF_PAYMENT = Statement(sa.select(*DOSSIER_COLUMNS).where(_ours, booking.c.id == _payer))
_EXISTS = Statement(
    sa.select(ONE).select_from(booking).where(_ours, booking.c.id == sa.bindparam("id"))
)
_HISTORY = Statement(
    at_most(
        sa.select(*EVENT_COLUMNS)
        .where(
            event.c.tenant_id == _tenant,
            event.c.booking_id == sa.bindparam("id"),
            event.c.sequence > sa.bindparam("after"),
        )
        .order_by(event.c.sequence)
    )
)
_OVERDUE = Statement(
    at_most(
        sa.select(
            booking.c.tenant_id,
            booking.c.id,
            booking.c.state,
            booking.c.version,
            booking.c.sequence,
        )
        .where(booking.c.expires_at <= sa.bindparam("now"))
        .order_by(booking.c.expires_at)
    )
)
_now = sa.bindparam("now", type_=booking.c.expires_at.type)


def _how_many(when: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    # In the index's order, so that no statistics can make it read the table.
    found = at_most(sa.select(ONE).select_from(booking).where(when).order_by(booking.c.expires_at))
    return sa.select(sa.func.count()).select_from(found.subquery()).scalar_subquery()


_HOLDS = Statement(
    sa.select(_how_many(booking.c.expires_at > _now), _how_many(booking.c.expires_at <= _now))
)


def _having_open(table: sa.Table, condition: str) -> sa.Select[Any]:
    return sa.select(table.c.tenant_id, table.c.booking_id).where(
        sa.text(f"{table.name}.{condition}"), table.c.booking_id > sa.bindparam("after")
    )


_open = sa.union(_having_open(payment, OPEN_PAYMENT), _having_open(refund, OPEN_REFUND)).subquery(
    "open"
)
_unsettled = sa.select(booking.c.tenant_id, *DOSSIER_COLUMNS).join(
    _open, (_open.c.tenant_id == booking.c.tenant_id) & (_open.c.booking_id == booking.c.id)
)
_UNSETTLED = Statement(at_most(_unsettled.order_by(booking.c.id)))
# Of these, by the small indexes: of all that is over, there is far more.
_OUTLIVED = Statement(
    at_most(
        _unsettled.where(
            sa.text(f"{booking.name}.state NOT IN ({quoted(LIVE)})"),
            sa.exists(ONE)
            .where(payment.c.tenant_id == booking.c.tenant_id)
            .where(payment.c.booking_id == booking.c.id)
            .where(sa.text(f"{payment.name}.{OPEN_PAYMENT}")),
        ).order_by(booking.c.id)
    )
)


class SqlBookingRepository(BookingRepository):
    """Every read of one thing is one query."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._driver = database.driver
        self._keys = keys
        self._read = BookingReader(database.driver, keys)

    def get(self, tenant_id: TenantId, booking_id: BookingId) -> Dossier:
        rows = self._ask(_DOSSIER, tenant_id, id=booking_id) if is_uuid(booking_id) else []
        if not rows:
            raise NotFound("booking", booking_id)
        return self._read.dossier(tenant_id, rows[0])

    def get_many(self, tenant_id: TenantId, booking_ids: Sequence[BookingId]) -> Sequence[Dossier]:
        # One by one: for many at once, without statistics, PostgreSQL walks through the tenant's
        # bookings. They need not be of one moment, for the commit compares their versions.
        return tuple(self.get(tenant_id, id) for id in sorted(booking_ids))

    def of_payment(self, tenant_id: TenantId, payment_id: PaymentId) -> Dossier:
        named = is_uuid(payment_id)
        rows = self._ask(_OF_PAYMENT, tenant_id, id=payment_id) if named else []
        if not rows:
            raise NotFound("payment", payment_id)
        return self._read.dossier(tenant_id, rows[0])

    def page(self, tenant_id: TenantId, wanted: BookingFilter, page: PageRequest) -> Page[Dossier]:
        asked = narrowed(wanted)
        if wanted.resource_id is not None:
            tenant = self._keys.find_tenant(tenant_id)
            keys = None if tenant is None else self._keys.resource(tenant, wanted.resource_id)
            if keys is None:
                return Page(entries=())
            asked |= {"resource_key": keys.key, "mention": mention(wanted.resource_id)}
        statement = listing(frozenset(asked), page.after is not None)
        if page.after is not None:
            created_at, asked["id"] = age(page.after)
            asked["created_at"] = self._driver.to_instant(created_at)
        rows = self._ask(statement, tenant_id, most=page.limit + 1, **asked)
        dossiers = [self._read.dossier(tenant_id, row) for row in rows]
        return cut(dossiers, page.limit, age_cursor)

    def history(
        self, tenant_id: TenantId, booking_id: BookingId, page: PageRequest
    ) -> Page[DomainEvent]:
        after = 0 if page.after is None else whole(page.after)
        named = is_uuid(booking_id)
        asked = {"id": booking_id, "after": after, "most": page.limit + 1}
        rows = self._ask(_HISTORY, tenant_id, **asked) if named else []
        if not rows and not (named and self._ask(_EXISTS, tenant_id, id=booking_id)):
            raise NotFound("booking", booking_id)
        events = [self._read.event(tenant_id, booking_id, row) for row in rows]
        return cut(events, page.limit, lambda event: str(event.sequence))

    def overdue(self, now: datetime, limit: int) -> Sequence[OverdueHold]:
        asked = {"now": self._driver.to_instant(now), "most": limit}
        tenant_id = self._keys.tenant_id
        return tuple(
            OverdueHold(
                tenant_id=tenant_id(tenant),
                booking_id=id,
                state=BookingState(state),
                version=version,
                sequence=sequence,
            )
            for tenant, id, state, version, sequence in self._database.rows(_OVERDUE, asked)
        )

    def holds(self, now: datetime, most: int) -> HoldCount:
        asked = {"now": self._driver.to_instant(now), "most": most}
        ((live, overdue),) = self._database.rows(_HOLDS, asked)
        return HoldCount(live=live, overdue=overdue)

    def unsettled(self, limit: int, after: BookingId | None = None) -> Sequence[Dossier]:
        rows = self._database.rows(_UNSETTLED, {"after": after or FIRST_UUID, "most": limit})
        return tuple(self._read.dossier(self._keys.tenant_id(row[0]), row[1:]) for row in rows)

    def outlived(self, limit: int, after: BookingId | None = None) -> Sequence[Dossier]:
        rows = self._database.rows(_OUTLIVED, {"after": after or FIRST_UUID, "most": limit})
        return tuple(self._read.dossier(self._keys.tenant_id(row[0]), row[1:]) for row in rows)

    def _ask(self, statement: Statement, tenant_id: TenantId, **asked: Any) -> list[Any]:
        """What the tenant's part of a query finds; nothing where there is no such tenant."""
        tenant = self._keys.find_tenant(tenant_id)
        if tenant is None:
            return []
        return self._database.rows(statement, {"tenant": tenant, **asked})
