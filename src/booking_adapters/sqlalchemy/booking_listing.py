"""The listing of bookings, narrowed by any of its fields."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from booking_adapters.sqlalchemy.booking_rows import DOSSIER_COLUMNS
from booking_adapters.sqlalchemy.statement import ONE, ZERO, Statement, at_most, position
from booking_adapters.sqlalchemy.tables import booking, claim
from booking_core.domain.kernel.ids import ResourceId
from booking_core.ports.booking_repository import BookingFilter

_tenant = sa.bindparam("tenant", type_=sa.Integer())


def narrowed(wanted: BookingFilter) -> dict[str, Any]:
    """The fields that narrow, by the names of their parameters."""
    facts = {
        "customer_id": wanted.customer_id,
        "provider_id": wanted.provider_id,
        "state": None if wanted.state is None else wanted.state.value,
    }
    return {name: value for name, value in facts.items() if value is not None}


def mention(resource_id: ResourceId) -> str:
    """How the items' document names a resource; names have no letter that JSON would escape."""
    return f'"resource_id":"{resource_id}"'


@lru_cache(maxsize=64)
def listing(narrowing: frozenset[str], after: bool) -> Statement:
    """Newest first, narrowed by those parameters, from the beginning or after `created_at, id`."""
    query = sa.select(*DOSSIER_COLUMNS)
    if narrowing & {"customer_id", "provider_id"}:
        query = query.where(booking.c.tenant_id == _tenant)
    else:  # The + 0 is part of the index that serves this.
        query = query.where(sa.literal_column("(booking.tenant_id + 0)") == _tenant)
    for name in sorted(narrowing & {"customer_id", "provider_id", "state"}):
        query = query.where(booking.c[name] == sa.bindparam(name))
    if "resource_key" in narrowing:
        query = query.where(
            _was_on_it(), position(booking.c["items"], sa.bindparam("mention")) > ZERO
        )
    if after:
        query = query.where(
            sa.tuple_(booking.c.created_at, booking.c.id)
            < sa.tuple_(
                sa.bindparam("created_at", type_=booking.c.created_at.type),
                sa.bindparam("id", type_=booking.c.id.type),
            )
        )
    return Statement(at_most(query.order_by(booking.c.created_at.desc(), booking.c.id.desc())))


def _was_on_it() -> Any:
    """Whether it ever had a claim on the resource: an index finds these, its items decide."""
    return (
        sa.select(ONE)
        .where(
            claim.c.tenant_id == booking.c.tenant_id,
            claim.c.resource_key == sa.bindparam("resource_key", type_=sa.Integer()),
            claim.c.holder_id == booking.c.id,
        )
        .correlate(booking)
        .exists()
    )
