"""Receiving what the process itself published."""

from __future__ import annotations

from collections.abc import Sequence

from booking_adapters.memory.broker import MemoryBroker
from booking_core.ports.receiver import Delivery, Receiver, Subscription


class MemoryReceiver(Receiver):
    """Keeps what it handed out until it is accepted; gone with the process, as all of it is."""

    def __init__(
        self, broker: MemoryBroker, exchange: str, subscription: Subscription, queue: str
    ) -> None:
        self._broker = broker
        self._exchange = exchange
        self._topics = subscription.topics
        self._queue = queue
        self._in_hand: dict[object, Delivery] = {}

    def receive(self, most: int, seconds: float) -> Sequence[Delivery]:
        self._broker.bind(self._exchange, self._topics, self._queue)
        deliveries = self._broker.take(self._queue, most, seconds)
        self._in_hand.update((delivery.tag, delivery) for delivery in deliveries)
        return deliveries

    def accept(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            self._in_hand.pop(delivery.tag, None)

    def give_back(self, deliveries: Sequence[Delivery]) -> None:
        ours = [self._in_hand.pop(delivery.tag, None) for delivery in deliveries]
        self._broker.put_back(self._queue, [delivery for delivery in ours if delivery])

    def close(self) -> None:
        self.give_back(list(self._in_hand.values()))
