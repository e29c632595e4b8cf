"""What can be found out about a broker."""

from __future__ import annotations

import pytest

from booking_adapters.brokers.inspection import Grade, Observed
from booking_adapters.brokers.open import open_inspector
from booking_core.domain.kernel.errors import Busy
from tests.brokers import Broker, CutBroker, messages


@pytest.fixture(params=["rabbitmq", "redis", "kafka"])
def broker(request: pytest.FixtureRequest) -> Broker:
    """A broker, with an exchange that nobody else uses."""
    broker: Broker = request.getfixturevalue(f"{request.param}_broker")
    return broker


@pytest.fixture(params=["rabbitmq", "redis"])
def cut_broker(request: pytest.FixtureRequest) -> CutBroker:
    """One whose connections a test can cut."""
    broker: CutBroker = request.getfixturevalue(f"{request.param}_broker")
    return broker


def seen(broker: Broker) -> list[Observed]:
    """All that is observed there."""
    return list(open_inspector(broker.url, broker.exchange).observe())


def worries(broker: Broker) -> str:
    """What of it is not as it should be for this exchange, in one text."""
    return "; ".join(
        it.detail
        for it in seen(broker)
        if it.grade is not Grade.OK and broker.exchange in it.detail
    )


def test_what_answers_is_named(broker: Broker) -> None:
    """With its version, where it has one."""
    assert open_inspector(broker.url, broker.exchange).reach().partition(" ")[0] in {
        "RabbitMQ",
        "Redis",
        "Kafka,",
    }


def test_before_anybody_was_there_its_names_are_missed(broker: Broker) -> None:
    """That is a worry and no fault: whoever is first makes them."""
    assert worries(broker)
    assert Grade.FAULT not in {it.grade for it in seen(broker)}


def test_when_all_is_in_place_nothing_is_missed(broker: Broker) -> None:
    """The exchange, and a queue that is bound to it."""
    broker.receiver("booking.#")
    broker.publisher().publish(messages(1))
    assert worries(broker) == ""


def test_what_no_queue_wanted_is_told(rabbitmq_broker: CutBroker) -> None:
    """It is in a queue of its own, for an operator to look at."""
    rabbitmq_broker.publisher().publish(messages(3))
    assert "which no queue wanted: 3" in worries(rabbitmq_broker)


def test_confirms_are_tried(rabbitmq_broker: CutBroker) -> None:
    """By a message that nobody else sees."""
    assert Observed(Grade.OK, "messages are confirmed") in seen(rabbitmq_broker)


def test_one_that_is_away_is_busy(cut_broker: CutBroker) -> None:
    """So is one that went away meanwhile."""
    inspector = open_inspector(cut_broker.url, cut_broker.exchange)
    inspector.reach()
    cut_broker.cable.unplug()
    with pytest.raises(Busy):
        inspector.reach()
    with pytest.raises(Busy):
        list(inspector.observe())
