"""What the engine's services tell whoever watches them: by numbers, by traces, or not at all."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Final, Protocol

from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import CorrelationId
from booking_core.domain.kernel.incoming import Incoming

Watched = AbstractContextManager[object]


class Fate(StrEnum):
    """What became of a message that a consumer received."""

    RECEIVED = "received"  # Each delivery, whatever comes of it.
    APPLIED = "applied"
    DUPLICATE = "duplicate"
    STALE = "stale"
    WAITING = "waiting"  # For one before it.
    GAP_GIVEN_UP = "gap-given-up"  # It was applied, though one before it never came.
    RETRY = "retry"  # It failed, and waits for another try.
    DEAD = "dead"
    TOLD_AGAIN = "told-again"  # It had no receipt, and went out once more.


class Telemetry(Protocol):
    """Contract: tests/contract/test_telemetry.py, run over every adapter.

    Whoever watches is no part of what is watched: nothing here refuses, waits for others or keeps
    what it was told for long, and an error that leaves a context goes on as it is. Any number of
    threads may tell at once. Durations are the watcher's own business: the core has no stopwatch.
    """

    @abstractmethod
    def acting(self, use_case: str, correlation_id: CorrelationId | None) -> Watched:
        """Around a use case, by the name of its command; a refusal that leaves it is its end."""
        ...

    @abstractmethod
    def committing(self, events: Sequence[DomainEvent]) -> Watched:
        """Around the commit that writes these into the outbox."""
        ...

    @abstractmethod
    def publishing(self, events: Sequence[DomainEvent]) -> Watched:
        """Around what a relay publishes at once; NotPublished says which of them arrived."""
        ...

    @abstractmethod
    def handling(self, consumer: str, messages: Sequence[Incoming]) -> Watched:
        """Around what a consumer does with messages that it handles together."""
        ...

    @abstractmethod
    def fared(self, consumer: str, topic: str, fate: Fate, count: int = 1) -> None:
        """So many messages with that event type, or what claims to be one, came to this."""
        ...


class NoTelemetry(Telemetry):
    """Nobody watches."""

    def acting(self, use_case: str, correlation_id: CorrelationId | None) -> Watched:
        return _NOTHING

    def committing(self, events: Sequence[DomainEvent]) -> Watched:
        return _NOTHING

    def publishing(self, events: Sequence[DomainEvent]) -> Watched:
        return _NOTHING

    def handling(self, consumer: str, messages: Sequence[Incoming]) -> Watched:
        return _NOTHING

    def fared(self, consumer: str, topic: str, fate: Fate, count: int = 1) -> None:
        return


_NOTHING: Final = nullcontext()
NO_TELEMETRY: Final = NoTelemetry()
