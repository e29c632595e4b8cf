"""The payment provider gave money back that we had not asked it to."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.booking.facts import cancelled_facts
from booking_core.application.caller import Caller
from booking_core.application.once import Once, Turn
from booking_core.application.payment.facts import refund_facts
from booking_core.application.payment.give_back import cancel_open_attempts
from booking_core.domain.booking.lifecycle import BOOKING_LIFECYCLE, BookingTrigger
from booking_core.domain.kernel.ids import PaymentId, RefundId
from booking_core.domain.kernel.money import Money
from booking_core.ports.booking_repository import BookingRepository, Dossier
from booking_core.ports.catalogue_repository import CatalogueRepository

REASON = "refunded_at_provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteExternalRefund:
    """`provider_ref` names the refund at the provider."""

    payment_id: PaymentId
    amount: Money
    provider_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteExternalRefundHandler:
    """The booking is flagged; it is cancelled only where the tenant opted in."""

    once: Once
    bookings: BookingRepository
    catalogue: CatalogueRepository

    def __call__(self, command: NoteExternalRefund, by: Caller) -> Dossier:
        """The booking as it is then; told twice, it has one effect."""
        by.run()
        dossier = self.bookings.of_payment(by.tenant_id, command.payment_id)
        if any(noted.provider_ref == command.provider_ref for noted in dossier.account.refunds):
            return dossier
        key = f"external:{command.provider_ref}"
        return self.once(command, by, key, lambda turn: self._draft(command, turn)).dossier

    def _draft(self, command: NoteExternalRefund, turn: Turn) -> None:
        draft = turn.draft
        page = draft.open(self.bookings.of_payment(draft.by.tenant_id, command.payment_id))
        refund_id = RefundId(draft.ids.one())
        owed = page.account.request_refund(
            refund_id, command.payment_id, command.amount, draft.now, REASON
        )
        page.account = owed.refund_succeeded(refund_id, draft.now, command.provider_ref)
        page.tell(
            "payment.refunded",
            refund_facts(page.booking, refund_id, command.payment_id, command.amount, REASON),
        )
        page.booking = page.booking.flagged(REASON)
        nothing_left = page.account.earned(command.amount.currency).is_zero
        tenant = self.catalogue.tenant(draft.by.tenant_id)
        can = BOOKING_LIFECYCLE.allows(page.booking.state, BookingTrigger.CANCEL)
        if tenant.cancels_on_external_refund and nothing_left and can:
            page.booking = page.booking.cancel(REASON)
            page.tell("booking.cancelled", cancelled_facts(page.booking, REASON, "system", None))
            cancel_open_attempts(page)
