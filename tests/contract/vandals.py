"""Whoever goes around the ports: breaks what is stored, so that the audit has something to find."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import Protocol

import sqlalchemy as sa

from booking_adapters.memory.state import State
from booking_adapters.sqlalchemy import tables
from booking_adapters.sqlalchemy.codec import encode
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.money import Money
from booking_core.domain.kernel.span import Span, to_microseconds

NO_OVERLAP = "booking_claim_no_overlap"


class Vandal(Protocol):
    """What only somebody with the database's own password, and ill will, can do."""

    @abstractmethod
    def move_claims(self, booking: Booking, to: Span) -> None:
        """Move the booking and all its claims there, whatever is in the way."""

    @abstractmethod
    def drop_claim(self, booking: Booking) -> None:
        """Erase one of its claims."""

    @abstractmethod
    def drop_last_event(self, booking: Booking) -> None:
        """Erase the end of its history."""

    @abstractmethod
    def change_captured(self, booking: Booking, minor: int) -> None:
        """Say that another amount came in by its payment than the ledger tells."""

    @abstractmethod
    def unlimit_claims(self, booking: Booking) -> None:
        """Let the claims of a hold never lapse."""


class MemoryVandal(Vandal):
    """Reaches past the unit of work into the shelves."""

    def __init__(self, state: State) -> None:
        """Break that state."""
        self.state = state

    def move_claims(self, booking: Booking, to: Span) -> None:
        """Take them and put them, which the shelf never questions."""
        for claim in self.state.claims.of_booking(booking.tenant_id, booking.id):
            self.state.claims.take(booking.tenant_id, claim)
            self.state.claims.put(booking.tenant_id, replace(claim, span=to))
        items = tuple(replace(item, span=to, claimed=to) for item in booking.items)
        dossier = self.state.bookings.get(booking.tenant_id, booking.id)
        self.state.bookings.put(replace(dossier, booking=replace(booking, items=items)))

    def drop_claim(self, booking: Booking) -> None:
        """Take the first."""
        claim = self.state.claims.of_booking(booking.tenant_id, booking.id)[0]
        self.state.claims.take(booking.tenant_id, claim)

    def drop_last_event(self, booking: Booking) -> None:
        """Count one more than was told."""
        dossier = self.state.bookings.get(booking.tenant_id, booking.id)
        counted = replace(dossier.booking, sequence=dossier.booking.sequence + 1)
        self.state.bookings.put(replace(dossier, booking=counted))

    def change_captured(self, booking: Booking, minor: int) -> None:
        """Write it into the attempt alone."""
        dossier = self.state.bookings.get(booking.tenant_id, booking.id)
        (attempt,) = dossier.account.attempts
        attempts = (replace(attempt, captured=Money(minor, "EUR")),)
        account = replace(dossier.account, attempts=attempts)
        self.state.bookings.put(replace(dossier, account=account))

    def unlimit_claims(self, booking: Booking) -> None:
        """Take them and put them without an end."""
        for claim in self.state.claims.of_booking(booking.tenant_id, booking.id):
            self.state.claims.take(booking.tenant_id, claim)
            self.state.claims.put(booking.tenant_id, replace(claim, held_until=None))


class SqlVandal(Vandal):
    """Owns the database: throws the guards out, then writes what it likes."""

    def __init__(self, url: str) -> None:
        """Break that database."""
        on_sqlite = url.startswith("sqlite")
        # To a replica no trigger and no foreign key objects; SQLite's are off until switched on.
        as_replica = {} if on_sqlite else {"options": "-c session_replication_role=replica"}
        self._engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=as_replica)
        self._instant = to_microseconds if on_sqlite else (lambda instant: instant)
        self._taken_down: list[tuple[str, str]] = []
        if on_sqlite:
            triggers = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            with self._engine.begin() as connection:
                for (name,) in connection.execute(triggers).all():
                    connection.exec_driver_sql(f"DROP TRIGGER {name}")

    def move_claims(self, booking: Booking, to: Span) -> None:
        """Write the period into all of them, and into the booking."""
        period = {"starts_at": self._instant(to.start), "ends_at": self._instant(to.end)}
        items = tuple(replace(item, span=to, claimed=to) for item in booking.items)
        if self._engine.dialect.name == "postgresql":
            self._take_down(NO_OVERLAP)
        self._write(
            sa.update(tables.claim).where(tables.claim.c.holder_id == booking.id).values(period),
            sa.update(tables.booking)
            .where(tables.booking.c.id == booking.id)
            .values(period | {"items": encode(items)}),
        )

    def drop_claim(self, booking: Booking) -> None:
        """Delete that of the first unit."""
        held = tables.claim.c.holder_id == booking.id
        first = sa.select(sa.func.min(tables.claim.c.unit)).where(held).scalar_subquery()
        self._write(sa.delete(tables.claim).where(held, tables.claim.c.unit == first))

    def drop_last_event(self, booking: Booking) -> None:
        """Delete it."""
        told = tables.event.c.booking_id == booking.id
        last = tables.event.c.sequence == booking.sequence
        self._write(sa.delete(tables.event).where(told, last))

    def change_captured(self, booking: Booking, minor: int) -> None:
        """Write it into the attempt alone."""
        paid = tables.payment.c.booking_id == booking.id
        self._write(sa.update(tables.payment).where(paid).values(captured_minor=minor))

    def unlimit_claims(self, booking: Booking) -> None:
        """Write that they are for good."""
        held = tables.claim.c.holder_id == booking.id
        self._write(sa.update(tables.claim).where(held).values(held_until=None))

    def close(self) -> None:
        """Put the guard back where there is nothing left to guard: others use the database next."""
        for name, definition in self._taken_down:
            with self._engine.begin() as connection:
                connection.exec_driver_sql("DELETE FROM booking_claim")
                connection.exec_driver_sql(
                    f"ALTER TABLE booking_claim ADD CONSTRAINT {name} {definition}"
                )

    def _take_down(self, name: str) -> None:
        defined = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :it")
        with self._engine.begin() as connection:
            self._taken_down.append((name, connection.scalars(defined, {"it": name}).one()))
            connection.exec_driver_sql(f"ALTER TABLE booking_claim DROP CONSTRAINT {name}")

    def _write(self, *statements: sa.Executable) -> None:
        with self._engine.begin() as connection:
            for statement in statements:
                assert connection.execute(statement).rowcount != 0
