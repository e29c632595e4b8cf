"""Relay a backlog to Kafka: `python -m bench.relay_kafka`.

The relay reads events from PostgreSQL, writes them as messages, publishes and marks them. Beside it
confluent-kafka by hand produces the same messages, ready made, with the same settings, and flushes
each batch; and a relay by hand does it all.
The broker is librdkafka's own mock, in this process, unless BOOKING_BENCH_KAFKA names another.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack, closing
from uuid import uuid4

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from bench.backlog import ALONE, BY_HAND, ENGINE, backlog, options, table
from booking_adapters.brokers.kafka.address import configuration
from booking_adapters.brokers.kafka.publisher import SETTINGS, KafkaPublisher
from booking_core.ports.publisher import Message

RAW = "confluent-kafka, flushed per batch"


class Arrivals:
    """How many there are in a topic, since the last count."""

    def __init__(self, url: str, topic: str) -> None:
        self.consumer = Consumer({**configuration(url), "group.id": uuid4().hex})
        self.topic = topic
        self.before = 0

    def count(self) -> int:
        """Of all partitions."""
        found = self.consumer.list_topics(self.topic, timeout=10).topics[self.topic]
        ends = sum(
            self.consumer.get_watermark_offsets(TopicPartition(self.topic, partition))[1]
            for partition in found.partitions
        )
        came, self.before = ends - self.before, ends
        return came


def main() -> None:
    """Measure, and print the table."""
    asked = options(__doc__)
    mock = Producer({"test.mock.num.brokers": 1, "log_level": 2})
    (server,) = mock.list_topics(timeout=10).brokers.values()
    url = os.environ.get("BOOKING_BENCH_KAFKA", f"kafka://{server.host}:{server.port}")
    topic = f"booking_bench.{uuid4().hex}"
    with ExitStack() as stack:
        waiting = stack.enter_context(backlog(asked))
        publisher = stack.enter_context(closing(KafkaPublisher(url, topic)))
        raw = Producer({**configuration(url), **SETTINGS})
        arrivals = Arrivals(url, topic)

        def produce(batch: Sequence[Message]) -> None:
            produced(raw, topic, batch)

        sides = {
            RAW: lambda: waiting.publish(produce),
            ALONE: lambda: waiting.publish(publisher.publish),
            BY_HAND: lambda: waiting.by_hand(produce),
            ENGINE: lambda: waiting.relay(publisher),
        }
        print(table(sides, waiting, asked.rounds, arrivals.count))
        arrivals.consumer.close()


def produced(producer: Producer, topic: str, batch: Sequence[Message]) -> None:
    """By hand, with every report of delivery looked at."""
    failed = []

    def report(error: object, message: object) -> None:
        if error is not None:
            failed.append(error)

    for message in batch:
        headers: dict[str, str | bytes | None] = {"booking-topic": message.topic}
        producer.produce(topic, message.body, message.key, on_delivery=report, headers=headers)
    if producer.flush(10) or failed:
        raise KafkaException(failed)


if __name__ == "__main__":
    main()
