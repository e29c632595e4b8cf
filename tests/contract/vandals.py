"""Whoever goes around the ports: breaks what is stored, so that the audit has something to find."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import Protocol

from booking_adapters.memory.state import State
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.money import Money
from booking_core.domain.kernel.span import Span


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
