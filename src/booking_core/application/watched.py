"""Use cases that somebody watches; where nobody does, none of this stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from booking_core.application.caller import Caller
from booking_core.application.once import Once, Outcome, Turn
from booking_core.ports.telemetry import Telemetry
from booking_core.ports.unit_of_work import Changes, Lapse, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedOnce(Once):
    """Tells of every act, by the name of its command."""

    telemetry: Telemetry

    def __call__(
        self, command: object, by: Caller, key: str | None, act: Callable[[Turn], None]
    ) -> Outcome:
        with self.telemetry.acting(type(command).__name__, by.correlation_id):
            return Once.__call__(self, command, by, key, act)


@dataclass(frozen=True, slots=True)
class WatchedUnitOfWork(UnitOfWork):
    """Tells of the events that a commit writes."""

    unit_of_work: UnitOfWork
    telemetry: Telemetry

    def commit(self, changes: Changes) -> None:
        with self.telemetry.committing(changes.events):
            self.unit_of_work.commit(changes)

    def lapse(self, lapses: Sequence[Lapse], now: datetime) -> int:
        with self.telemetry.committing([lapse.event for lapse in lapses]):
            return self.unit_of_work.lapse(lapses, now)


def watched(once: Once, telemetry: Telemetry) -> WatchedOnce:
    """The same, and it tells."""
    return WatchedOnce(
        unit_of_work=once.unit_of_work,
        idempotency=once.idempotency,
        lapse_holds=once.lapse_holds,
        clock=once.clock,
        ids=once.ids,
        telemetry=telemetry,
    )
