"""The promises, asked of what is stored in a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from itertools import chain, islice
from typing import Any, TypeAlias

import msgspec
import sqlalchemy as sa

from booking_adapters.sqlalchemy import audit_sql
from booking_adapters.sqlalchemy.codec import decode_items
from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.paging import FIRST_UUID
from booking_adapters.sqlalchemy.statement import (
    Statement,
    at_most,
    json_row,
    json_rows,
    microseconds,
)
from booking_adapters.sqlalchemy.tables import booking, claim, resource, unit
from booking_core.domain.booking.lifecycle import LIVE
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.span import to_microseconds
from booking_core.ports.audit import PROMISES, Audit, Violation

BATCH = 1000

Finding: TypeAlias = tuple[int, str, str]  # The tenant's key, who, what.

_claims = (
    sa.select(
        json_rows(
            json_row(
                resource.c.id,
                unit.c.id,
                microseconds(claim.c.starts_at),
                microseconds(claim.c.ends_at),
            )
        )
    )
    .select_from(claim)
    .join(
        resource,
        (resource.c.tenant_id == claim.c.tenant_id) & (resource.c.key == claim.c.resource_key),
    )
    .join(
        unit,
        (unit.c.tenant_id == claim.c.tenant_id)
        & (unit.c.resource_key == claim.c.resource_key)
        & (unit.c.number == claim.c.unit),
    )
    .where(
        claim.c.tenant_id == booking.c.tenant_id,
        claim.c.live_booking_id == booking.c.id,
    )
    .correlate(booking)
    .scalar_subquery()
)


def _in_batches(*columns: sa.ColumnElement[Any]) -> Statement:
    """All bookings, in the order of their keys."""
    after = sa.tuple_(
        sa.bindparam("id", type_=booking.c.id.type), sa.bindparam("tenant", type_=sa.Integer())
    )
    key = sa.tuple_(booking.c.id, booking.c.tenant_id)
    query = sa.select(booking.c.tenant_id, booking.c.id, *columns).where(key > after)
    return Statement(at_most(query.order_by(booking.c.id, booking.c.tenant_id)))


_WITH_CLAIMS = _in_batches(booking.c.state, booking.c["items"], _claims)
_WITH_TERMS = _in_batches(booking.c.terms, booking.c.terms_hash)


class SqlAudit(Audit):
    """Each look is at one moment, and may take its time."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    def promises(self) -> tuple[str, ...]:
        return (*PROMISES, *(name for name in CHECKS if name not in PROMISES))

    def violations(self, promise: str, limit: int = 100) -> Iterator[Violation]:
        check = CHECKS.get(promise)
        if check is None:
            raise NotFound("promise", promise)
        with self._database.snapshot() as ask:
            found = list(islice(check(ask, limit), limit))
        for tenant, subject, detail in found:
            where = f"{self._keys.tenant_id(tenant)}/{subject}"
            yield Violation(promise=promise, subject=where, detail=detail)


Ask: TypeAlias = Callable[[Statement, Mapping[str, Any]], list[Any]]
Check: TypeAlias = Callable[[Ask, int], Iterator[Finding]]


def _query(text: str) -> Check:
    statement = Statement(sa.text(text))
    return lambda ask, limit: iter(ask(statement, {"most": limit}))


def _all_bookings(ask: Ask, statement: Statement) -> Iterator[Any]:
    after = {"tenant": 0, "id": FIRST_UUID, "most": BATCH}
    while rows := ask(statement, after):
        yield from rows
        after |= {"tenant": rows[-1][0], "id": rows[-1][1]}


def _bookings_all_or_nothing(ask: Ask, limit: int) -> Iterator[Finding]:
    """Exactly the claims of its items while it is live, else none."""
    for tenant, id, state, items, claims in _all_bookings(ask, _WITH_CLAIMS):
        due = {
            (item.resource_id, unit_id, *map(to_microseconds, (span.start, span.end)))
            for item in (decode_items(items) if state in LIVE else ())
            for span in (item.claimed,)
            for unit_id in item.unit_ids
        }
        claimed = {tuple(place) for place in msgspec.json.decode(claims or "[]")}
        if due != claimed:
            missing, extra = len(due - claimed), len(claimed - due)
            yield tenant, id, f"{state}: {missing} claims missing, {extra} too many"


def _terms_unchanged(ask: Ask, limit: int) -> Iterator[Finding]:
    """The terms that decide are those that were accepted."""
    for tenant, id, terms, hash in _all_bookings(ask, _WITH_TERMS):
        if sha256(terms.encode()).hexdigest() != hash:
            yield tenant, id, "its terms are not those of its hash"


_blocks_all_or_nothing = _query(audit_sql.BLOCKS_ALL_OR_NOTHING)

CHECKS: Mapping[str, Check] = {
    "no-double-booking": _query(audit_sql.NO_DOUBLE_BOOKING),
    "all-or-nothing": lambda ask, limit: chain(
        _bookings_all_or_nothing(ask, limit), _blocks_all_or_nothing(ask, limit)
    ),
    "nothing-lost": _query(audit_sql.NOTHING_LOST),
    "money-conserved": _query(audit_sql.MONEY_CONSERVED),
    "holds-end": _query(audit_sql.HOLDS_END),
    "refunds-agree": _query(audit_sql.REFUNDS_AGREE),
    "terms-unchanged": _terms_unchanged,
    "answers-stand": _query(audit_sql.ANSWERS_STAND),
    "tenants-apart": _query(audit_sql.TENANTS_APART),
}
