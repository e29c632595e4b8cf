"""Publishing to the process itself."""

from __future__ import annotations

from collections.abc import Sequence

from booking_adapters.memory.broker import MemoryBroker
from booking_core.ports.publisher import Message, NotPublished, Publisher


class MemoryPublisher(Publisher):
    """What nobody is subscribed to is forgotten; a full queue refuses."""

    def __init__(self, broker: MemoryBroker, exchange: str) -> None:
        self._broker = broker
        self._exchange = exchange

    def publish(self, messages: Sequence[Message]) -> None:
        count = self._broker.put(self._exchange, messages)
        if count < len(messages):
            raise NotPublished("a queue in memory is full", frozenset(range(count)))

    def close(self) -> None:
        """There is no connection."""
