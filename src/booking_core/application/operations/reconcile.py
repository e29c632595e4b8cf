"""Compare what we know of payments with what the provider knows, and repair what was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from itertools import chain

from booking_core.application.caller import system
from booking_core.application.payment.close_attempts import CloseAttempts
from booking_core.application.payment.complete_payment import (
    CompletePayment,
    CompletePaymentHandler,
)
from booking_core.application.payment.fail_payment import FailPayment, FailPaymentHandler
from booking_core.application.payment.note_external_refund import (
    NoteExternalRefund,
    NoteExternalRefundHandler,
)
from booking_core.application.payment.progress_payment import (
    ProgressPayment,
    ProgressPaymentHandler,
)
from booking_core.application.payment.settle_refunds import SettleRefunds
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import BookingId, TenantId
from booking_core.domain.kernel.span import EPOCH
from booking_core.domain.payment.attempt import Attempt
from booking_core.domain.payment.lifecycle import PaymentState
from booking_core.ports.booking_repository import BookingRepository, Dossier
from booking_core.ports.payment_gateway import PaymentGateway, ProviderRecord

BATCH = 100


class Repair(StrEnum):
    """What a lost message left undone."""

    COMPLETE_PAYMENT = "complete-payment"
    FAIL_PAYMENT = "fail-payment"
    CLOSE_PAYMENT = "close-payment"
    NOTE_PROGRESS = "note-progress"
    NOTE_REFUND = "note-refund"
    SETTLE_REFUND = "settle-refund"
    RETRY_REFUND = "retry-refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as the provider knows it, and what would mend it."""

    tenant_id: TenantId
    booking_id: BookingId
    subject: str
    repair: Repair
    mend: Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconcile:
    """Repairs are the ordinary use cases, so repeating them is harmless."""

    bookings: BookingRepository
    gateway: PaymentGateway
    complete_payment: CompletePaymentHandler
    fail_payment: FailPaymentHandler
    progress_payment: ProgressPaymentHandler
    note_external_refund: NoteExternalRefundHandler
    settle_refunds: SettleRefunds
    close_attempts: CloseAttempts

    def differences(self, since: datetime = EPOCH) -> Iterator[Difference]:
        """What is not as the provider knows it; nothing is changed by asking.

        Looks at what we know to be unsettled, then at every payment that the provider has seen
        change since then: money may come by an attempt that we had given up.
        """
        found: set[tuple[TenantId, str]] = set()
        for difference in chain(self._unsettled(), self._changed(since)):
            if (difference.tenant_id, difference.subject) not in found:
                found.add((difference.tenant_id, difference.subject))
                yield difference

    def _unsettled(self) -> Iterator[Difference]:
        after: BookingId | None = None
        while True:
            batch = self.bookings.unsettled(BATCH, after)
            for dossier in batch:
                yield from self._of(dossier)
            if len(batch) < BATCH:
                return
            after = batch[-1].booking.id

    def _changed(self, since: datetime) -> Iterator[Difference]:
        after: str | None = None
        while True:
            batch = self.gateway.changed_since(since, BATCH, after)
            for record in batch:
                yield from self._of_record(record)
            if len(batch) < BATCH:
                return
            since, after = batch[-1].changed_at, batch[-1].provider_ref

    def _of_record(self, record: ProviderRecord) -> Iterator[Difference]:
        try:
            dossier = self.bookings.of_payment(record.tenant_id, record.payment_id)
        except NotFound:
            return  # Another engine's: one account at the provider may serve several.
        attempt = dossier.account.attempt(record.payment_id)
        if attempt.captured is None:
            yield from self._payment(dossier, attempt, record)
        yield from self._refunds(dossier, record)

    def _of(self, dossier: Dossier) -> Iterator[Difference]:
        booking = dossier.booking
        for attempt in dossier.account.attempts:
            if attempt.captured is None:
                record = self.gateway.find(booking.tenant_id, attempt.id)
                yield from self._payment(dossier, attempt, record)
        for refund in dossier.account.outstanding_refunds(self.gateway.name):
            yield Difference(
                tenant_id=booking.tenant_id,
                booking_id=booking.id,
                subject=f"refund {refund.id}",
                repair=Repair.SETTLE_REFUND,
                mend=lambda: self.settle_refunds.of(dossier),
            )
        for refund in dossier.account.refused_refunds(self.gateway.name):
            yield Difference(
                tenant_id=booking.tenant_id,
                booking_id=booking.id,
                subject=f"refund {refund.id}",
                repair=Repair.RETRY_REFUND,
                mend=lambda: self.settle_refunds.again(dossier),
            )

    def _payment(
        self, dossier: Dossier, attempt: Attempt, record: ProviderRecord | None
    ) -> Iterator[Difference]:
        by = system(dossier.booking.tenant_id)
        repair: Repair
        mend: Callable[[], object]
        if self._is_to_close(dossier, attempt, record):
            repair = Repair.CLOSE_PAYMENT
            mend = partial(self.close_attempts.one, by.tenant_id, attempt)
        elif record is None:
            return
        elif record.captured is not None:
            complete = CompletePayment(
                payment_id=attempt.id, amount=record.captured, provider_ref=record.provider_ref
            )
            repair, mend = Repair.COMPLETE_PAYMENT, lambda: self.complete_payment(complete, by)
        elif record.state is PaymentState.FAILED and attempt.is_open:
            fail = FailPayment(payment_id=attempt.id, reason=record.failure or "failed")
            repair, mend = Repair.FAIL_PAYMENT, lambda: self.fail_payment(fail, by)
        elif record.state is PaymentState.PROCESSING and attempt.state is PaymentState.CREATED:
            progress = ProgressPayment(payment_id=attempt.id)
            repair, mend = Repair.NOTE_PROGRESS, lambda: self.progress_payment(progress, by)
        else:
            return
        yield Difference(
            tenant_id=dossier.booking.tenant_id,
            booking_id=dossier.booking.id,
            subject=f"payment {attempt.id}",
            repair=repair,
            mend=mend,
        )

    def _is_to_close(
        self, dossier: Dossier, attempt: Attempt, record: ProviderRecord | None
    ) -> bool:
        """Whether one side would let the customer pay, and the other would not."""
        is_given_up = attempt in dossier.given_up(self.gateway.name)
        if record is None:
            return is_given_up and attempt.is_open
        if record.state is PaymentState.CANCELLED:
            return attempt.is_open
        return is_given_up and record.state is PaymentState.CREATED

    def _refunds(self, dossier: Dossier, record: ProviderRecord) -> Iterator[Difference]:
        noted = {refund.provider_ref for refund in dossier.account.refunds}
        for given in record.refunds:
            if given.refund_id is not None or given.ref in noted:
                continue
            note = NoteExternalRefund(
                payment_id=record.payment_id, amount=given.amount, provider_ref=given.ref
            )
            yield Difference(
                tenant_id=record.tenant_id,
                booking_id=dossier.booking.id,
                subject=f"refund {given.ref}",
                repair=Repair.NOTE_REFUND,
                mend=partial(self.note_external_refund, note, system(record.tenant_id)),
            )
