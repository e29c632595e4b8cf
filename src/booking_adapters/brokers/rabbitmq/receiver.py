"""Receiving from RabbitMQ: by hand accepted, a bounded number in advance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from booking_adapters.brokers.rabbitmq.line import Line
from booking_adapters.brokers.rabbitmq.settling import Word
from booking_adapters.brokers.rabbitmq.topology import declare_exchange, declare_queue
from booking_core.ports.receiver import Delivery, Receiver, Subscription

PREFETCH = 128
HEARTBEAT_SECONDS = 10.0


class RabbitReceiver(Receiver):
    """Connects at the first `receive`, on a connection of its own: publishers may be blocked."""

    def __init__(
        self,
        url: str,
        exchange: str,
        subscription: Subscription,
        queue: str,
        *,
        prefetch: int = PREFETCH,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._url = url
        self._exchange = exchange
        self._subscription = subscription
        self._queue = queue
        self._prefetch = prefetch
        self._heartbeat_seconds = heartbeat_seconds
        self._line: Line | None = None

    def receive(self, most: int, seconds: float) -> Sequence[Delivery]:
        if self._line is None:
            self._line = Line(self._url, self._prefetch, self._heartbeat_seconds, self._declare)
        return self._line.take(most, seconds)

    def accept(self, deliveries: Sequence[Delivery]) -> None:
        if self._line is not None:
            self._line.settle(deliveries, Word.ACCEPTED)

    def give_back(self, deliveries: Sequence[Delivery]) -> None:
        if self._line is not None:
            self._line.settle(deliveries, Word.GIVEN_BACK)

    def refuse(self, deliveries: Sequence[Delivery]) -> None:
        """To the queue's dead-letter exchange, whoever made it."""
        if self._line is not None:
            self._line.settle(deliveries, Word.REFUSED)

    def close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _declare(self, connection: Any) -> str:
        declare_exchange(connection, self._exchange)
        declare_queue(connection, self._exchange, self._subscription, self._queue)
        return self._queue
