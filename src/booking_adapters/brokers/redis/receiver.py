"""Receiving from Redis, in the owner's own thread: it needs no heartbeats."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, cast
from uuid import uuid4

from redis.exceptions import RedisError

from booking_adapters.brokers.redis.link import VISIBILITY_SECONDS, Link
from booking_adapters.brokers.redis.taking import accept, give_back, noted, read, take
from booking_adapters.brokers.wire import CONTENT_TYPE, KEY, TOPIC, as_headers
from booking_core.domain.kernel.errors import Busy
from booking_core.ports.publisher import Message
from booking_core.ports.receiver import Delivery, Receiver, Subscription

PREFETCH = 128
PAUSE_SECONDS = 0.2
MORE_SECONDS = 0.005  # How long one that is there already may take.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)

_logger = logging.getLogger(__name__)


class RedisReceiver(Receiver):
    """A tag is (the number of the connection, Kombu's tag)."""

    def __init__(
        self,
        url: str,
        exchange: str,
        subscription: Subscription,
        queue: str,
        *,
        prefetch: int = PREFETCH,
        visibility_seconds: float = VISIBILITY_SECONDS,
    ) -> None:
        self._exchange = exchange
        self._topics = subscription.topics
        self._queue = queue
        self._prefetch = prefetch
        self._link = Link(url, visibility_seconds)
        self._connection_number = 0
        self._arrived: deque[Delivery] = deque()
        self._unsettled: dict[str, None] = {}  # Kombu's tags, in the order of their arrival.
        self._owed: list[str] = []  # The same, of connections that broke.
        self._note = f"{queue}.taken.{uuid4().hex}"
        self._taken: list[str] = []  # The last ones, as far as we were told.

    def receive(self, most: int, seconds: float) -> Sequence[Delivery]:
        until = time.monotonic() + seconds
        while True:
            try:
                return self._receive(most, until)
            except (RedisError, OSError) as error:
                self._drop()
                if time.monotonic() + PAUSE_SECONDS >= until:
                    raise Busy(f"Redis cannot be reached: {error}") from error
                time.sleep(PAUSE_SECONDS)

    def accept(self, deliveries: Sequence[Delivery]) -> None:
        self._settle(deliveries, accept)

    def give_back(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            self._settle([delivery], give_back)

    def close(self) -> None:
        self._drop()

    def _receive(self, most: int, until: float) -> Sequence[Delivery]:
        if not self._link.is_up:
            channel = self._link.channel()
            self._take_back(channel)
            self._subscribe(channel)
        while not self._arrived:
            wait = until - time.monotonic()
            if not self._drain(max(wait, MORE_SECONDS)) and wait <= MORE_SECONDS:
                return []
        if most > len(self._arrived):
            self._take(most - len(self._arrived))
        return [self._arrived.popleft() for _ in range(min(most, len(self._arrived)))]

    def _drain(self, seconds: float) -> bool:
        """Whether one came, readable or not: Kombu waits for it."""
        try:
            self._link.drain(seconds)
        except TimeoutError:
            return False
        except UNREADABLE:
            self._complain()
        return True

    def _take(self, most: int) -> None:
        """Those that are there, too: one by one they take ten times as long."""
        channel = self._link.channel()
        taken = take(channel, self._queue, most, self._note)
        self._taken = [tag for tag, _ in taken]
        for tag, frame in taken:
            try:
                self._on_message(read(channel, frame))
            except UNREADABLE:
                self._complain()
                accept(channel, [tag])

    def _complain(self) -> None:
        _logger.exception("what was in %s is no message, and is dropped", self._queue)

    def _take_back(self, channel: Any) -> None:
        """What we had when the connection broke comes again now, each at its place.

        Else it would be nobody's until the visibility timeout; so would what Redis gave us without
        our hearing of it. The next message of a list is its last one, so the first to arrive is put
        back last.
        """
        unheard = noted(channel, self._note)
        if unheard != self._taken:
            self._owed += unheard
            self._taken = unheard
        while self._owed:
            channel.qos.restore_by_tag(self._owed[-1])
            self._owed.pop()

    def _subscribe(self, channel: Any) -> None:
        channel.exchange_declare(self._exchange, "topic", durable=True)
        channel.queue_declare(self._queue, durable=True)
        for topic in self._topics:
            channel.queue_bind(self._queue, self._exchange, topic)
        channel.basic_qos(0, self._prefetch, False)
        channel.basic_consume(self._queue, False, self._on_message, self._queue)

    def _on_message(self, found: Any) -> None:
        headers = as_headers(found.headers)
        headers.pop("redelivered", None)  # Kombu's.
        if isinstance(found.content_type, str):
            headers[CONTENT_TYPE] = found.content_type
        message = Message(
            key=headers.pop(KEY, ""),
            topic=headers.pop(TOPIC, "") or str(found.delivery_info.get("routing_key", "")),
            body=found.body or b"",
            headers=headers,
        )
        self._unsettled[found.delivery_tag] = None
        tag = (self._connection_number, found.delivery_tag)
        again = bool(found.delivery_info.get("redelivered"))
        self._arrived.append(Delivery(tag=tag, message=message, may_be_again=again))

    def _settle(
        self, deliveries: Sequence[Delivery], say: Callable[[Any, Sequence[str]], None]
    ) -> None:
        if not self._link.is_up:
            return
        tags = [tag for number, tag in map(_tag, deliveries) if number == self._connection_number]
        try:
            say(self._link.channel(), tags)
            for tag in tags:
                self._unsettled.pop(tag, None)
        except (RedisError, OSError):
            _logger.warning("Redis has gone before all was settled: it comes again", exc_info=True)
            self._drop()

    def _drop(self) -> None:
        self._connection_number += 1
        self._arrived.clear()
        unsettled, self._unsettled = self._unsettled, {}
        try:
            self._link.drop()
        except (RedisError, OSError):  # It could not put back what it had.
            self._owed += unsettled


def _tag(delivery: Delivery) -> tuple[int, str]:
    number, tag = cast("tuple[int, str]", delivery.tag)
    return number, tag
