"""Several watchers as one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType

from booking_adapters.telemetry.asked import Asked, RequestWatcher
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import CorrelationId
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.telemetry import NO_TELEMETRY, Fate, Telemetry, Watched


def together(watchers: Sequence[Telemetry]) -> Telemetry:
    """All of them, in this order; nobody, where there are none."""
    if not watchers:
        return NO_TELEMETRY
    return watchers[0] if len(watchers) == 1 else _Several(tuple(watchers))


class _Several(Telemetry):
    def __init__(self, watchers: tuple[Telemetry, ...]) -> None:
        self._watchers = watchers

    def acting(self, use_case: str, correlation_id: CorrelationId | None) -> Watched:
        return _All([each.acting(use_case, correlation_id) for each in self._watchers])

    def committing(self, events: Sequence[DomainEvent]) -> Watched:
        return _All([each.committing(events) for each in self._watchers])

    def publishing(self, events: Sequence[DomainEvent]) -> Watched:
        return _All([each.publishing(events) for each in self._watchers])

    def handling(self, consumer: str, messages: Sequence[Incoming]) -> Watched:
        return _All([each.handling(consumer, messages) for each in self._watchers])

    def fared(self, consumer: str, topic: str, fate: Fate, count: int = 1) -> None:
        for each in self._watchers:
            each.fared(consumer, topic, fate, count)


class SeveralRequestWatchers(RequestWatcher):
    """The edge's."""

    def __init__(self, watchers: Sequence[RequestWatcher]) -> None:
        self._watchers = tuple(watchers)

    def answering(self, asked: Asked) -> Watched:
        return _All([each.answering(asked) for each in self._watchers])


class _All:
    """Contexts within each other, the last the innermost."""

    __slots__ = ("_contexts", "_stack")

    def __init__(self, contexts: Sequence[Watched]) -> None:
        self._contexts = contexts

    def __enter__(self) -> None:
        self._stack = ExitStack()
        for context in self._contexts:
            self._stack.enter_context(context)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, traceback)
