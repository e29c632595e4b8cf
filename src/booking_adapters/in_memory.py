"""An engine on nothing but memory and the operating system: for tries, tests and tutorials."""

from __future__ import annotations

from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.plan import Plan, wait
from booking_adapters.system.clock import SystemClock
from booking_adapters.system.randomness import SystemRandomness
from booking_core.engine import BookingEngine, Ports


def in_memory_engine(plan: Plan = wait) -> tuple[BookingEngine, SimulatedGateway]:
    """The engine, and its payment provider, with whom every payment goes by the plan."""
    clock, randomness = SystemClock(), SystemRandomness()
    payments = SimulatedGateway(clock, randomness, plan=plan)
    ports = Ports(storage=MemoryStorage(), payments=payments, clock=clock, randomness=randomness)
    return BookingEngine(ports), payments
