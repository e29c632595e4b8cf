"""Publishing to RabbitMQ: persistent, mandatory, and confirmed with many under way at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import amqp

from booking_adapters.brokers.rabbitmq.confirms import Confirms
from booking_adapters.brokers.rabbitmq.link import Link
from booking_adapters.brokers.rabbitmq.topology import declare_exchange, declare_own_exchange
from booking_adapters.brokers.settings import EACH_ITS_OWN
from booking_adapters.brokers.wire import CONTENT_TYPE, KEY
from booking_core.ports.publisher import Message, NotPublished, Publisher

UNDER_WAY_MOST = 500
SENT_AT_ONCE = 250
CONFIRM_SECONDS = 5.0
PERSISTENT = 2


class RabbitPublisher(Publisher):
    """Connects when it first publishes.

    It sends no heartbeats, as nobody tends it between two batches: what happened to the connection
    meanwhile is found out before anything is sent.

    Where each topic is an exchange of its own, one that nobody is bound to takes messages, and
    drops them, as its owners want it.
    """

    def __init__(
        self, url: str, exchange: str, *, confirm_seconds: float = CONFIRM_SECONDS
    ) -> None:
        self._exchange = exchange
        self._confirm_seconds = confirm_seconds
        self._link = Link(url, heartbeat_seconds=0)
        self._channel: Any = None
        self._confirms: Confirms | None = None
        self._own_exchanges: set[str] = set()  # Those that stand.

    def publish(self, messages: Sequence[Message]) -> None:
        self.begin(messages)()

    def begin(self, messages: Sequence[Message]) -> Callable[[], None]:
        confirms: Confirms | None = None
        failure: Exception | None = None
        try:
            if messages:
                confirms = self._ready()
                self._send(confirms, messages)
        except Exception as error:  # noqa: BLE001  # It is told when the rest is asked for.
            failure = error
        return lambda: self._finish(messages, confirms, failure)

    def _finish(
        self, messages: Sequence[Message], confirms: Confirms | None, failure: Exception | None
    ) -> None:
        try:
            if failure is not None:
                raise failure
            if confirms is not None:
                self._await(confirms)
        except Exception as error:
            confirmed = _confirmed(confirms, messages)
            self.close()
            raise NotPublished(str(error) or type(error).__name__, confirmed) from error

    def close(self) -> None:
        self._channel = self._confirms = None
        self._own_exchanges.clear()
        self._link.drop()

    def _ready(self) -> Confirms:
        if self._confirms is not None and (self._confirms.under_way or self._has_gone()):
            self.close()  # Of what nobody waited for the answers would be taken for others'.
        if self._confirms is None:
            connection = self._link.connect()
            if self._exchange != EACH_ITS_OWN:
                declare_exchange(connection, self._exchange)
            self._channel = connection.channel()
            self._confirms = Confirms(self._channel)
        self._confirms.begin()
        return self._confirms

    def _has_gone(self) -> bool:
        """Whether the connection ended while it was idle, as at every restart of the broker."""
        try:
            while self._link.is_readable():
                self._link.connection.blocking_read(self._confirm_seconds)
        except (amqp.AMQPError, OSError):
            return True
        return False

    def _send(self, confirms: Confirms, messages: Sequence[Message]) -> None:
        if self._exchange == EACH_ITS_OWN:
            self._declare_own({message.topic for message in messages})
        for first in range(0, len(messages), SENT_AT_ONCE):
            while confirms.under_way > UNDER_WAY_MOST - SENT_AT_ONCE:
                self._hear(confirms)
            with self._link.gathering():
                for place, message in enumerate(messages[first : first + SENT_AT_ONCE], first):
                    confirms.expect(place)
                    self._say(message)

    def _say(self, message: Message) -> None:
        if self._exchange == EACH_ITS_OWN:
            self._channel.basic_publish(_amqp(message), message.topic, "")
        else:
            self._channel.basic_publish(
                _amqp(message), self._exchange, message.topic, mandatory=True
            )

    def _await(self, confirms: Confirms) -> None:
        while confirms.under_way:
            self._hear(confirms)
        if confirms.refused or confirms.returned:
            raise _Refused(confirms)

    def _declare_own(self, topics: set[str]) -> None:
        for topic in sorted(topics - self._own_exchanges):
            declare_own_exchange(self._link.connection, topic)
            self._own_exchanges.add(topic)

    def _hear(self, confirms: Confirms) -> None:
        try:
            self._link.connection.drain_events(timeout=self._confirm_seconds)
        except TimeoutError:
            told = f"{confirms.under_way} not confirmed within {self._confirm_seconds:g} s"
            raise TimeoutError(told) from None


class _Refused(Exception):
    def __init__(self, confirms: Confirms) -> None:
        topics = ", ".join(sorted(confirms.returned)) or "none"
        super().__init__(f"{confirms.refused} refused; no queue for these topics: {topics}")


def _confirmed(confirms: Confirms | None, messages: Sequence[Message]) -> frozenset[int]:
    """A returned message is confirmed too: one of those topics does not count as arrived."""
    if confirms is None:
        return frozenset()
    return frozenset(
        place for place in confirms.acked if messages[place].topic not in confirms.returned
    )


def _amqp(message: Message) -> amqp.Message:
    headers = {KEY: message.key, **message.headers}
    content_type = headers.pop(CONTENT_TYPE, None)
    properties = {} if content_type is None else {"content_type": content_type}
    return amqp.Message(
        message.body, delivery_mode=PERSISTENT, application_headers=headers, **properties
    )
