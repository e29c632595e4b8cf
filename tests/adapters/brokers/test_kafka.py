"""What the engine asks of Kafka alone."""

from __future__ import annotations

from contextlib import closing
from uuid import uuid4

from confluent_kafka import Consumer, Producer, TopicPartition

from booking_adapters.brokers.kafka.address import configuration, other_topics
from booking_adapters.brokers.kafka.progress import Progress
from booking_adapters.brokers.open import open_publisher
from booking_adapters.brokers.settings import EACH_ITS_OWN
from tests.brokers import Broker, messages, wait_for

PLACE = ("booking.events", 0)


def test_a_topic_of_another_service_is_read_beside_the_exchange(
    kafka_broker: Broker, kafka_url: str
) -> None:
    """Its name is the message's topic, its bytes are as they were sent."""
    topic = f"payment.success.{uuid4().hex}"
    producer = Producer(configuration(kafka_url))
    producer.produce(topic, key=b"k", value=b'{"eventType": "payment.success"}')
    assert producer.flush(10) == 0
    kafka_broker.url = f"{kafka_url}/?topics={topic}"
    receiver = kafka_broker.receiver("payment.#", joined=False)
    (delivery,) = wait_for(receiver, 1, kafka_broker.patience)
    assert (delivery.message.topic, delivery.message.key) == (topic, "k")
    assert delivery.message.body == b'{"eventType": "payment.success"}'


def test_it_is_known_what_nobody_had_before(kafka_broker: Broker) -> None:
    """Beside the offsets is noted how far the group was handed messages, whoever dies then."""
    kafka_broker.publisher().publish(messages(6, keys=1))
    first = kafka_broker.receiver(joined=False)
    found = wait_for(first, 2, kafka_broker.patience)
    found = [*found, *wait_for(first, 4 - len(found), kafka_broker.patience)]
    assert not any(delivery.may_be_again for delivery in found)
    first.accept(found[:1])
    first.close()
    second = kafka_broker.receiver(joined=False)
    again = wait_for(second, 5, kafka_broker.patience)
    assert [(each.message.body, each.may_be_again) for each in again] == [
        (b"1", True),
        (b"2", True),
        (b"3", True),
        (b"4", False),
        (b"5", False),
    ]


def test_offsets_that_somebody_else_set_say_nothing_of_what_was_seen(
    kafka_broker: Broker, kafka_url: str
) -> None:
    """Then all that was there at that time may have been."""
    kafka_broker.publisher().publish(messages(3, keys=1))
    by_hand = Consumer({**configuration(kafka_url), "group.id": kafka_broker.queue("a")})
    place = next(
        TopicPartition(kafka_broker.exchange, partition)
        for partition in by_hand.list_topics(kafka_broker.exchange)
        .topics[kafka_broker.exchange]
        .partitions
        if by_hand.get_watermark_offsets(TopicPartition(kafka_broker.exchange, partition))[1]
    )
    place.offset = 1
    by_hand.commit(offsets=[place], asynchronous=False)
    by_hand.close()
    receiver = kafka_broker.receiver(joined=False)
    found = wait_for(receiver, 2, kafka_broker.patience)
    assert [each.may_be_again for each in found] == [True, True]
    kafka_broker.publisher().publish(messages(1, keys=1))
    (new,) = wait_for(receiver, 1, kafka_broker.patience)
    assert not new.may_be_again


def test_each_topic_may_be_one_of_kafkas(kafka_broker: Broker, kafka_url: str) -> None:
    """As others have it: no exchange, but a topic for each kind of message."""
    names = [f"payment.{word}.{uuid4().hex}" for word in ("success", "failed")]
    with closing(open_publisher(kafka_url, EACH_ITS_OWN)) as publisher:
        for name in names:
            publisher.publish(messages(2, topic=name))
    for name in names:
        consumer = Consumer(
            {**configuration(kafka_url), "group.id": uuid4().hex, "auto.offset.reset": "earliest"}
        )
        consumer.subscribe([name])
        found = [consumer.poll(kafka_broker.patience) for _ in range(2)]
        consumer.close()
        assert [one.value() for one in found if one is not None] == [b"0", b"1"]


def test_the_key_decides_the_partition(kafka_broker: Broker, kafka_url: str) -> None:
    """All that is told of one booking is in one partition, whatever it tells."""
    publisher = kafka_broker.publisher()
    publisher.publish(messages(40, keys=4))
    publisher.publish(messages(40, topic="payment.completed", keys=4))
    consumer = Consumer(
        {**configuration(kafka_url), "group.id": uuid4().hex, "auto.offset.reset": "earliest"}
    )
    consumer.subscribe([kafka_broker.exchange])
    partitions: dict[bytes | None, set[int | None]] = {}
    for _ in range(80):
        found = consumer.poll(kafka_broker.patience)
        assert found is not None
        partitions.setdefault(found.key(), set()).add(found.partition())
    consumer.close()
    assert len(partitions) == 4
    assert all(len(of_key) == 1 for of_key in partitions.values())


def test_only_what_lies_before_the_first_unfinished_is_committed() -> None:
    """A commit says that all before it is done with: a later one waits for an earlier one."""
    progress = Progress()
    progress.begin([PLACE])
    for offset in (3, 4, 7, 8):
        progress.expect(PLACE, offset, done=False)
    progress.finish(PLACE, 4)
    progress.finish(PLACE, 7)
    assert progress.first_unfinished([PLACE]) == {}
    progress.finish(PLACE, 3)
    assert progress.first_unfinished([PLACE]) == {PLACE: 8}
    assert progress.first_unfinished([PLACE]) == {}


def test_what_was_taken_away_is_not_finished() -> None:
    """After a rebalance the number of the assignment is another, or none."""
    progress = Progress()
    progress.begin([PLACE])
    number = progress.number(PLACE)
    progress.end([PLACE])
    assert progress.number(PLACE) is None
    progress.begin([PLACE])
    assert progress.number(PLACE) not in {number, None}


def test_a_url_says_how_to_connect() -> None:
    """Ports have a default; a password is never sent in clear words, TLS or not."""
    plain = configuration("kafka://one,two:9093")
    assert plain["bootstrap.servers"] == "one:9092,two:9093"
    assert plain["security.protocol"] == "PLAINTEXT"
    secret = configuration("kafkas://ann:p%40ss@one")
    assert secret["security.protocol"] == "SASL_SSL"
    assert secret["sasl.mechanism"] == "SCRAM-SHA-512"
    assert (secret["sasl.username"], secret["sasl.password"]) == ("ann", "p@ss")
    assert configuration("kafkas://one")["security.protocol"] == "SSL"
    assert other_topics("kafka://one/?topics=a,b&topics=c") == ("a", "b", "c")
