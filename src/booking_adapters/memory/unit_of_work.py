"""All or nothing, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from booking_adapters.memory.claim_shelf import following
from booking_adapters.memory.refusals import REFUSALS
from booking_adapters.memory.state import State
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.ids import TenantId
from booking_core.domain.payment.account import EMPTY_ACCOUNT, Account
from booking_core.ports.booking_repository import Dossier
from booking_core.ports.unit_of_work import Changes, Lapse, Saved, UnitOfWork


@dataclass(frozen=True, slots=True)
class MemoryUnitOfWork(UnitOfWork):
    """Whatever could refuse is asked before anything is changed; nothing after that can fail."""

    state: State

    def commit(self, changes: Changes) -> None:
        with self.state.lock:
            for refuse in REFUSALS:
                refuse(self.state, changes)
            self._apply(changes)
        if changes.events:
            self.state.doorbell.ring()

    def lapse(self, lapses: Sequence[Lapse], now: datetime) -> int:
        with self.state.lock:
            count = sum(self._lapse(each, now) for each in lapses)
        if count:
            self.state.doorbell.ring()
        return count

    def _apply(self, changes: Changes) -> None:
        claims, tenant_id = self.state.claims, changes.tenant_id
        for claim in changes.released:
            claims.take(tenant_id, claim)
        for claim in changes.claimed:
            claims.put(tenant_id, claim)
        for saved in changes.saved:
            self._save(tenant_id, saved)
        for block in changes.blocks:
            self.state.blocks[tenant_id, block.id] = block
        for event in changes.events:
            self.state.tell(event)
        if changes.answer is not None:
            self.state.answers[changes.answer.request] = changes.answer

    def _save(self, tenant_id: TenantId, saved: Saved) -> None:
        standing = self.state.bookings.get(tenant_id, saved.booking.id)
        account = _with_changes(standing.account if standing else EMPTY_ACCOUNT, saved)
        self.state.bookings.put(Dossier(booking=saved.booking, account=account))
        for claim in self.state.claims.of_booking(tenant_id, saved.booking.id):
            renewed = following(claim, saved.booking)
            if renewed != claim:
                self.state.claims.take(tenant_id, claim)
                self.state.claims.put(tenant_id, renewed)

    def _lapse(self, lapse: Lapse, now: datetime) -> bool:
        hold = lapse.hold
        standing = self.state.bookings.get(hold.tenant_id, hold.booking_id)
        if standing is None or not _is_as_read(standing.booking, lapse, now):
            return False
        for claim in self.state.claims.of_booking(hold.tenant_id, hold.booking_id):
            self.state.claims.take(hold.tenant_id, claim)
        ended = replace(
            standing.booking,
            state=lapse.state,
            reason_code=lapse.reason_code,
            expires_at=None,
            version=hold.version + 1,
            sequence=lapse.event.sequence,
        )
        self.state.bookings.put(replace(standing, booking=ended))
        self.state.tell(lapse.event)
        return True


def _is_as_read(booking: Booking, lapse: Lapse, now: datetime) -> bool:
    read = lapse.hold.state, lapse.hold.version
    return (booking.state, booking.version) == read and booking.is_overdue(now)


def _with_changes(account: Account, saved: Saved) -> Account:
    """Rows in place of those of the same id; transfers are only ever added."""
    attempts = {attempt.id: attempt for attempt in (*account.attempts, *saved.attempts)}
    refunds = {refund.id: refund for refund in (*account.refunds, *saved.refunds)}
    return Account(
        attempts=tuple(attempts.values()),
        refunds=tuple(refunds.values()),
        transfers=account.transfers + saved.transfers,
    )
