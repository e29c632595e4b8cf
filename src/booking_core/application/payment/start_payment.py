"""Begin to pay: a payment attempt of ours, then an intent at the provider."""

from __future__ import annotations

from dataclasses import dataclass, replace

from booking_core.application.booking.open_booking import OpenBooking, require_hold
from booking_core.application.caller import Caller
from booking_core.application.once import Once, Outcome, Turn
from booking_core.application.payment.close_attempts import CloseAttempts
from booking_core.application.payment.facts import attempt_facts
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.domain.kernel.ids import BookingId, PaymentId
from booking_core.domain.payment.attempt import Attempt
from booking_core.ports.booking_repository import BookingRepository, Dossier
from booking_core.ports.payment_gateway import IntentRequest, PaymentGateway, PaymentSession


@dataclass(eq=False)
class NothingDue(BookingError):
    """Nothing is due for the booking {booking_id}"""

    code = "nothing-due"
    kind = Kind.CONFLICT
    booking_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPayment:
    """Pay what is due; an attempt that is still open is continued."""

    booking_id: BookingId


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentStarted:
    """Where the customer pays."""

    booking_id: BookingId
    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPaymentHandler:
    """Two commits with the provider's call between them: none happens inside a transaction.

    A crash after the first leaves an attempt without a session; whoever asks again continues
    it, and the provider knows the key (booking, attempt).
    """

    once: Once
    open_booking: OpenBooking
    bookings: BookingRepository
    gateway: PaymentGateway
    close_attempts: CloseAttempts

    def __call__(self, command: StartPayment, by: Caller, key: str | None = None) -> PaymentStarted:
        """The attempt with its session, or NothingDue, HoldLapsed, TooManyAttempts."""
        outcome = self.once(command, by, key, lambda turn: self._draft(command, turn))
        assert outcome.payment_id is not None  # The draft names it.
        attempt = outcome.dossier.account.attempt(outcome.payment_id)
        if attempt.provider_ref is None:
            attempt = self._with_session(outcome, outcome.payment_id, by)
        return PaymentStarted(booking_id=command.booking_id, attempt=attempt)

    def _draft(self, command: StartPayment, turn: Turn) -> None:
        draft = turn.draft
        dossier = self.open_booking(command.booking_id, draft.by)
        page = draft.open(dossier)
        booking, account = dossier.booking, dossier.account
        due = dossier.due
        if due is None:
            raise NothingDue(booking.id)
        require_hold(booking, draft.now)
        attempt = account.open_attempt()
        if attempt is None:
            attempt = Attempt(
                id=PaymentId(draft.ids.one()),
                number=len(account.attempts) + 1,
                amount=due,
                provider=self.gateway.name,
                created_at=draft.now,
            )
            page.account = account.begin(attempt, booking.terms.attempts_max)
            page.tell("payment.created", attempt_facts(booking, attempt))
        draft.payment_id = attempt.id

    def _with_session(self, outcome: Outcome, payment_id: PaymentId, by: Caller) -> Attempt:
        tenant_id = by.tenant_id
        dossier = self.bookings.of_payment(tenant_id, payment_id)
        attempt = dossier.account.attempt(payment_id)
        if attempt.provider_ref is not None:
            return _as_begun(attempt, outcome.dossier)
        session = self.gateway.create_intent(_intent(dossier.booking, attempt))
        noted = self.once(session, by, None, lambda turn: self._note(payment_id, session, turn))
        # It may have been given up before the provider opened it: too early to be closed there.
        self.close_attempts.of(noted.dossier)
        return _as_begun(noted.dossier.account.attempt(payment_id), outcome.dossier)

    def _note(self, payment_id: PaymentId, session: PaymentSession, turn: Turn) -> None:
        draft = turn.draft
        page = draft.open(self.bookings.of_payment(draft.by.tenant_id, payment_id))
        page.account = page.account.with_session(
            payment_id, session.provider_ref, session.checkout_url
        )


def _intent(booking: Booking, attempt: Attempt) -> IntentRequest:
    return IntentRequest(
        tenant_id=booking.tenant_id,
        booking_id=booking.id,
        payment_id=attempt.id,
        attempt=attempt.number,
        amount=attempt.amount,
        expires_at=booking.expires_at,
    )


def _as_begun(attempt: Attempt, begun: Dossier) -> Attempt:
    """The attempt as it was when it began, with its session: a repeated request hears the same."""
    return replace(
        begun.account.attempt(attempt.id),
        provider_ref=attempt.provider_ref,
        checkout_url=attempt.checkout_url,
    )
