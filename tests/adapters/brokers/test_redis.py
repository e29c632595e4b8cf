"""What the engine asks of Redis alone, by Kombu's own frames."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any, cast

import pytest
import redis
from kombu.connection import Connection
from kombu.entity import Exchange
from kombu.messaging import Producer

from booking_adapters.brokers.redis import putting, taking
from booking_adapters.brokers.redis import receiver as redis_receiver
from booking_adapters.brokers.redis.receiver import RedisReceiver
from booking_core.application.messaging.consume_events import ConsumeEvents
from booking_core.domain.kernel.errors import Busy
from booking_core.ports.publisher import NotPublished
from booking_core.ports.receiver import Subscription
from tests.brokers import CutBroker, bodies, messages, wait_for
from tests.unit.application.messaging.lossy import WITHIN, Lossy


@pytest.fixture
def by_hand(redis_url: str) -> Iterator[redis.Redis]:
    """A client of somebody who does not use our adapters."""
    with redis.Redis.from_url(redis_url) as client:
        yield client


def test_a_message_by_kombu_itself_is_understood(redis_broker: CutBroker, redis_url: str) -> None:
    """Another service that publishes to the exchange by Kombu is heard, with its routing key."""
    receiver = redis_broker.receiver("payment.#")
    with Connection(redis_url) as connection:
        producer = Producer(connection.channel(), exchange=Exchange(redis_broker.exchange, "topic"))
        producer.publish({"a": 1}, routing_key="payment.received", serializer="json")
    (delivery,) = wait_for(receiver, 1, 5.0)
    assert (delivery.message.topic, json.loads(delivery.message.body)) == (
        "payment.received",
        {"a": 1},
    )


def test_a_message_is_written_as_kombu_writes_it(
    redis_broker: CutBroker, redis_url: str, by_hand: redis.Redis
) -> None:
    """Another service that consumes by Kombu finds nothing that it does not know."""
    odd = "é 座 \"' \\ \0"
    headers = {"content-type": "application/json", "odd": odd}
    (plain,) = messages(1)
    message = replace(plain, headers=headers)
    with closing(redis_broker.receiver()) as receiver:
        receiver.receive(1, 0)  # It declares all that must stand.
    (queue,) = redis_broker.queues
    redis_broker.publisher().publish([message])
    with Connection(redis_url) as connection:
        Producer(connection.channel()).publish(
            message.body,
            routing_key=queue,
            content_type="application/json",
            content_encoding="binary",
            headers={"booking-key": message.key, "booking-topic": message.topic, "odd": odd},
        )
    found = cast("list[bytes]", by_hand.lrange(queue, 0, -1))
    theirs, ours = map(json.loads, found)
    assert theirs["properties"].pop("delivery_tag") != ours["properties"].pop("delivery_tag")
    assert ours == theirs


def test_many_come_in_their_order(redis_broker: CutBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many commands it takes to put them there, and whatever the queue."""
    monkeypatch.setattr(putting, "COMMAND_FRAMES_MOST", 3)
    receivers = [redis_broker.receiver(consumer=name) for name in ("a", "b")]
    redis_broker.publisher().publish(messages(10))
    for receiver in receivers:
        assert bodies(wait_for(receiver, 10, 5.0)) == [str(n).encode() for n in range(10)]


def test_what_another_consumer_lost_comes_to_it_alone(redis_broker: CutBroker) -> None:
    """A message that one consumer gives back is not sent to all the others once more."""
    first, second = redis_broker.receiver(consumer="a"), redis_broker.receiver(consumer="b")
    redis_broker.publisher().publish(messages(1))
    first.give_back(wait_for(first, 1, 5.0))
    second.accept(wait_for(second, 1, 5.0))
    assert bodies(wait_for(first, 1, 5.0)) == [b"0"]
    assert list(second.receive(1, 1.0)) == []


def test_what_it_had_when_redis_went_away_comes_again_with_redis(redis_broker: CutBroker) -> None:
    """Nobody waits for the visibility timeout, and what was first comes first."""
    receiver = redis_broker.receiver()
    redis_broker.publisher().publish(messages(5))
    found = wait_for(receiver, 3, 5.0)
    redis_broker.cable.unplug()
    receiver.accept(found)  # In vain.
    with pytest.raises(Busy):
        receiver.receive(1, 0.5)
    redis_broker.cable.plug()
    assert bodies(wait_for(receiver, 5, 5.0)) == [b"0", b"1", b"2", b"3", b"4"]


def test_what_it_never_heard_of_comes_again_at_once(
    redis_broker: CutBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis gave it, and the answer was lost: nobody waits for the visibility timeout."""
    receiver = redis_broker.receiver()
    redis_broker.publisher().publish(messages(5))
    really = taking.take

    def in_vain(*asked: Any) -> Any:
        monkeypatch.undo()
        really(*asked)
        raise ConnectionResetError("the answer was lost")

    monkeypatch.setattr(redis_receiver, "take", in_vain)
    found = wait_for(receiver, 5, 5.0)
    assert sorted(bodies(found)) == [b"0", b"1", b"2", b"3", b"4"]
    receiver.accept(found)
    receiver.close()
    assert list(redis_broker.receiver().receive(1, 0.5)) == []


ODD = '"delivery_tag": "odd", "delivery_info": {"exchange": "", "routing_key": "a"}'
RUBBISH = [
    "no JSON",
    "{}",
    "[]",
    '{"__type__": "uuid", "__value__": 1}',
    '{"properties": {}}',
    f'{{"properties": {{{ODD}}}, "headers": 7}}',
    f'{{"properties": {{{ODD}, "body_encoding": "odd"}}, "body": "a"}}',
]


@pytest.mark.parametrize("what", RUBBISH)
@pytest.mark.parametrize("is_behind", [False, True])
def test_what_is_no_frame_holds_nobody_up(
    redis_broker: CutBroker, by_hand: redis.Redis, what: str, is_behind: bool
) -> None:
    """Somebody else's rubbish in the list is dropped with a word in the log, wherever it lies."""
    receiver, publisher = redis_broker.receiver(), redis_broker.publisher()
    if is_behind:
        publisher.publish(messages(1))
    by_hand.lpush(redis_broker.queue("a"), what)
    publisher.publish(messages(1))
    found = wait_for(receiver, 1 + is_behind, 5.0)
    assert bodies(found) == [b"0"] * (1 + is_behind)
    receiver.accept(found)
    assert by_hand.llen(redis_broker.queue("a")) == 0
    assert not by_hand.hexists("unacked", "odd")


def test_what_is_taken_at_once_is_noted_at_once(
    redis_broker: CutBroker, by_hand: redis.Redis
) -> None:
    """Redis itself knows of each that it is with somebody, until it is accepted, or given back."""
    receiver = redis_broker.receiver()
    redis_broker.publisher().publish(messages(50))
    found = wait_for(receiver, 50, 5.0)
    tags = [cast("tuple[int, str]", delivery.tag)[1] for delivery in found]
    assert bodies(found) == [b"%d" % number for number in range(50)]
    noted = by_hand.hmget("unacked", tags), [by_hand.zscore("unacked_index", tag) for tag in tags]
    assert None not in [*noted[0], *noted[1]]
    receiver.accept(found[:30])
    receiver.give_back(found[30:])
    assert set(by_hand.hmget("unacked", tags)) == {None}
    assert bodies(wait_for(receiver, 20, 5.0)) == [b"%d" % number for number in range(30, 50)]


def test_what_a_killed_consumer_had_comes_again_in_time(redis_broker: CutBroker) -> None:
    """After the visibility timeout, while somebody polls; the dead one's connection is cut off."""
    redis_broker.url = redis_broker.url.replace("/9", "/8")  # Where nobody waits longer.

    def receiver() -> Any:
        return RedisReceiver(
            redis_broker.url,
            redis_broker.exchange,
            Subscription(consumer="a", topics=("#",)),
            redis_broker.queue("a"),
            visibility_seconds=1.0,
        )

    with closing(receiver()) as killed, closing(receiver()) as living:
        killed.receive(1, 0)
        redis_broker.publisher().publish(messages(1))
        assert bodies(wait_for(killed, 1, 5.0)) == [b"0"]
        (again,) = wait_for(living, 1, 10.0)
        assert (again.message.body, again.may_be_again) == (b"0", True)
        living.accept([again])
    with redis.Redis.from_url(redis_broker.url) as client:
        for prefix in ("_kombu.binding.", "_kombu.binding_permanent."):
            client.delete(f"{prefix}{redis_broker.exchange}")


def test_what_died_with_its_consumer_is_told_again(
    redis_broker: CutBroker, by_hand: redis.Redis
) -> None:
    """Taken off the list, and not noted yet: no broker has it then, and a receipt is missed."""
    lossy = Lossy()
    relay = lossy.relay("a", publisher=redis_broker.publisher())
    worker = lossy.worker("a", receiver=redis_broker.receiver())
    worker.close()
    lost = lossy.book()
    lossy.run(relay, seconds=1, step=1)
    assert by_hand.rpop(redis_broker.queue("a")) is not None
    other = lossy.book()
    lossy.run(relay)
    wait_until(worker, lambda: lossy.effects == [("a", other, 1)])
    lossy.run(relay, seconds=WITHIN.total_seconds() + 10)
    wait_until(worker, lambda: lossy.effects == [("a", other, 1), ("a", lost, 1)])
    lossy.run(relay, seconds=3 * WITHIN.total_seconds())
    assert lossy.awaited() == 0
    worker.close()


def wait_until(worker: ConsumeEvents, is_done: Callable[[], bool]) -> None:
    """Let it work until then, at most for a while."""
    until = time.monotonic() + 10
    while not is_done():
        assert time.monotonic() < until
        worker.turn()


def test_a_redis_that_is_full_refuses(redis_broker: CutBroker, by_hand: redis.Redis) -> None:
    """An error within the pipeline is no success: nothing of the batch counts as arrived."""
    redis_broker.receiver()
    by_hand.delete(redis_broker.queue("a"))
    by_hand.set(redis_broker.queue("a"), "not a list, so that pushing fails")
    with pytest.raises(NotPublished) as refused:
        redis_broker.publisher().publish(messages(2))
    assert refused.value.confirmed == frozenset()
