"""The promises, asked of what is stored in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from booking_adapters.memory.claim_shelf import place
from booking_adapters.memory.state import State
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.payment.account import Account
from booking_core.domain.payment.ledger import balance
from booking_core.ports.audit import Audit, Violation


@dataclass(frozen=True, slots=True)
class MemoryAudit(Audit):
    """Looks at everything there is, while nobody writes."""

    state: State

    def promises(self) -> tuple[str, ...]:
        return tuple(CHECKS)

    def violations(self, promise: str, limit: int = 100) -> Iterator[Violation]:
        with self.state.lock:
            found = tuple(islice(CHECKS[promise](self.state), limit))
        for subject, detail in found:
            yield Violation(promise=promise, subject=subject, detail=detail)


def _no_double_booking(state: State) -> Iterator[tuple[str, str]]:
    """No two live claims on one unit overlap."""
    for tenant_id, resource_id, unit_id, timeline in state.claims.timelines():
        latest: Claim | None = None
        for claim in timeline:
            if latest is not None and claim.span.start < latest.span.end:
                yield (
                    f"{tenant_id}/{resource_id}/{unit_id}",
                    f"{_holder(latest)} and {_holder(claim)} at {claim.span.start.isoformat()}",
                )
            if latest is None or claim.span.end > latest.span.end:
                latest = claim


def _all_or_nothing(state: State) -> Iterator[tuple[str, str]]:
    """A booking that is live claims all that it was sold; one that is not claims nothing."""
    for dossier in state.bookings:
        booking = dossier.booking
        due = {place(claim) for claim in booking.claims()}
        claimed = {place(c) for c in state.claims.of_booking(booking.tenant_id, booking.id)}
        if due != claimed:
            yield (
                _subject(booking),
                f"{booking.state}: {len(due - claimed)} claims missing, "
                f"{len(claimed - due)} too many",
            )


def _nothing_lost(state: State) -> Iterator[tuple[str, str]]:
    """The events of a booking are numbered without a gap, up to its own sequence."""
    for dossier in state.bookings:
        booking = dossier.booking
        told = [event.sequence for event in state.bookings.history(booking.tenant_id, booking.id)]
        if told != list(range(1, booking.sequence + 1)):
            yield _subject(booking), f"events {told}, of {booking.sequence}"


def _money_conserved(state: State) -> Iterator[tuple[str, str]]:
    """Captured = kept + refunded + due back, in every currency, and none is below zero."""
    for dossier in state.bookings:
        for currency in sorted(_currencies(dossier.account)):
            sums = balance(dossier.account.transfers, currency)
            captured = sum(
                attempt.captured.amount_minor
                for attempt in dossier.account.attempts
                if attempt.captured is not None and attempt.captured.currency == currency
            )
            if min(sums.kept, sums.due_back) < 0 or sums.captured != captured:
                yield _subject(dossier.booking), f"{captured} {currency} came in, {sums}"


def _holds_end(state: State) -> Iterator[tuple[str, str]]:
    """A hold has a time at which it lapses, and nothing else has; its claims lapse with it."""
    for dossier in state.bookings:
        booking = dossier.booking
        claims = state.claims.of_booking(booking.tenant_id, booking.id)
        if booking.is_held is (booking.expires_at is None):
            yield _subject(booking), f"{booking.state} until {booking.expires_at}"
        elif any(claim.held_until != booking.expires_at for claim in claims):
            yield _subject(booking), "its claims lapse at another time"


CHECKS: Mapping[str, Callable[[State], Iterator[tuple[str, str]]]] = {
    "no-double-booking": _no_double_booking,
    "all-or-nothing": _all_or_nothing,
    "nothing-lost": _nothing_lost,
    "money-conserved": _money_conserved,
    "holds-end": _holds_end,
}


def _subject(booking: Booking) -> str:
    return f"{booking.tenant_id}/{booking.id}"


def _holder(claim: Claim) -> str:
    return str(claim.booking_id or claim.block_id)


def _currencies(account: Account) -> set[str]:
    captured = {a.captured.currency for a in account.attempts if a.captured is not None}
    return captured | {transfer.amount.currency for transfer in account.transfers}
