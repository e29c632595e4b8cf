"""What the engine asks of RabbitMQ alone, and what of others' it takes as it finds it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import amqp
import pytest

from booking_adapters.brokers.rabbitmq.publisher import RabbitPublisher
from booking_adapters.brokers.rabbitmq.receiver import RabbitReceiver
from booking_adapters.brokers.rabbitmq.topology import DELIVERIES_MOST
from booking_adapters.brokers.settings import EACH_ITS_OWN
from booking_core.ports.publisher import Message, NotPublished
from booking_core.ports.receiver import Subscription
from tests.brokers import QUIET_SECONDS, CutBroker, bodies, messages, rabbitmq, wait_for


@pytest.fixture
def by_hand(rabbitmq_url: str) -> Iterator[Any]:
    """A channel of somebody who does not use our adapters."""
    with closing(rabbitmq(rabbitmq_url)) as connection:
        yield connection.channel()


def get(channel: Any, queue: str, seconds: float = 5.0) -> Any:
    """One message of that queue, or None."""
    until = time.monotonic() + seconds
    while (found := channel.basic_get(queue, no_ack=True)) is None and time.monotonic() < until:
        time.sleep(0.05)
    return found


def test_what_nobody_is_bound_for_rests_in_the_net(
    rabbitmq_broker: CutBroker, by_hand: Any
) -> None:
    """An event that no consumer wants yet holds nobody up, and is not lost."""
    rabbitmq_broker.publisher().publish(messages(1, topic="ticket.created"))
    found = get(by_hand, f"{rabbitmq_broker.exchange}.unrouted")
    assert (found.body, found.delivery_info["routing_key"]) == (b"0", "ticket.created")


def test_a_message_is_persistent(rabbitmq_broker: CutBroker, by_hand: Any) -> None:
    """A broker that restarts still has it."""
    rabbitmq_broker.publisher().publish(messages(1))
    found = get(by_hand, f"{rabbitmq_broker.exchange}.unrouted")
    assert found.properties["delivery_mode"] == 2


def test_without_a_net_a_topic_nobody_wants_is_not_published(
    rabbitmq_broker: CutBroker, by_hand: Any
) -> None:
    """On an exchange that others made the broker returns it, with a confirm; the rest counts."""
    exchange = rabbitmq_broker.exchange
    by_hand.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
    receiver, publisher = rabbitmq_broker.receiver("booking.#"), rabbitmq_broker.publisher()
    mixed = messages(5)
    mixed[2] = Message(key="k", topic="ticket.created", body=b"lost")
    with pytest.raises(NotPublished, match=r"ticket\.created") as refused:
        publisher.publish(mixed)
    assert refused.value.confirmed == {0, 1, 3, 4}
    assert bodies(wait_for(receiver, 4, 5.0)) == [b"0", b"1", b"3", b"4"]
    publisher.publish(messages(1))
    assert bodies(wait_for(receiver, 1, 5.0)) == [b"0"]


def test_each_topic_may_be_an_exchange_of_its_own(rabbitmq_broker: CutBroker, by_hand: Any) -> None:
    """As MassTransit has it; also one that nobody is bound to, and after the connection broke."""
    names = [f"{rabbitmq_broker.exchange}:{word}Event" for word in ("Created", "Cancelled")]
    queue = by_hand.queue_declare("", exclusive=True).queue
    by_hand.exchange_declare(names[0], "fanout", durable=True, auto_delete=False)
    by_hand.queue_bind(queue, names[0])
    try:
        with closing(RabbitPublisher(rabbitmq_broker.url, EACH_ITS_OWN)) as publisher:
            for _ in range(2):
                publisher.publish([m for name in names for m in messages(2, topic=name)])
                assert [get(by_hand, queue).body for _ in range(2)] == [b"0", b"1"]
                rabbitmq_broker.cable.cut()
    finally:
        for name in names:
            by_hand.exchange_delete(name)


def test_what_the_broker_refuses_is_not_published(rabbitmq_broker: CutBroker, by_hand: Any) -> None:
    """A queue that is full by its owner's choice: what had room is told from what had not."""
    exchange, queue = rabbitmq_broker.exchange, rabbitmq_broker.queue("full")
    publisher = rabbitmq_broker.publisher()
    publisher.publish(messages(1))
    arguments = {"x-max-length": 3, "x-overflow": "reject-publish"}
    by_hand.queue_declare(queue, durable=True, auto_delete=False, arguments=arguments)
    by_hand.queue_bind(queue, exchange, "booking.#")
    with pytest.raises(NotPublished) as refused:
        publisher.publish(messages(10))
    assert refused.value.confirmed == {0, 1, 2}
    assert [get(by_hand, queue).body for _ in range(3)] == [b"0", b"1", b"2"]


def test_queues_that_others_made_are_used_as_they_are(
    rabbitmq_broker: CutBroker, by_hand: Any
) -> None:
    """An exchange and a classic queue with other arguments serve: nobody has to delete anything."""
    exchange, queue = rabbitmq_broker.exchange, rabbitmq_broker.queue("a")
    by_hand.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
    by_hand.queue_declare(queue, durable=True, auto_delete=False)
    receiver = rabbitmq_broker.receiver("payment.#")
    by_hand.basic_publish(
        amqp.Message(b'{"type": "PAYMENT_COMPLETED"}', content_type="application/json"),
        exchange,
        "payment.completed",
    )
    (delivery,) = wait_for(receiver, 1, 5.0)
    assert delivery.message == Message(
        key="",
        topic="payment.completed",
        body=b'{"type": "PAYMENT_COMPLETED"}',
        headers={"content-type": "application/json"},
    )


def test_what_is_never_accepted_ends_in_the_brokers_own_net(
    rabbitmq_broker: CutBroker, by_hand: Any
) -> None:
    """A message that is given back again and again does not go round for ever."""
    receiver = rabbitmq_broker.receiver()
    rabbitmq_broker.publisher().publish(messages(1))
    count = 0
    while found := wait_for(receiver, 1, QUIET_SECONDS):
        count += 1
        receiver.give_back(found)
    assert count == DELIVERIES_MOST + 1
    assert get(by_hand, f"{rabbitmq_broker.queue('a')}.dead").body == b"0"


def test_a_consumer_that_works_for_long_keeps_its_connection(rabbitmq_broker: CutBroker) -> None:
    """Heartbeats go on meanwhile: what it accepts then is accepted."""
    receiver = RabbitReceiver(
        rabbitmq_broker.url,
        rabbitmq_broker.exchange,
        Subscription(consumer="a", topics=("#",)),
        rabbitmq_broker.queue("a"),
        heartbeat_seconds=1.0,
    )
    with closing(receiver):
        receiver.receive(1, 0)
        rabbitmq_broker.publisher().publish(messages(2))
        found = wait_for(receiver, 2, 5.0)
        time.sleep(4.0)  # The broker gives a silent client two heartbeats.
        receiver.accept(found)
    assert list(rabbitmq_broker.receiver(joined=False).receive(1, QUIET_SECONDS)) == []


def test_what_was_read_with_others_is_handed_on_at_once(rabbitmq_broker: CutBroker) -> None:
    """Nothing of it waits until the broker says something else, or for a heartbeat."""
    rabbitmq_broker.receiver().close()  # The queue stands.
    rabbitmq_broker.publisher().publish(messages(100))
    receiver = RabbitReceiver(
        rabbitmq_broker.url,
        rabbitmq_broker.exchange,
        Subscription(consumer="a", topics=("#",)),
        rabbitmq_broker.queue("a"),
        heartbeat_seconds=1000.0,
    )
    with closing(receiver):
        assert bodies(wait_for(receiver, 100, 10.0)) == [b"%d" % number for number in range(100)]


def test_a_deleted_queue_is_made_again(rabbitmq_broker: CutBroker, by_hand: Any) -> None:
    """The broker cancels the consumer, who then declares what it needs once more."""
    receiver = rabbitmq_broker.receiver()
    by_hand.queue_delete(rabbitmq_broker.queue("a"))
    publisher = rabbitmq_broker.publisher()
    found: list[bytes] = []
    until = time.monotonic() + 10.0
    while not found and time.monotonic() < until:
        publisher.publish(messages(1))
        found = bodies(wait_for(receiver, 1, 0.5))
    assert found == [b"0"]


def test_headers_that_are_no_text_are_left_behind(rabbitmq_broker: CutBroker, by_hand: Any) -> None:
    """Numbers become text; tables and lists, which only a broker's own machinery reads, do not."""
    receiver = rabbitmq_broker.receiver()
    body = "Zoë".encode("utf-16")  # py-amqp would decode it.
    headers = {"number": 7, "table": {"a": 1}, "list": [1], "text": "t"}
    by_hand.basic_publish(
        amqp.Message(body, content_encoding="utf-16", application_headers=headers),
        rabbitmq_broker.exchange,
        "a",
    )
    (delivery,) = wait_for(receiver, 1, 5.0)
    assert delivery.message.body == body
    assert delivery.message.headers == {"number": "7", "text": "t"}


def test_a_frozen_broker_is_given_up_within_the_deadline(rabbitmq_broker: CutBroker) -> None:
    """What was confirmed before it froze counts, and nothing else does."""
    rabbitmq_broker.receiver()
    publisher = RabbitPublisher(rabbitmq_broker.url, rabbitmq_broker.exchange, confirm_seconds=0.5)
    with closing(publisher):
        publisher.publish(messages(1))
        rabbitmq_broker.cable.freeze()
        with pytest.raises(NotPublished, match=r"not confirmed within 0\.5 s"):
            publisher.publish(messages(3))


def test_what_is_refused_is_shown_among_the_brokers_dead_letters(
    rabbitmq_broker: CutBroker, by_hand: amqp.Channel
) -> None:
    """Where operators look for it; what is accepted beside is not."""
    receiver = rabbitmq_broker.receiver()
    rabbitmq_broker.publisher().publish(messages(3))
    found = wait_for(receiver, 3, 5.0)
    receiver.refuse([found[1]])
    receiver.accept([found[0], found[2]])
    receiver.close()
    assert get(by_hand, f"{rabbitmq_broker.queue('a')}.dead").body == b"1"


def test_accepting_the_last_accepts_no_other(rabbitmq_broker: CutBroker) -> None:
    """One word to the broker settles many deliveries only if none between is unsettled."""
    receiver = rabbitmq_broker.receiver()
    rabbitmq_broker.publisher().publish(messages(5))
    found = wait_for(receiver, 5, 5.0)
    receiver.accept([found[0], found[3], found[4]])
    receiver.close()
    again = wait_for(rabbitmq_broker.receiver(joined=False), 3, 2.0)
    assert set(bodies(again)) == {b"1", b"2"}


def test_an_old_connections_delivery_accepts_nothing_of_the_new_one(
    rabbitmq_broker: CutBroker,
) -> None:
    """The broker numbers deliveries from one again: another message has that number now."""
    receiver = rabbitmq_broker.receiver()
    rabbitmq_broker.publisher().publish(messages(2))
    found = wait_for(receiver, 2, 5.0)
    rabbitmq_broker.cable.cut()
    assert set(bodies(wait_for(receiver, 2, 10.0))) == {b"0", b"1"}
    receiver.accept(found)
    receiver.close()
    again = wait_for(rabbitmq_broker.receiver(joined=False), 2, 5.0)
    assert set(bodies(again)) == {b"0", b"1"}


def test_a_broker_that_restarted_between_two_batches_is_no_failure(
    rabbitmq_broker: CutBroker,
) -> None:
    """The publisher finds out before it sends anything, and connects anew."""
    receiver, publisher = rabbitmq_broker.receiver(), rabbitmq_broker.publisher()
    publisher.publish(messages(1))
    rabbitmq_broker.cable.cut()
    time.sleep(0.2)  # Until the end of the connection has come through.
    publisher.publish(messages(2)[1:])
    assert set(bodies(wait_for(receiver, 2, 10.0))) == {b"0", b"1"}
