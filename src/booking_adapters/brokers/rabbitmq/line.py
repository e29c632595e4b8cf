"""A consumer's connection to RabbitMQ, in a thread of its own.

py-amqp must not be shared between threads, and sends heartbeats only when it is called. So this
thread alone touches the connection: it reads, beats, and settles what its owner says, while the
owner works for as long as it takes. When the connection breaks it makes a new one.
"""

from __future__ import annotations

import logging
import random
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from threading import Condition, Thread
from typing import Any

from booking_adapters.brokers.rabbitmq.connection import unread
from booking_adapters.brokers.rabbitmq.link import IO_SECONDS, Link
from booking_adapters.brokers.rabbitmq.settling import Settling, Word
from booking_adapters.brokers.wire import CONTENT_TYPE, KEY, as_headers
from booking_core.domain.kernel.errors import Busy
from booking_core.ports.publisher import Message
from booking_core.ports.receiver import Delivery

FRAMES_AT_ONCE = 96  # Some thirty messages: then what the owner says has its turn, and heartbeats.
PAUSE_SECONDS_LEAST, PAUSE_SECONDS_MOST = 0.1, 3.0
CLOSE_SECONDS = 10.0

_logger = logging.getLogger(__name__)


class Line:
    """`prepare` declares what must stand and names the queue to consume from.

    A tag is (the number of the connection, the broker's number): of an earlier connection nothing
    can be settled.
    """

    def __init__(
        self, url: str, prefetch: int, heartbeat_seconds: float, prepare: Callable[[Any], str]
    ) -> None:
        self._link = Link(url, heartbeat_seconds)
        self._heartbeat_seconds = heartbeat_seconds
        self._prefetch = prefetch
        self._prepare = prepare
        self._changed = Condition()
        self._arrived: deque[Delivery] = deque()
        self._orders: deque[tuple[Word, list[int]]] = deque()
        self._connection_number = 0
        self._is_up = False
        self._failure: str | None = None
        self._stopping = False
        self._alarm, self._bell = socket.socketpair()
        self._bell.setblocking(False)
        self._thread = Thread(target=self._run, name="rabbitmq-line", daemon=True)
        self._thread.start()

    def take(self, most: int, seconds: float) -> Sequence[Delivery]:
        """As the port says. However short the wait, the first attempt to connect is awaited."""
        until = time.monotonic() + seconds
        with self._changed:
            self._changed.wait_for(lambda: self._is_up or self._failure, 2 * IO_SECONDS)
            self._changed.wait_for(lambda: self._arrived, max(0.0, until - time.monotonic()))
            if not self._arrived and not self._is_up:
                raise Busy(f"RabbitMQ cannot be reached: {self._failure or 'no answer'}")
            return [self._arrived.popleft() for _ in range(min(most, len(self._arrived)))]

    def settle(self, deliveries: Iterable[Delivery], word: Word) -> None:
        """Tell the broker, soon; what came by an earlier connection is passed over."""
        with self._changed:
            tags = [_tag(delivery) for delivery in deliveries]
            ours = [tag for number, tag in tags if number == self._connection_number]
            if ours and self._is_up:
                self._orders.append((word, ours))
                self._wake()

    def close(self) -> None:
        """Settle what was said, then end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._wake()
        self._thread.join(CLOSE_SECONDS)
        self._alarm.close()
        self._bell.close()

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # It has been rung often enough.
            self._bell.send(b"!")

    def _run(self) -> None:
        pause = PAUSE_SECONDS_LEAST
        while not self._stopping:
            try:
                self._serve()
            except Exception as error:
                _logger.warning("the connection to RabbitMQ is gone: %r", error, exc_info=True)
                pause = PAUSE_SECONDS_LEAST if self._is_up else min(2 * pause, PAUSE_SECONDS_MOST)
                self._note(is_up=False, failure=str(error) or type(error).__name__)
                with self._changed:
                    self._changed.wait_for(lambda: self._stopping, random.uniform(0, pause))
            finally:
                self._link.drop()

    def _note(self, *, is_up: bool, failure: str | None) -> None:
        """Whatever an earlier connection brought, and nobody has had, comes again."""
        with self._changed:
            self._is_up, self._failure = is_up, failure
            self._connection_number += 1
            self._arrived.clear()
            self._orders.clear()
            self._changed.notify_all()

    def _serve(self) -> None:
        connection = self._link.connect()
        queue = self._prepare(connection)
        channel = connection.channel()
        channel.auto_decode = False  # Bodies are bytes, whatever they say of themselves.
        channel.basic_qos(0, self._prefetch, a_global=False)
        settling = Settling(channel)
        self._note(is_up=True, failure=None)
        channel.basic_consume(queue, callback=lambda found: self._on_message(settling, found))
        with selectors.DefaultSelector() as selector:
            selector.register(connection.sock, selectors.EVENT_READ)
            selector.register(self._alarm, selectors.EVENT_READ)
            while self._obey(settling):
                self._listen(selector, connection)
        connection.close()

    def _listen(self, selector: selectors.BaseSelector, connection: Any) -> None:
        wait = 0.0 if unread(connection) else self._heartbeat_seconds / 4
        ready = {key.fileobj for key, _ in selector.select(wait)}
        if self._alarm in ready:
            self._alarm.recv(4096)
        if connection.sock in ready or unread(connection):
            self._read(connection)
        connection.heartbeat_tick()

    def _read(self, connection: Any) -> None:
        """What is there: drain_events would wait for more behind a heartbeat."""
        for _ in range(FRAMES_AT_ONCE):
            connection.blocking_read(IO_SECONDS)
            if not self._link.is_readable():
                return

    def _obey(self, settling: Settling) -> bool:
        with self._changed:
            orders, going_on = list(self._orders), not self._stopping
            self._orders.clear()
        for word, tags in orders:
            settling.settle(tags, word)
        return going_on

    def _on_message(self, settling: Settling, found: Any) -> None:
        settling.expect(found.delivery_tag)
        headers = as_headers(found.properties.get("application_headers"))
        headers.pop("x-delivery-count", None)  # The broker's.
        if content_type := found.properties.get("content_type"):
            headers[CONTENT_TYPE] = content_type
        message = Message(
            key=headers.pop(KEY, ""),
            topic=found.delivery_info["routing_key"],
            body=found.body if isinstance(found.body, bytes) else bytes(found.body or b""),
            headers=headers,
        )
        tag = (self._connection_number, found.delivery_tag)
        again = bool(found.delivery_info["redelivered"])
        with self._changed:
            self._arrived.append(Delivery(tag=tag, message=message, may_be_again=again))
            self._changed.notify_all()


def _tag(delivery: Delivery) -> tuple[int, int]:
    match delivery.tag:
        case (int(connection), int(number)):
            return connection, number
    raise TypeError(f"not a delivery of RabbitMQ: {delivery.tag!r}")
