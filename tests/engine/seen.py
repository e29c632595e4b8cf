"""What must hold after every step: the engine's bookings and claims are the model's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from hypothesis.stateful import invariant

from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.ids import DEFAULT_TENANT, PaymentId, ResourceId, TenantId
from booking_core.domain.kernel.span import Span
from booking_core.domain.payment.lifecycle import PaymentState
from booking_core.ports.booking_repository import BookingFilter, Dossier
from booking_core.ports.page import PageRequest
from tests.engine.driven import ATTIC, NEXT_DOOR, NEXT_DOORS_OFFICE, Driven, as_wanted
from tests.engine.model import HOUR, KEEPS_OTHERS_OUT, Model, Stay
from tests.engine.violated import Promise, must
from tests.unit.application import house
from tests.unit.application.house import NOON, OFFICE, euros

EVER = Span(NOON - 48 * HOUR, NOON + 240 * HOUR)
RESOURCES = (house.ROOM, house.CELLAR, house.BARN, house.HALL, ATTIC)
ALL = PageRequest(limit=100)


class Seen(Driven):
    """Sees everything, through the engine's own reads."""

    def see(self) -> dict[str, Booking]:
        """Compare, having learned which overdue holds were swept out of somebody's way."""
        page = self.do(self.engine.read_bookings.page, BookingFilter(), ALL, OFFICE)
        seen = {dossier.booking.id: dossier for dossier in page.entries}
        must(
            seen.keys() == self.model.stays.keys(),
            Promise.NOTHING_BUT_WHAT_WAS_BOOKED,
            seen.keys() ^ self.model.stays.keys(),
        )
        for id, dossier in seen.items():
            stay = self.model.stays[id]
            self._learn_what_came(dossier, stay)
            self._see_booking(dossier.booking, stay)
            self._see_money(dossier, stay)
            self._see_attempts(dossier, stay)
            self._read_history(dossier.booking)
        return {id: dossier.booking for id, dossier in seen.items()}

    def _see_booking(self, booking: Booking, stay: Stay) -> None:
        if booking.state.value == "EXPIRED" and stay.is_overdue(self.model.now):
            stay.state, stay.expires = "EXPIRED", None
        found = booking.state.value, booking.expires_at, booking.price
        wanted = stay.state, stay.expires, euros(stay.price)
        must(found == wanted, Promise.BOOKINGS_ARE_AS_THEY_SHOULD, f"{found}, not {wanted}")
        held = Counter(
            (
                item.resource_id,
                unit_id if item.promised else None,
                item.claimed.start,
                item.claimed.end,
            )
            for item in booking.items
            for unit_id in item.unit_ids
        )
        must(held == as_wanted(stay.parts), Promise.BOOKINGS_ARE_AS_THEY_SHOULD, held)

    def _see_money(self, dossier: Dossier, stay: Stay) -> None:
        balance = dossier.account.balance("EUR")
        captured = sum(p.captured or 0 for p in stay.payments.values())
        back = sum(p.owed_back for p in stay.payments.values())
        found = balance.captured, balance.kept, balance.refunded + balance.due_back
        wanted = captured, captured - back, back
        must(found == wanted, Promise.MONEY_IS_CONSERVED, f"{found}, not {wanted}")

    def _learn_what_came(self, dossier: Dossier, stay: Stay) -> None:
        """Of what nobody was told of: who closed a payment that was made heard of it."""
        for attempt in dossier.account.attempts:
            payment = stay.payments[attempt.id]
            if payment.silent is not None and attempt.captured is not None:
                amount, payment.silent = payment.silent, None
                self.model.capture(stay, payment, amount)

    def _see_attempts(self, dossier: Dossier, stay: Stay) -> None:
        """Whoever may pay can."""
        if stay.state not in KEEPS_OTHERS_OUT or stay.due == 0:
            return
        for attempt in dossier.account.attempts:
            if stay.payments[attempt.id].open:
                is_open = attempt.is_open and not self.is_closed(attempt.id)
                must(is_open, Promise.NOBODY_PAYS_FOR_NOTHING, attempt)

    def is_closed(self, id: PaymentId) -> bool:
        """Whether nobody can pay by it at the provider."""
        return self._state_there(id) is PaymentState.CANCELLED

    def payable_for_nothing(self, stays: Iterable[Stay]) -> list[str]:
        """The payments by which the customer could still pay, though nobody shall."""
        return [
            id
            for stay in stays
            for id, payment in stay.payments.items()
            if not (payment.open and stay.state in KEEPS_OTHERS_OUT and stay.due > 0)
            if self._state_there(PaymentId(id)) is PaymentState.CREATED
        ]

    def _state_there(self, id: PaymentId) -> PaymentState:
        record = self.house.gateway.find(DEFAULT_TENANT, id)
        assert record is not None  # It is opened with its attempt.
        return record.state

    def _read_history(self, booking: Booking) -> None:
        """Its events have no gap, and nothing changed without one more version."""
        before = self.read.get(booking.id)
        if before != booking:
            history = self.do(self.engine.read_bookings.history, booking.id, ALL, OFFICE)
            told = [event.sequence for event in history.entries]
            whole = list(range(1, booking.sequence + 1))
            must(told == whole, Promise.HISTORIES_HAVE_NO_GAP, f"{told}, not {whole}")
            must(
                before is None or before.version < booking.version,
                Promise.HISTORIES_HAVE_NO_GAP,
                f"{before} became {booking}",
            )
            self.read[booking.id] = booking

    @invariant()
    def no_two_claims_overlap(self) -> None:
        """What is claimed is what the bookings and the blocks say, and nothing twice."""
        bookings = self.see()
        claims = [claim for id in RESOURCES for claim in self._claims(DEFAULT_TENANT, id)]
        self._see_claims(claims, bookings, self.model)

    @invariant()
    def next_door_is_seen_by_itself(self) -> None:
        """There too what is claimed is what is booked; and nothing of it is seen here."""
        page = self.do(self.engine.read_bookings.page, BookingFilter(), ALL, NEXT_DOORS_OFFICE)
        bookings = {dossier.booking.id: dossier.booking for dossier in page.entries}
        must(
            bookings.keys() == self.next_door.stays.keys(),
            Promise.TENANTS_ARE_APART,
            bookings.keys() ^ self.next_door.stays.keys(),
        )
        if not bookings:
            return
        for id, booking in bookings.items():
            self._see_booking(booking, self.next_door.stays[id])
        claims = [claim for id in (house.ROOM, house.BARN) for claim in self._claims(NEXT_DOOR, id)]
        self._see_claims(claims, bookings, self.next_door)

    def _claims(self, tenant_id: TenantId, resource_id: ResourceId) -> list[Claim]:
        occupancy = self.house.storage.occupancy
        return list(self.do(occupancy.claims, tenant_id, resource_id, EVER, self.model.now))

    def _see_claims(self, claims: list[Claim], bookings: dict[str, Booking], model: Model) -> None:
        by_unit: dict[tuple[str, str], list[Span]] = {}
        for claim in claims:
            others = by_unit.setdefault((claim.resource_id, claim.unit_id), [])
            alone = not any(claim.span.overlaps(other) for other in others)
            must(alone, Promise.NO_OVERLAP, claim)
            others.append(claim.span)
        live = Counter(
            (claim.resource_id, claim.unit_id, claim.span)
            for booking in bookings.values()
            if not booking.is_overdue(model.now)
            for claim in booking.claims()
        )
        booked = Counter((c.resource_id, c.unit_id, c.span) for c in claims if c.block_id is None)
        must(booked == live, Promise.CLAIMS_ARE_WHAT_IS_BOOKED, f"{booked}, not {live}")
        blocked = sum(claim.block_id is not None for claim in claims)
        wanted = sum(part.count for part in model.blocks.values())
        must(blocked == wanted, Promise.CLAIMS_ARE_WHAT_IS_BOOKED, f"{blocked} blocked")

    @invariant()
    def the_engine_finds_no_violation(self) -> None:
        violations = self.do(self.engine.verify).violations
        must(violations == (), Promise.VERIFY_IS_CLEAN, violations)
