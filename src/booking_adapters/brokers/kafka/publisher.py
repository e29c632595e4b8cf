"""Publishing to Kafka: every message's own report of delivery is awaited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka import Message as KafkaMessage

from booking_adapters.brokers.kafka.address import IO_MILLISECONDS, configuration
from booking_adapters.brokers.settings import EACH_ITS_OWN
from booking_adapters.brokers.wire import TOPIC
from booking_core.ports.publisher import Message, NotPublished, Publisher

SETTINGS: dict[str, str | int | float | bool] = {
    "acks": "all",
    "enable.idempotence": True,  # Its own retries neither double nor reorder.
    "message.timeout.ms": IO_MILLISECONDS,
    "linger.ms": 1,
}
Report: TypeAlias = Callable[[KafkaError | None, KafkaMessage], None]
FLUSH_SECONDS = IO_MILLISECONDS / 1000 + 1.0


class KafkaPublisher(Publisher):
    """The key is the booking, so its events share a partition.

    Not where each topic is one of Kafka's: nobody knows then in which order they are read.
    """

    def __init__(self, url: str, exchange: str) -> None:
        self._configuration = {**configuration(url), **SETTINGS}
        self._exchange = exchange
        self._producer: Producer | None = None

    def publish(self, messages: Sequence[Message]) -> None:
        self.begin(messages)()

    def begin(self, messages: Sequence[Message]) -> Callable[[], None]:
        batch = _Batch(len(messages))
        if self._producer is not None and len(self._producer):
            self._drop()  # Nobody has waited for these, and if one fails nothing may follow it.
        try:
            if self._producer is None and messages:
                self._producer = Producer(self._configuration)
            for place, message in enumerate(messages):
                self._produce(message, batch.report(place))
        except KafkaException as error:
            batch.failures.append(str(error))
        return lambda: self._finish(batch)

    def _finish(self, batch: _Batch) -> None:
        left = 0
        if self._producer is not None and not batch.failures:
            left = self._producer.flush(FLUSH_SECONDS)
        if left or batch.failures or len(batch.confirmed) < batch.size:
            self._drop()
            reason = batch.failures[0] if batch.failures else f"{left} not confirmed in time"
            raise NotPublished(reason, frozenset(batch.confirmed))

    def close(self) -> None:
        self._drop()

    def _produce(self, message: Message, report: Report) -> None:
        producer = self._producer
        assert producer is not None
        headers = {TOPIC: message.topic, **message.headers}
        topic = message.topic if self._exchange == EACH_ITS_OWN else self._exchange
        while True:
            try:
                producer.produce(
                    topic,
                    value=message.body,
                    key=message.key.encode(),
                    headers=[(name, text.encode()) for name, text in headers.items()],
                    on_delivery=report,
                )
            except BufferError:  # Full; every message in it ends within its own deadline.
                producer.poll(0.1)
            else:
                return

    def _drop(self) -> None:
        """A message that failed leaves a gap: nothing that waits behind it may still be sent."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.purge(in_queue=True, in_flight=True, blocking=False)
            producer.flush(0)


class _Batch:
    def __init__(self, size: int) -> None:
        self.size = size
        self.confirmed: set[int] = set()
        self.failures: list[str] = []

    def report(self, place: int) -> Report:
        def delivered(error: KafkaError | None, message: KafkaMessage) -> None:
            if error is None:
                self.confirmed.add(place)
            else:
                self.failures.append(str(error))

        return delivered
