"""Payment providers to hold to the contract, with somebody who makes things happen at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.randomness import SeededRandomness
from booking_adapters.simulated.outages import Call, Outage, OutagesInTurn
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.script import DECLINE, Script, Step, pay
from booking_core.domain.kernel.ids import BookingId, PaymentId, TenantId
from booking_core.domain.kernel.money import Money
from booking_core.ports.payment_gateway import IntentRequest, PaymentGateway
from booking_core.ports.payment_webhook import Told

MIDNIGHT = datetime(2030, 1, 7, tzinfo=UTC)
ACME, GLOBEX = TenantId("acme"), TenantId("globex")


def euros(whole: int) -> Money:
    """So many euros."""
    return Money(whole * 100, "EUR")


def an_intent(id: str = "p-1", **facts: Any) -> IntentRequest:
    """Forty euros for the first attempt to pay for a booking."""
    usual = {
        "tenant_id": ACME,
        "booking_id": BookingId(f"booking-of-{id}"),
        "payment_id": PaymentId(id),
        "attempt": 1,
        "amount": euros(40),
        "expires_at": MIDNIGHT + timedelta(minutes=10),
    }
    return IntentRequest(**usual | facts)


@dataclass(frozen=True)
class Stage:
    """A provider (`gateway`), and what customers, other people and the network do to it."""

    gateway: PaymentGateway
    clock: ManualClock
    play: Callable[[IntentRequest, Script], None]
    expect: Callable[[Call, Outage], None]

    def open(self, request: IntentRequest) -> IntentRequest:
        """Open the payment, in the second after the last one."""
        self.clock.advance(timedelta(seconds=1))
        self.gateway.create_intent(request)
        return request

    def paid(self, request: IntentRequest, amount: Money | None = None) -> IntentRequest:
        """Open the payment, and let the customer pay what was asked for, or something else."""
        self.open(request)
        self.play(request, pay(amount=amount))
        return request

    def declined(self, request: IntentRequest) -> IntentRequest:
        """Open the payment, and let the bank decline it."""
        self.open(request)
        self.play(request, DECLINE)
        return request

    def on_its_way(self, request: IntentRequest) -> IntentRequest:
        """Open the payment, and let the customer send the money, which has not come yet."""
        self.open(request)
        self.play(request, Script(steps=(Step(told=Told.PROCESSING),)))
        return request

    def refunded_by_itself(self, request: IntentRequest, amount: Money) -> None:
        """Let the provider give money back that nobody asked it for."""
        self.play(request, Script(steps=(Step(told=Told.REFUNDED, amount=amount),)))


@pytest.fixture(params=["simulated in memory", "simulated in a file", "simulated, two clients"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """Yield a provider that has not heard of anything yet.

    With two clients, what happens at the provider happens through another one than ours.
    """
    clock, outages = ManualClock(MIDNIGHT), OutagesInTurn()
    path = None if request.param.endswith("in memory") else tmp_path / "payments.sqlite3"

    def client() -> SimulatedGateway:
        return SimulatedGateway(
            clock,
            SeededRandomness(7),
            public_url="https://shop.example/",
            path=path,
            outages=outages,
        )

    with ExitStack() as stack:
        gateway = stack.enter_context(closing(client()))
        other = gateway
        if request.param.endswith("two clients"):
            other = stack.enter_context(closing(client()))
        yield Stage(
            gateway=gateway,
            clock=clock,
            play=lambda asked, script: other.play(asked.tenant_id, asked.payment_id, script),
            expect=outages.expect,
        )
