"""How each part of a process's world is, asked in bounded time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import field, frozen

from booking_adapters.telemetry.patient import Patient
from booking_core.domain.kernel.ids import PaymentId, TenantId

if TYPE_CHECKING:
    from booking_adapters.composition import Composition

NOBODY = TenantId("-")  # No tenant can be named so.
LAG_MOST = timedelta(minutes=1)
SLOW_FRESH_SECONDS = 15.0  # For what asks much, or much of others.
ZERO = timedelta(0)


class Status(StrEnum):
    """DEGRADED: bookings are taken, and somebody should look."""

    UP = "UP"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"


@frozen
class Part:
    """`detail` is for those who run the service, and nobody else."""

    status: Status
    detail: Mapping[str, object] = field(factory=dict)


Ask = Callable[[], Part]


@frozen
class Health:
    """By part, each asked at most once a second, whoever asks how often."""

    parts: Mapping[str, Patient[Part]]
    worst: Mapping[str, Status]  # What it means for the whole when that part is away.

    def look(self, *names: str) -> Mapping[str, Part]:
        """These parts, or all; one that does not answer is DOWN, or what that means at worst."""
        asked = {name: self.parts[name].asked() for name in names or self.parts}
        return {
            name: answer() or Part(self.worst[name], {"reason": "no answer"})
            for name, answer in asked.items()
        }


def whole(parts: Mapping[str, Part]) -> Status:
    """As bad as the worst of them."""
    statuses = {part.status for part in parts.values()}
    return next((it for it in (Status.DOWN, Status.DEGRADED) if it in statuses), Status.UP)


def health_of(composition: Composition) -> Health:
    """Storage and payments are needed; without the rest bookings are taken all the same."""
    slow = {"schema", "broker"}
    asks: dict[str, tuple[Ask, Status]] = {
        "storage": (lambda: _storage(composition), Status.DOWN),
        "payments": (lambda: _payments(composition), Status.DOWN),
        "schema": (lambda: _schema(composition), Status.DEGRADED),
        "deadLetters": (lambda: _dead_letters(composition), Status.DEGRADED),
    }
    broker = composition.settings.broker
    if broker is not None and broker.scheme != "memory":
        asks["broker"] = (lambda: _broker(composition), Status.DEGRADED)
        asks["outbox"] = (lambda: _outbox(composition), Status.DEGRADED)
    return Health(
        {
            name: Patient(ask, SLOW_FRESH_SECONDS) if name in slow else Patient(ask)
            for name, (ask, _) in asks.items()
        },
        {name: worst for name, (_, worst) in asks.items()},
    )


def _storage(composition: Composition) -> Part:
    composition.storage.bookings.overdue(composition.engine.ports.clock.now(), 1)
    return Part(Status.UP)


def _payments(composition: Composition) -> Part:
    composition.engine.ports.payments.find(NOBODY, PaymentId("-"))
    return Part(Status.UP)


def _schema(composition: Composition) -> Part:
    problems = composition.schema_problems()
    return Part(Status.DEGRADED, {"problems": list(problems)}) if problems else Part(Status.UP)


def _dead_letters(composition: Composition) -> Part:
    counts = composition.storage.inbox.counts()
    dead = {count.consumer: count.dead for count in counts if count.dead}
    return Part(Status.DEGRADED, {"dead": dead}) if dead else Part(Status.UP)


def _broker(composition: Composition) -> Part:
    from booking_adapters.brokers.open import open_inspector  # An extra: who uses it has it.

    broker = composition.settings.broker
    assert broker is not None  # Else nobody asks.
    inspector = open_inspector(broker.url.reveal(), broker.exchange)
    return Part(Status.UP, {"is": inspector.reach()})


def _outbox(composition: Composition) -> Part:
    backlog = composition.storage.outbox.backlog()
    now = composition.engine.ports.clock.now()
    age = ZERO if backlog.oldest is None else max(now - backlog.oldest, ZERO)
    status = Status.DEGRADED if age > LAG_MOST else Status.UP
    return Part(status, {"unsentEvents": backlog.count, "oldestUnsentSeconds": age.total_seconds()})
