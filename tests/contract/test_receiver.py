"""The contract of Receiver, over every broker."""

from __future__ import annotations

import time

import pytest

from booking_core.domain.kernel.errors import Busy
from booking_core.ports.publisher import Message
from tests.brokers import QUIET_SECONDS, Broker, CutBroker, bodies, messages, wait_for

TOPICS = ("booking.created", "booking.created.late", "payment", "payment.completed", "user.a")


def publish_topics(broker: Broker) -> None:
    """One message of each topic, which is its body too."""
    broker.publisher().publish(
        [Message(key="k", topic=topic, body=topic.encode()) for topic in TOPICS]
    )


@pytest.mark.parametrize(
    ("bindings", "expected"),
    [
        (("booking.*",), {"booking.created"}),
        (("booking.#",), {"booking.created", "booking.created.late"}),
        (("payment.completed",), {"payment.completed"}),
        (("*.created", "user.a"), {"booking.created", "user.a"}),
        (("booking.*", "booking.created"), {"booking.created"}),
        (("#",), set(TOPICS)),
    ],
)
def test_a_consumer_gets_the_topics_it_wants(
    broker: Broker, bindings: tuple[str, ...], expected: set[str]
) -> None:
    """`*` is one word, `#` any number of them; what two bindings want comes once."""
    receiver = broker.receiver(*bindings)
    publish_topics(broker)
    found = [*wait_for(receiver, len(expected), broker.patience)]
    found += wait_for(receiver, 1, QUIET_SECONDS)
    assert sorted(delivery.message.topic for delivery in found) == sorted(expected)
    assert {delivery.message.body.decode() for delivery in found} == expected


def test_every_consumer_has_a_queue_of_its_own(broker: Broker) -> None:
    """What one consumer accepts, another still gets."""
    first, second = broker.receiver(consumer="a"), broker.receiver(consumer="b")
    broker.publisher().publish(messages(2))
    for receiver in (first, second):
        found = wait_for(receiver, 2, broker.patience)
        receiver.accept(found)
        assert bodies(found) == [b"0", b"1"]


def test_an_empty_queue_gives_nothing(broker: Broker) -> None:
    """When no message comes in the time given, there is none, and that is no failure."""
    receiver = broker.receiver()
    assert list(receiver.receive(10, 0.2)) == []
    assert list(receiver.receive(10, 0.0)) == []


def test_at_most_so_many_come_at_once(broker: Broker) -> None:
    """The rest comes with the next calls, and nothing twice."""
    receiver = broker.receiver()
    broker.publisher().publish(messages(5))
    found = [*wait_for(receiver, 1, broker.patience)]
    while more := receiver.receive(2, QUIET_SECONDS):
        assert len(more) <= 2
        found += more
    assert bodies(found) == [b"0", b"1", b"2", b"3", b"4"]


def test_what_is_sent_while_a_consumer_is_away_waits_for_it(broker: Broker) -> None:
    """A queue outlives the connection of whoever reads it."""
    first = broker.receiver()
    broker.publisher().publish(messages(1))
    first.accept(wait_for(first, 1, broker.patience))
    first.close()
    broker.publisher().publish(messages(2)[1:])
    assert bodies(wait_for(broker.receiver(joined=False), 1, broker.patience)) == [b"1"]


def test_what_is_accepted_does_not_come_again(broker: Broker) -> None:
    """Not on this connection, and not on the next."""
    receiver = broker.receiver()
    broker.publisher().publish(messages(3))
    found = wait_for(receiver, 3, broker.patience)
    receiver.accept([found[1]])
    receiver.accept([found[0], found[2]])
    receiver.accept(found)  # Twice is harmless.
    receiver.close()
    broker.publisher().publish(messages(4)[3:])
    assert bodies(wait_for(broker.receiver(joined=False), 2, broker.patience / 2)) == [b"3"]


def test_what_is_not_accepted_comes_again(broker: Broker) -> None:
    """Whoever closes before accepting leaves it to the next, who is warned."""
    first = broker.receiver()
    broker.publisher().publish(messages(3))
    found = wait_for(first, 3, broker.patience)
    first.accept(found[:1])
    first.close()
    again = wait_for(broker.receiver(joined=False), 2, broker.patience)
    assert set(bodies(again)) == {b"1", b"2"}
    assert all(delivery.may_be_again for delivery in again)


def test_what_is_given_back_comes_again(broker: Broker) -> None:
    """At once, to whoever reads the queue, with a warning; others are not held up by it."""
    receiver = broker.receiver()
    broker.publisher().publish(messages(3))
    found = wait_for(receiver, 3, broker.patience)
    receiver.accept(found[:2])
    receiver.give_back(found[2:])
    (again,) = wait_for(receiver, 1, broker.patience)
    assert (again.message, again.may_be_again) == (found[2].message, True)
    receiver.accept([again])
    assert list(receiver.receive(1, QUIET_SECONDS)) == []


def test_what_is_refused_comes_no_more(broker: Broker) -> None:
    """It is as done with as what is accepted."""
    receiver = broker.receiver()
    broker.publisher().publish(messages(3))
    found = wait_for(receiver, 3, broker.patience)
    receiver.refuse(found[:1])
    receiver.accept(found[1:])
    assert list(receiver.receive(1, QUIET_SECONDS)) == []
    receiver.close()
    assert list(wait_for(broker.receiver(joined=False), 1, broker.patience / 2)) == []


def test_giving_back_what_is_in_the_middle_loses_nothing(broker: Broker) -> None:
    """All comes again until it is accepted, whatever is accepted around it."""
    receiver = broker.receiver()
    broker.publisher().publish(messages(6))
    found = wait_for(receiver, 6, broker.patience)
    receiver.give_back(found[2:4])
    receiver.accept(found[4:])
    receiver.accept(found[:2])
    left = {b"2", b"3"}
    for again in wait_for(receiver, 4, 3.0):
        left.discard(again.message.body)
        receiver.accept([again])
    assert left == set()
    receiver.close()
    assert list(wait_for(broker.receiver(joined=False), 1, broker.patience / 2)) == []


def test_after_close_it_receives_again(broker: Broker) -> None:
    """Closing lets go of a connection; the next call makes a new one."""
    receiver = broker.receiver()
    receiver.close()
    broker.publisher().publish(messages(1))
    assert bodies(wait_for(receiver, 1, broker.patience)) == [b"0"]


def test_two_of_one_consumer_share_the_work(broker: Broker) -> None:
    """Each message goes to one of them, and none is left."""
    receivers = [broker.receiver(joined=False), broker.receiver(joined=False)]
    for receiver in receivers:
        receiver.receive(1, broker.patience / 4)
    broker.publisher().publish(messages(40, keys=40))
    found: list[bytes] = []
    until = time.monotonic() + 6 * broker.patience  # Whoever joins makes others wait for a share.
    while len(set(found)) < 40 and time.monotonic() < until:
        for receiver in receivers:
            some = receiver.receive(5, 0.2)
            receiver.accept(some)
            found += bodies(some)
    assert sorted(set(found)) == sorted(message.body for message in messages(40))


def test_of_a_broken_connection_nothing_is_accepted(cut_broker: CutBroker) -> None:
    """Accepting, giving back and receiving go on as if nothing had happened; nothing is lost."""
    receiver = cut_broker.receiver()
    cut_broker.publisher().publish(messages(4))
    found = wait_for(receiver, 4, cut_broker.patience)
    cut_broker.cable.cut()
    receiver.accept(found[:2])
    receiver.give_back(found[2:])
    cut_broker.publisher().publish(messages(5)[4:])
    again = wait_for(receiver, 5, 4.0)
    assert {b"2", b"3", b"4"} <= set(bodies(again))
    assert all(one.may_be_again for one in again if one.message.body != b"4")


def test_a_broker_out_of_reach_makes_it_busy(cut_broker: CutBroker) -> None:
    """It says so in the time given, more or less, and goes on by itself when the broker is back."""
    receiver = cut_broker.receiver()
    cut_broker.cable.unplug()
    until = time.monotonic() + 10.0
    with pytest.raises(Busy):  # noqa: PT012
        while time.monotonic() < until:
            receiver.receive(1, 0.5)
    cut_broker.cable.plug()
    cut_broker.publisher().publish(messages(1))
    assert bodies(wait_for(receiver, 1, 15.0)) == [b"0"]


def test_a_consumer_that_is_cut_off_again_and_again_misses_nothing(cut_broker: CutBroker) -> None:
    """Whatever it had not accepted comes again: it ends with all of them."""
    receiver = cut_broker.receiver()
    cut_broker.publisher().publish(messages(200))
    found: set[bytes] = set()
    cuts = 0
    while more := wait_for(receiver, 20, 4.0):
        found |= set(bodies(more))
        if cuts < 5:
            cuts += 1
            cut_broker.cable.cut()
        receiver.accept(more)
    assert found == {message.body for message in messages(200)}
