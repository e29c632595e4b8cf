"""The contract of Publisher, over every broker."""

from __future__ import annotations

import os
import time
import zlib

import pytest

from booking_core.domain.kernel.errors import Kind
from booking_core.ports.publisher import Message, NotPublished, Publisher
from booking_core.ports.receiver import Delivery
from tests.brokers import Broker, CutBroker, bodies, messages, wait_for


def keep_trying(publisher: Publisher, what: list[Message], seconds: float = 15.0) -> None:
    """Publish as a relay does: what was not confirmed, once more."""
    until = time.monotonic() + seconds
    while True:
        try:
            return publisher.publish(what)
        except NotPublished as refusal:
            what = [one for place, one in enumerate(what) if place not in refusal.confirmed]
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def by_key(deliveries: list[Delivery]) -> dict[str, list[int]]:
    """The numbers of each key, in the order of their arrival."""
    found: dict[str, list[int]] = {}
    for delivery in deliveries:
        found.setdefault(delivery.message.key, []).append(int(delivery.message.body))
    return found


def test_nothing_at_all_can_be_published(broker: Broker) -> None:
    """No messages are no failure."""
    broker.publisher().publish([])


def test_a_message_arrives_as_it_was_sent(broker: Broker) -> None:
    """Key, topic, bytes and headers are the same at the other end."""
    receiver = broker.receiver("booking.#")
    sent = Message(
        key="7c9e6679-7425-40de-944b-e07fc1f90ae7",
        topic="booking.created",
        body='{"name": "Zoë"}'.encode(),
        headers={"content-type": "application/json", "correlation-id": "c-1", "größe": "Ωmega"},
    )
    broker.publisher().publish([sent])
    (delivery,) = wait_for(receiver, 1, broker.patience)
    assert delivery.message == sent


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00", bytes(range(256)), b"\xff\xfe\x80", os.urandom(64 * 1024)],
    ids=["empty", "nul", "every byte", "no UTF-8", "64 KiB"],
)
def test_bytes_are_carried_unharmed(broker: Broker, body: bytes) -> None:
    """A body is any bytes, and nobody on the way takes it for text."""
    receiver = broker.receiver()
    broker.publisher().publish([Message(key="k", topic="booking.created", body=body)])
    (delivery,) = wait_for(receiver, 1, broker.patience)
    assert delivery.message.body == body
    assert isinstance(delivery.message.body, bytes)


@pytest.mark.parametrize(
    "content_type",
    ["application/x-python-serialize", "application/x-yaml", "application/json"],
)
def test_no_content_type_makes_anybody_decode(broker: Broker, content_type: str) -> None:
    """A pickle stays bytes, and what is packed stays packed: whoever reads decides what it is."""
    receiver = broker.receiver()
    body = zlib.compress(b"\x80\x04cos\nsystem\n(S'false'\ntR.")
    headers = {"content-type": content_type, "compression": "application/x-gzip"}
    broker.publisher().publish([Message(key="k", topic="a", body=body, headers=headers)])
    (delivery,) = wait_for(receiver, 1, broker.patience)
    assert delivery.message.body == body
    assert delivery.message.headers["content-type"] == content_type


def test_messages_of_one_key_arrive_in_order(broker: Broker) -> None:
    """Within a batch and from batch to batch, each key's messages keep their order."""
    receiver, publisher = broker.receiver(), broker.publisher()
    numbered = messages(1200, keys=7)
    for first in (0, 700, 900):
        publisher.publish(numbered[first : {0: 700, 700: 900, 900: 1200}[first]])
    found = []
    while more := wait_for(receiver, 100, broker.patience if not found else 1.0):
        found += more
        receiver.accept(more)
    assert by_key(found) == {f"key-{key}": list(range(key, 1200, 7)) for key in range(7)}


def test_what_is_begun_is_confirmed_by_the_rest(broker: Broker) -> None:
    """One batch after the other arrives whole, in order, whatever is done in between."""
    receiver, publisher = broker.receiver(), broker.publisher()
    numbered = messages(60, keys=7)
    for first in (0, 20, 40):
        rest = publisher.begin(numbered[first : first + 20])
        time.sleep(0.05)
        rest()
    publisher.begin([])()
    found = wait_for(receiver, 60, broker.patience)
    assert by_key(found) == {f"key-{key}": list(range(key, 60, 7)) for key in range(7)}


def test_what_is_begun_and_left_is_not_taken_for_what_follows(broker: Broker) -> None:
    """Whoever could not wait for a batch goes on with another, which arrives."""
    receiver, publisher = broker.receiver(), broker.publisher()
    publisher.begin(messages(3))
    publisher.publish(messages(5)[3:])
    told: set[bytes] = set()
    while not {b"3", b"4"} <= told:
        told |= set(bodies(wait_for(receiver, 1, broker.patience)))


def test_what_was_begun_on_a_line_that_broke_is_refused_by_the_rest(cut_broker: CutBroker) -> None:
    """Not before: whoever begins several batches at several brokers is not kept from waiting."""
    receiver, publisher = cut_broker.receiver(), cut_broker.publisher()
    cut_broker.cable.unplug()
    rest = publisher.begin(messages(3))
    with pytest.raises(NotPublished) as refused:
        rest()
    assert refused.value.confirmed == frozenset()
    cut_broker.cable.plug()
    keep_trying(publisher, messages(3))
    assert set(bodies(wait_for(receiver, 3, 15.0))) == {b"0", b"1", b"2"}


def test_after_close_it_publishes_again(broker: Broker) -> None:
    """Closing lets go of a connection; the next batch makes a new one."""
    receiver, publisher = broker.receiver(), broker.publisher()
    publisher.publish(messages(1))
    publisher.close()
    publisher.publish(messages(2)[1:])
    assert bodies(wait_for(receiver, 2, broker.patience)) == [b"0", b"1"]


def test_a_broker_out_of_reach_is_told(cut_broker: CutBroker) -> None:
    """It is refused as busy, nothing counts as confirmed, and later it works again."""
    receiver, publisher = cut_broker.receiver(), cut_broker.publisher()
    cut_broker.cable.unplug()
    with pytest.raises(NotPublished) as refused:
        publisher.publish(messages(3))
    assert (refused.value.confirmed, refused.value.kind) == (frozenset(), Kind.BUSY)
    cut_broker.cable.plug()
    keep_trying(publisher, messages(3))
    assert set(bodies(wait_for(receiver, 3, 15.0))) == {b"0", b"1", b"2"}


def test_an_idle_connection_that_broke_is_replaced(cut_broker: CutBroker) -> None:
    """After a restart of the broker between two batches, the next one arrives."""
    receiver, publisher = cut_broker.receiver(), cut_broker.publisher()
    publisher.publish(messages(1))
    # What Redis is about to hand over when the line is cut is lost (docs/explanation/brokers.md).
    receiver.accept(wait_for(receiver, 1, 15.0))
    cut_broker.cable.cut()
    keep_trying(publisher, messages(2)[1:])
    told: list[bytes] = []
    while b"1" not in told:  # The first may come again: its acceptance may have been cut.
        (delivery,) = wait_for(receiver, 1, 15.0)
        told += bodies([delivery])


def test_a_broker_that_says_nothing_is_not_believed(cut_broker: CutBroker) -> None:
    """What is not confirmed in time is not published, though it may arrive yet."""
    receiver, publisher = cut_broker.receiver(), cut_broker.publisher()
    publisher.publish(messages(1))
    cut_broker.cable.freeze()
    with pytest.raises(NotPublished) as refused:
        publisher.publish(messages(3)[1:])
    assert refused.value.confirmed == frozenset()
    cut_broker.cable.thaw()
    keep_trying(publisher, messages(3)[1:])
    assert set(bodies(wait_for(receiver, 5, 5.0))) == {b"0", b"1", b"2"}


def test_what_a_cut_leaves_unconfirmed_is_sent_again(cut_broker: CutBroker) -> None:
    """Cut in the middle of batches, again and again, a relay that repeats loses nothing."""
    receiver, publisher = cut_broker.receiver(), cut_broker.publisher()
    numbered = messages(1000)
    for first in range(0, 1000, 100):
        if first % 300 == 0:
            cut_broker.cable.cut()
        keep_trying(publisher, numbered[first : first + 100])
    found: set[bytes] = set()
    while more := wait_for(receiver, 100, 5.0):
        found |= set(bodies(more))
        receiver.accept(more)
    assert found == {message.body for message in numbered}
