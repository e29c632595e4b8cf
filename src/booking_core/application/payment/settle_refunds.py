"""Ask the payment provider for the refunds that are owed, and note what it says."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.caller import system
from booking_core.application.once import Once, Turn
from booking_core.application.payment.facts import refund_facts
from booking_core.domain.kernel.errors import IllegalTransition
from booking_core.domain.kernel.ids import BookingId, RefundId, TenantId
from booking_core.domain.payment.attempt import Refund
from booking_core.ports.booking_repository import BookingRepository, Dossier
from booking_core.ports.payment_gateway import GatewayUnavailable, PaymentGateway, RefundRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRefund:
    """The provider gave the money back (`ref`), or says why not (`failure`)."""

    booking_id: BookingId
    refund_id: RefundId
    ref: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRefunds:
    """Ask again for what the provider refused: it may have changed its mind."""

    booking_id: BookingId


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleRefunds:
    """Runs after the commit that owes the money, never inside it.

    The refund's id is the provider's key: asked twice, it pays once. What cannot be settled now
    stays owed, and reconciliation asks again. What another payment service took, it has to give
    back: it hears of it by the event, and tells us (hear_payment.py).
    """

    once: Once
    bookings: BookingRepository
    gateway: PaymentGateway

    def of(self, dossier: Dossier) -> int:
        """Settle what this dossier owes; how many refunds were settled."""
        booking, settled = dossier.booking, 0
        for refund in dossier.account.outstanding_refunds(self.gateway.name):
            note = self._ask(booking.tenant_id, booking.id, refund)
            if note is None:
                break
            settled += self.note(note, booking.tenant_id)
        return settled

    def again(self, dossier: Dossier) -> int:
        """Settle also what the provider refused before; how many refunds were settled."""
        booking = dossier.booking
        retry = RetryRefunds(booking_id=booking.id)
        by = system(booking.tenant_id)
        return self.of(self.once(retry, by, None, lambda turn: self._retry(retry, turn)).dossier)

    def _retry(self, retry: RetryRefunds, turn: Turn) -> None:
        draft = turn.draft
        page = draft.open(self.bookings.get(draft.by.tenant_id, retry.booking_id))
        for refund in page.account.refused_refunds(self.gateway.name):
            page.account = page.account.refund_retried(refund.id)

    def note(self, note: NoteRefund, tenant_id: TenantId) -> bool:
        """Note what a provider said to a refund that was asked for; whether it was news."""
        try:
            self.once(note, system(tenant_id), None, lambda turn: self._draft(note, turn))
        except IllegalTransition:
            return False  # Somebody else asked too, was told the same, and noted it first.
        return True

    def _ask(self, tenant_id: TenantId, booking_id: BookingId, refund: Refund) -> NoteRefund | None:
        try:
            ref = self.gateway.refund(tenant_id, refund.payment_id, refund.id, refund.amount)
        except GatewayUnavailable:
            return None
        except RefundRefused as refused:
            return NoteRefund(booking_id=booking_id, refund_id=refund.id, failure=refused.reason)
        return NoteRefund(booking_id=booking_id, refund_id=refund.id, ref=ref)

    def _draft(self, note: NoteRefund, turn: Turn) -> None:
        draft = turn.draft
        page = draft.open(self.bookings.get(draft.by.tenant_id, note.booking_id))
        refund = page.account.refund(note.refund_id)
        facts = refund_facts(
            page.booking, refund.id, refund.payment_id, refund.amount, refund.reason
        )
        if note.ref is not None:
            page.account = page.account.refund_succeeded(refund.id, draft.now, note.ref)
            page.tell("payment.refunded", facts)
        else:
            why = note.failure or "unknown"
            page.account = page.account.refund_failed(refund.id, why)
            page.booking = page.booking.flagged("refund_failed")
            page.tell("payment.refund_failed", facts | {"failure": why})
