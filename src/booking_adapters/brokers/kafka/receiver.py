"""Receiving from Kafka: one group per queue; librdkafka's own thread keeps the membership alive."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from typing import cast

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from confluent_kafka import Message as KafkaMessage

from booking_adapters.brokers.kafka.address import (
    IO_MILLISECONDS,
    configuration,
    other_topics,
)
from booking_adapters.brokers.kafka.progress import Place, Progress
from booking_adapters.brokers.kafka.seen import Seen
from booking_adapters.brokers.wire import TOPIC, fits
from booking_core.domain.kernel.errors import Busy
from booking_core.ports.publisher import Message
from booking_core.ports.receiver import Delivery, Receiver, Subscription

SETTINGS: dict[str, str | int | float | bool] = {
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "earliest",  # A new consumer misses nothing that Kafka still has.
    "allow.auto.create.topics": True,
    "session.timeout.ms": 10_000,
    "max.poll.interval.ms": 600_000,
    "partition.assignment.strategy": "range",
}
IO_SECONDS = IO_MILLISECONDS / 1000

_logger = logging.getLogger(__name__)


class KafkaReceiver(Receiver):
    """A tag is (topic, partition, the number of its assignment, offset)."""

    def __init__(self, url: str, exchange: str, subscription: Subscription, queue: str) -> None:
        self._configuration = {**configuration(url), **SETTINGS, "group.id": queue}
        self._exchange = exchange
        self._others = other_topics(url)
        self._bindings = subscription.topics
        self._progress = Progress()
        self._seen = Seen()
        self._consumer: Consumer | None = None
        self._down: str | None = None

    def receive(self, most: int, seconds: float) -> Sequence[Delivery]:
        until = time.monotonic() + seconds
        consumer = self._joined()
        while True:
            first = consumer.poll(max(0.0, until - time.monotonic()))
            found = [] if first is None else [first, *_more(consumer, most - 1)]
            deliveries = self._taken(consumer, found)
            if deliveries or first is None or time.monotonic() >= until:
                break
        if not deliveries and self._down is not None:
            self._look(consumer)
        return deliveries

    def accept(self, deliveries: Sequence[Delivery]) -> None:
        places = set()
        for place, offset in self._ours(deliveries):
            self._progress.finish(place, offset)
            places.add(place)
        if self._consumer is not None:
            self._commit(self._consumer, places)

    def give_back(self, deliveries: Sequence[Delivery]) -> None:
        """Its partition is read again from the first of them on."""
        first: dict[Place, int] = {}
        for place, offset in self._ours(deliveries):
            first[place] = min(offset, first.get(place, offset))
        for place, offset in first.items():
            self._progress.begin([place])
            try:
                if self._consumer is not None:
                    self._consumer.seek(TopicPartition(*place, offset))
            except KafkaException:
                _logger.warning("%s cannot be read again now", place, exc_info=True)
                self.close()
                return

    def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        self._progress, self._seen = Progress(), Seen()
        if consumer is not None:
            consumer.close()

    def _joined(self) -> Consumer:
        if self._consumer is None:
            self._consumer = Consumer({**self._configuration, "error_cb": self._on_error})
            self._consumer.subscribe(
                [self._exchange, *self._others],
                on_assign=self._on_assign,
                on_revoke=self._on_gone,
                on_lost=self._on_gone,
            )
        return self._consumer

    def _taken(self, consumer: Consumer, found: Iterable[KafkaMessage]) -> list[Delivery]:
        handed, passed = [], set()
        for one in found:
            if error := one.error():
                self._on_error(error)
                continue
            place = (one.topic() or "", one.partition() or 0)
            number, offset = self._progress.number(place), one.offset() or 0
            if number is None:
                continue  # It was taken from us between two calls.
            self._down = None
            message = _message(one)
            wanted = any(fits(message.topic, binding) for binding in self._bindings)
            self._progress.expect(place, offset, done=not wanted)
            if wanted:
                handed.append((place, number, offset, message))
            else:
                passed.add(place)
        deliveries = self._handed(consumer, handed)
        self._commit(consumer, passed)
        return deliveries

    def _handed(
        self, consumer: Consumer, handed: Sequence[tuple[Place, int, int, Message]]
    ) -> list[Delivery]:
        last = {place: offset for place, _, offset, _ in handed}  # They are in order.
        seen = self._seen.note(
            consumer, {place: (self._progress.first(place), last[place]) for place in last}
        )
        return [
            Delivery(
                tag=(*place, number, offset),
                message=message,
                may_be_again=offset <= seen[place],
            )
            for place, number, offset, message in handed
        ]

    def _commit(self, consumer: Consumer, places: Iterable[Place]) -> None:
        offsets = [
            TopicPartition(*place, offset, self._seen.metadata(place))
            for place, offset in self._progress.first_unfinished(places).items()
        ]
        if not offsets:
            return
        try:
            consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException:
            _logger.warning("not committed: it comes again", exc_info=True)

    def _ours(self, deliveries: Iterable[Delivery]) -> Iterable[tuple[Place, int]]:
        for delivery in deliveries:
            match delivery.tag:
                case (str(topic), int(partition), int(number), int(offset)):
                    if self._progress.number((topic, partition)) == number:
                        yield (topic, partition), offset

    def _look(self, consumer: Consumer) -> None:
        """Whether what went wrong still does: nothing tells when all is well again."""
        try:
            consumer.list_topics(timeout=IO_SECONDS)
        except KafkaException as error:
            raise Busy(f"Kafka cannot be reached: {self._down}") from error
        self._down = None

    def _on_error(self, error: KafkaError) -> None:
        _logger.warning("Kafka: %s", error)
        if error.code() != KafkaError.UNKNOWN_TOPIC_OR_PART:  # Nobody has published there yet.
            self._down = str(error)

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._progress.begin((one.topic, one.partition) for one in partitions)
        self._seen.forget((one.topic, one.partition) for one in partitions)

    def _on_gone(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._progress.end((one.topic, one.partition) for one in partitions)
        self._seen.forget((one.topic, one.partition) for one in partitions)


def _more(consumer: Consumer, most: int) -> list[KafkaMessage]:
    """What has been fetched already."""
    return consumer.consume(most, 0) if most else []


def _message(found: KafkaMessage) -> Message:
    headers = {
        name: value.decode("utf-8", "replace")
        for name, value in cast("list[tuple[str, object]]", found.headers() or [])
        if isinstance(value, bytes)
    }
    return Message(
        key=(found.key() or b"").decode("utf-8", "replace"),
        topic=headers.pop(TOPIC, "") or found.topic() or "",
        body=found.value() or b"",
        headers=headers,
    )
