"""Looking at RabbitMQ."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import amqp

from booking_adapters.brokers.inspection import Grade, Inspector, Observed
from booking_adapters.brokers.rabbitmq.confirms import Confirms
from booking_adapters.brokers.rabbitmq.link import IO_SECONDS, Link
from booking_core.domain.kernel.errors import Busy


class RabbitInspector(Inspector):
    """As the user of the URL: what it may not see is not told."""

    def __init__(self, url: str, exchange: str) -> None:
        self._url = url
        self._exchange = exchange

    def reach(self) -> str:
        with self._connected() as connection:
            told = connection.server_properties
            return f"{told.get('product', 'AMQP')} {told.get('version', '')}".strip()

    def observe(self) -> Iterator[Observed]:
        with self._connected() as connection:
            yield self._standing(connection)
            yield self._confirmed(connection)
            yield self._unrouted(connection)

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        link = Link(self._url, heartbeat_seconds=0)
        try:
            yield link.connect()
            link.connection.close()  # RabbitMQ warns of whoever goes without a word.
        except (amqp.AMQPError, OSError) as error:
            raise Busy(str(error) or type(error).__name__) from error
        finally:
            link.drop()

    def _standing(self, connection: Any) -> Observed:
        try:
            with connection.channel() as channel:  # A refusal closes the channel.
                channel.exchange_declare(self._exchange, "topic", passive=True)
        except amqp.NotFound:
            missing = f"no exchange {self._exchange} yet: the first relay makes it"
            return Observed(Grade.WORRY, missing)
        return Observed(Grade.OK, f"the exchange {self._exchange} stands")

    def _confirmed(self, connection: Any) -> Observed:
        """By a message to a queue that is only ours, and goes with the connection."""
        with connection.channel() as channel:
            queue = channel.queue_declare(exclusive=True, auto_delete=True).queue
            confirms = Confirms(channel)
            confirms.expect(0)
            channel.basic_publish(amqp.Message(b"{}"), "", queue, mandatory=True)
            while confirms.under_way:
                connection.drain_events(timeout=IO_SECONDS)
        if confirms.refused or confirms.returned:
            return Observed(Grade.FAULT, "a message was not confirmed")
        return Observed(Grade.OK, "messages are confirmed")

    def _unrouted(self, connection: Any) -> Observed:
        name = f"{self._exchange}.unrouted"
        try:
            with connection.channel() as channel:
                waiting = channel.queue_declare(name, passive=True).message_count
        except amqp.NotFound:
            return Observed(Grade.OK, "nothing was told that no queue wanted")
        if waiting:
            return Observed(Grade.WORRY, f"messages in {name}, which no queue wanted: {waiting}")
        return Observed(Grade.OK, "nothing was told that no queue wanted")
