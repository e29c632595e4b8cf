"""Answers given before, in a database."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from booking_adapters.sqlalchemy.booking_rows import BOOKING_COLUMNS, BookingReader
from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.snapshot import restored
from booking_adapters.sqlalchemy.statement import ONE, Statement, at_most
from booking_adapters.sqlalchemy.tables import answer, booking
from booking_core.domain.kernel.ids import PaymentId
from booking_core.ports.idempotency import Answer, Idempotency, RequestKey

_asked = tuple(
    answer.c[column] == sa.bindparam(name, type_=answer.c[column].type)
    for column, name in (
        ("tenant_id", "tenant"),
        ("principal", "principal"),
        ("operation", "operation"),
        ("key", "key"),
    )
)
# The booking's id is found first: for a join, without statistics, PostgreSQL walks through the
# tenant's bookings.
_answered = sa.select(answer.c.booking_id).where(*_asked).scalar_subquery()
_ANSWER = Statement(
    sa.select(
        answer.c.fingerprint, answer.c.at, answer.c.payment_id, answer.c.snapshot, *BOOKING_COLUMNS
    ).where(
        *_asked,
        booking.c.tenant_id == sa.bindparam("tenant", type_=booking.c.tenant_id.type),
        booking.c.id == _answered,
    )
)
_old = sa.tuple_(answer.c.tenant_id, answer.c.principal, answer.c.operation, answer.c.key)
_FORGET = Statement(
    sa.delete(answer)
    .where(
        _old.in_(
            at_most(
                sa.select(
                    answer.c.tenant_id, answer.c.principal, answer.c.operation, answer.c.key
                ).where(answer.c.at < sa.bindparam("before"))
            )
        )
    )
    .returning(ONE)
)


class SqlIdempotency(Idempotency):
    """The whole of a request's key is compared, byte for byte."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._read = BookingReader(database.driver, keys)

    def answer(self, request: RequestKey) -> Answer | None:
        tenant = self._keys.find_tenant(request.tenant_id)
        if tenant is None:
            return None
        asked = {
            "tenant": tenant,
            "principal": request.principal,
            "operation": request.operation,
            "key": request.key,
        }
        found = self._database.rows(_ANSWER, asked)
        if not found:
            return None
        fingerprint, at, payment_id, document, *columns = found[0]
        booking, account = restored(self._read.booking(request.tenant_id, columns), document)
        return Answer(
            request=request,
            fingerprint=fingerprint,
            at=self._database.driver.from_instant(at),
            booking=booking,
            account=account,
            payment_id=payment_id and PaymentId(payment_id),
        )

    def forget(self, before: datetime, limit: int) -> int:
        before = self._database.driver.to_instant(before)
        with self._database.connection() as connection:
            text = _FORGET.text(self._database.driver.dialect)
            return len(connection.execute(text, {"before": before, "most": limit}).fetchall())
