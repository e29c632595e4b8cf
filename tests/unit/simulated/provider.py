"""A simulated provider at midnight, and a payment of forty euros at it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.randomness import SeededRandomness
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.script import Script
from booking_core.domain.kernel.ids import BookingId, PaymentId, TenantId
from booking_core.domain.kernel.money import Money
from booking_core.ports.payment_gateway import IntentRequest
from booking_core.ports.payment_webhook import Callback

MIDNIGHT = datetime(2030, 1, 7, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
ACME, P1 = TenantId("acme"), PaymentId("p-1")
FORTY = Money(4000, "EUR")


def an_intent(id: str = P1, **facts: Any) -> IntentRequest:
    """Forty euros for a room that is held for ten minutes."""
    usual = {
        "tenant_id": ACME,
        "booking_id": BookingId(f"booking-of-{id}"),
        "payment_id": PaymentId(id),
        "attempt": 1,
        "amount": FORTY,
        "expires_at": MIDNIGHT + 10 * MINUTE,
    }
    return IntentRequest(**usual | facts)


class Provider(SimulatedGateway):
    """With a clock in hand, and ears for what it tells."""

    def __init__(self, path: Path | None = None, **settings: Any) -> None:
        """Begin at midnight."""
        self.manual = ManualClock(MIDNIGHT)
        super().__init__(
            self.manual,
            SeededRandomness(7),
            path=path,
            public_url="https://shop.example",
            **settings,
        )

    def opened(self, id: str = P1, script: Script | None = None, **facts: Any) -> str:
        """Open a payment that follows this script; its checkout page's address."""
        session = self.create_intent(an_intent(id, **facts))
        if script is not None:
            self.play(ACME, PaymentId(id), script)
        assert session.checkout_url is not None
        return session.checkout_url

    def heard(self) -> list[Callback]:
        """What it tells now."""
        callbacks: list[Callback] = []
        assert self.deliver_due(callbacks.append) == len(callbacks)
        return callbacks

    def at(self, since_midnight: timedelta) -> list[Callback]:
        """What it tells when so much time has passed."""
        self.manual.set(MIDNIGHT + since_midnight)
        return self.heard()
