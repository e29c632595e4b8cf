"""The promises, asked of what is stored in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from booking_adapters.memory.claim_shelf import place
from booking_adapters.memory.state import State
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.payment.account import Account
from booking_core.domain.payment.ledger import balance
from booking_core.ports.audit import PROMISES, Audit, Violation

Finding: TypeAlias = tuple[str, str]  # What breaks the promise, and how.


@dataclass(frozen=True, slots=True)
class MemoryAudit(Audit):
    """Looks at everything there is, while nobody writes."""

    state: State

    def promises(self) -> tuple[str, ...]:
        return PROMISES

    def violations(self, promise: str, limit: int = 100) -> Iterator[Violation]:
        check = _CHECKS.get(promise)
        if check is None:
            raise NotFound("promise", promise)
        with self.state.lock:
            found = tuple(islice(check(self.state), limit))
        return (Violation(promise=promise, subject=what, detail=how) for what, how in found)


def _double_bookings(state: State) -> Iterator[Finding]:
    for tenant_id, resource_id, unit_id, timeline in state.claims.timelines():
        longest: Claim | None = None
        for claim in timeline:
            if longest is not None and claim.span.start < longest.span.end:
                holders = f"{_holder(longest)} and {_holder(claim)}"
                yield f"{tenant_id}/{resource_id}/{unit_id}", f"{holders}, {claim.span}"
            if longest is None or claim.span.end > longest.span.end:
                longest = claim


def _halves(state: State) -> Iterator[Finding]:
    for booking in (dossier.booking for dossier in state.bookings):
        claimed = state.claims.of_booking(booking.tenant_id, booking.id)
        yield from _differing(f"{booking.tenant_id}/{booking.id}", booking.claims(), claimed)
    for block in state.blocks.values():
        claimed = state.claims.of_block(block.tenant_id, block.id)
        yield from _differing(f"{block.tenant_id}/{block.id}", block.claims(), claimed)


def _differing(holder: str, due: Iterable[Claim], claimed: Iterable[Claim]) -> Iterator[Finding]:
    wanted, had = set(map(place, due)), set(map(place, claimed))
    if wanted != had:
        yield holder, f"{len(wanted - had)} claims are missing, {len(had - wanted)} too many"


def _gaps(state: State) -> Iterator[Finding]:
    for booking in (dossier.booking for dossier in state.bookings):
        told = [event.sequence for event in state.bookings.history(booking.tenant_id, booking.id)]
        if told != list(range(1, booking.sequence + 1)):
            yield f"{booking.tenant_id}/{booking.id}", f"of {booking.sequence} events: {told}"


def _lost_money(state: State) -> Iterator[Finding]:
    for dossier in state.bookings:
        for currency in sorted(_currencies(dossier.account)):
            sums = balance(dossier.account.transfers, currency)
            came_in = sum(
                attempt.captured.amount_minor
                for attempt in dossier.account.attempts
                if attempt.captured is not None and attempt.captured.currency == currency
            )
            if sums.captured != came_in or min(sums.kept, sums.due_back) < 0:
                holder = f"{dossier.booking.tenant_id}/{dossier.booking.id}"
                yield holder, f"{came_in} {currency} came in, but {sums}"


def _endless_holds(state: State) -> Iterator[Finding]:
    for booking in (dossier.booking for dossier in state.bookings):
        claimed = state.claims.of_booking(booking.tenant_id, booking.id)
        lapse = {claim.held_until for claim in claimed} | {booking.expires_at}
        if len(lapse) > 1 or booking.is_held is (booking.expires_at is None):
            holder = f"{booking.tenant_id}/{booking.id}"
            yield holder, f"{booking.state}, lapses at {', '.join(sorted(map(str, lapse)))}"


_CHECKS: dict[str, Callable[[State], Iterator[Finding]]] = dict(
    zip(PROMISES, (_double_bookings, _halves, _gaps, _lost_money, _endless_holds), strict=True)
)


def _holder(claim: Claim) -> str:
    return str(claim.booking_id or claim.block_id)


def _currencies(account: Account) -> set[str]:
    captured = {a.captured.currency for a in account.attempts if a.captured is not None}
    return captured | {transfer.amount.currency for transfer in account.transfers}
