"""Queues of one process: what it publishes to itself, gone when it ends."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from threading import Condition

from booking_adapters.brokers.wire import fits
from booking_core.ports.publisher import Message
from booking_core.ports.receiver import Delivery

WAITING_MOST = 100_000  # Per queue: whoever consumes too slowly shall not eat all memory.


class MemoryBroker:
    """Exchanges, their bindings, and queues; of use to all threads of a process."""

    def __init__(self, waiting_most: int = WAITING_MOST) -> None:
        self._waiting_most = waiting_most
        self._changed = Condition()
        self._bindings: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._queues: dict[str, deque[Delivery]] = {}
        self._number = 0

    def bind(self, exchange: str, topics: Iterable[str], queue: str) -> None:
        """From now on the queue gets what has such a topic; a queue that is new begins empty."""
        with self._changed:
            self._queues.setdefault(queue, deque())
            self._bindings[exchange].update((topic, queue) for topic in topics)

    def put(self, exchange: str, messages: Sequence[Message]) -> int:
        """How many of them, from the first on, found room in every queue that they belong in."""
        with self._changed:
            for count, message in enumerate(messages):
                names = {
                    queue for topic, queue in self._bindings[exchange] if fits(message.topic, topic)
                }
                if any(len(self._queues[name]) >= self._waiting_most for name in names):
                    return count
                for name in names:
                    self._number += 1
                    delivery = Delivery(tag=self._number, message=message, may_be_again=False)
                    self._queues[name].append(delivery)
                self._changed.notify_all()
        return len(messages)

    def take(self, queue: str, most: int, seconds: float) -> Sequence[Delivery]:
        """The first so many, as soon as there is one."""
        with self._changed:
            waiting = self._queues[queue]
            self._changed.wait_for(lambda: waiting, seconds)
            return [waiting.popleft() for _ in range(min(most, len(waiting)))]

    def put_back(self, queue: str, deliveries: Iterable[Delivery]) -> None:
        """To the head of the queue, in the order of their arrival."""
        with self._changed:
            for delivery in sorted(deliveries, key=_number, reverse=True):
                again = Delivery(tag=delivery.tag, message=delivery.message, may_be_again=True)
                self._queues[queue].appendleft(again)
            self._changed.notify_all()


def _number(delivery: Delivery) -> int:
    assert isinstance(delivery.tag, int)  # We gave it.
    return delivery.tag
