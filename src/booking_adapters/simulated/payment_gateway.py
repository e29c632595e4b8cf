"""The simulated provider, as the engine sees it and as whoever directs it does."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import blake2b
from hmac import compare_digest
from pathlib import Path
from urllib.parse import quote

from booking_adapters.simulated.agenda import Agenda
from booking_adapters.simulated.book import IN_MEMORY, Book
from booking_adapters.simulated.outages import Call, Outage, Outages, never
from booking_adapters.simulated.payment import Payment
from booking_adapters.simulated.payments import Payments
from booking_adapters.simulated.plan import Plan, wait
from booking_adapters.simulated.script import Script
from booking_core.domain.kernel.errors import BookingError, InvalidInput, NotFound
from booking_core.domain.kernel.ids import PaymentId, RefundId, TenantId
from booking_core.domain.kernel.money import Money
from booking_core.ports.clock import Clock
from booking_core.ports.payment_gateway import (
    RECORDS_MOST,
    GatewayUnavailable,
    IntentRequest,
    PaymentGateway,
    PaymentSession,
    ProviderRecord,
    RefundRefused,
)
from booking_core.ports.payment_webhook import Callback
from booking_core.ports.randomness import Randomness

TOKENS = 1 << 128
DELIVERIES_MOST = 100


class SimulatedGateway(PaymentGateway):
    """Thread-safe; processes that name the same file are clients of the same provider.

    Things happen at their due times, whenever it is that somebody looks: no thread, no sleep.
    """

    name = "simulated"

    def __init__(
        self,
        clock: Clock,
        randomness: Randomness,
        *,
        public_url: str | None = None,
        path: Path | str | None = None,
        plan: Plan = wait,
        outages: Outages = never,
    ) -> None:
        """`public_url` is where the checkout page is mounted; without it there is none.

        Raises GatewayUnavailable if there is something at `path` that is not a provider's book.
        """
        self.clock = clock
        self._randomness = randomness
        self._public_url = public_url
        self._plan = plan
        self._outages = outages
        with self._reached():
            self._book = Book(IN_MEMORY if path is None else path)

    def create_intent(self, request: IntentRequest) -> PaymentSession:
        with self._call(Call.CREATE_INTENT, request.payment_id) as (payments, agenda):
            payment = payments.of_attempt(request.tenant_id, request.booking_id, request.attempt)
            if payment is None:
                payment = self._opened(request, payments, agenda)
            return PaymentSession(provider_ref=payment.ref, checkout_url=self._url(payment))

    def find(self, tenant_id: TenantId, payment_id: PaymentId) -> ProviderRecord | None:
        with self._call(Call.FIND, payment_id) as (payments, _):
            payment = payments.find(tenant_id, payment_id)
            return None if payment is None else payment.record

    def cancel(self, tenant_id: TenantId, payment_id: PaymentId) -> ProviderRecord | None:
        with self._call(Call.CANCEL, payment_id) as (payments, _):
            payment = payments.find(tenant_id, payment_id)
            if payment is None:
                return None
            changed = payment.cancelled(self.clock.now())
            payments.put(changed)
            return changed.record

    def refund(
        self, tenant_id: TenantId, payment_id: PaymentId, refund_id: RefundId, amount: Money
    ) -> str:
        with self._call(Call.REFUND, refund_id) as (payments, agenda):
            payment = payments.find(tenant_id, payment_id)
            if payment is None:
                raise RefundRefused("unknown_payment")
            given = payment.refund(refund_id)
            if given is not None:
                return given.ref
            now = self.clock.now()
            changed, callback = payment.asked_back(refund_id, amount, now)
            payments.put(changed)
            agenda.post(callback, payment.refund_travel, now)
            return callback.ref

    def changed_since(
        self, since: datetime, limit: int, after: str | None = None
    ) -> Sequence[ProviderRecord]:
        if not 1 <= limit <= RECORDS_MOST:
            raise InvalidInput("limit", f"1 to {RECORDS_MOST}")
        with self._call(Call.CHANGED_SINCE, since.isoformat()) as (payments, _):
            found = payments.changed_since(since, after, limit)
            return tuple(payment.record for payment in found)

    def play(self, tenant_id: TenantId, payment_id: PaymentId, script: Script) -> None:
        """From now on that payment follows this script too, or NotFound."""
        with self._turn() as (payments, agenda):
            payment = payments.find(tenant_id, payment_id)
            if payment is None:
                raise NotFound("payment", payment_id)
            payments.put(payment.following(script))
            agenda.follow(tenant_id, payment_id, script, self.clock.now())

    def deliver_due(
        self, deliver: Callable[[Callback], object], limit: int = DELIVERIES_MOST
    ) -> int:
        """Hand over at most `limit` callbacks that are due, oldest first; how many were taken in.

        What `deliver` refuses with a BookingError is told again later, 8 times in all.
        """
        delivered = 0
        for _ in range(limit):
            # Not within the turn: who hears of a payment may ask for a refund at once.
            with self._turn() as (_, agenda):
                letter = agenda.take_letter(self.clock.now())
            if letter is None:
                break
            try:
                deliver(letter.callback)
            except BookingError:
                continue  # It is put off already, as a provider does that hears no 2xx.
            with self._turn() as (_, agenda):
                agenda.drop(letter)
            delivered += 1
        return delivered

    def next_due(self) -> datetime | None:
        """When the next thing happens, or is told; None if nothing will, unless somebody acts."""
        with self._turn() as (_, agenda):
            return agenda.next_due()

    def payment(self, payment_id: PaymentId, token: str) -> tuple[Payment, datetime | None]:
        """The payment that this token opens, and when it changes next; else NotFound."""
        with self._turn() as (payments, agenda):
            for payment in payments.named(payment_id):
                if compare_digest(payment.token.encode(), token.encode(errors="replace")):
                    return payment, agenda.next_step(payment.asked.tenant_id, payment_id)
        raise NotFound("payment", payment_id)

    def close(self) -> None:
        """Let go of the file; what was in memory alone is gone."""
        self._book.close()

    def _opened(self, request: IntentRequest, payments: Payments, agenda: Agenda) -> Payment:
        if payments.find(request.tenant_id, request.payment_id) is not None:
            raise InvalidInput("paymentId", "one that no other attempt has")
        script, now = self._plan(request), self.clock.now()
        key = f"{request.tenant_id}\n{request.booking_id}\n{request.attempt}"
        payment = Payment(
            asked=request,
            ref=f"sim-{blake2b(key.encode(), digest_size=16).hexdigest()}",
            token=f"{self._randomness.below(TOKENS):032x}",
            changed_at=now,
        ).following(script)
        payments.put(payment)
        agenda.follow(request.tenant_id, request.payment_id, script, now)
        return payment

    def _url(self, payment: Payment) -> str | None:
        if self._public_url is None:
            return None
        page = quote(payment.asked.payment_id, safe="")
        return f"{self._public_url.rstrip('/')}/checkout/{page}?token={payment.token}"

    @contextmanager
    def _call(self, call: Call, id: str) -> Iterator[tuple[Payments, Agenda]]:
        """A turn that an outage may spoil: before anything happens, or after all of it did."""
        outage = self._outages(call, id)
        if outage is Outage.BEFORE_EFFECT:
            raise GatewayUnavailable(self.name)
        try:
            with self._turn() as turn:
                yield turn
        except BookingError:
            if outage is None:
                raise
        if outage is not None:
            raise GatewayUnavailable(self.name)

    @contextmanager
    def _turn(self) -> Iterator[tuple[Payments, Agenda]]:
        """The book, brought up to now."""
        with self._reached(), self._book.turn() as (payments, agenda):
            now = self.clock.now()
            while (due := agenda.take_step(now)) is not None:
                payment = payments.find(due.tenant_id, due.payment_id)
                assert payment is not None  # Steps are only ever put down for payments that are.
                happened = payment.after(due.step, due.at)
                if happened is not None:
                    changed, callback = happened
                    payments.put(changed)
                    agenda.post(callback, due.step.travel, due.at)
            yield payments, agenda

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # Ours, not the file's: asking again would not help.
        except sqlite3.DatabaseError as error:
            raise GatewayUnavailable(self.name) from error
