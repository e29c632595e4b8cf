"""The examples in "Receive events": their settings do what the page says, over RabbitMQ."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import amqp
import pytest

from booking_adapters.composition import compose
from booking_adapters.consumers.registry import CONSUMERS
from booking_adapters.settings import Settings, read_settings
from booking_core.ports.inbox import LetterState
from tests.brokers import rabbitmq

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "receive-events.md"
APPOINTMENTS, MASSTRANSIT = "Beside services that speak of appointments", "Beside MassTransit"


def example(heading: str, **instead: str) -> Settings:
    """The settings below that heading; those that name places replaced by a test's own."""
    text = PAGE.read_text(encoding="utf-8").partition(f"### {heading}\n")[2].partition("###")[0]
    variables = dict(re.findall(r"^export (\w+)=(\S+)$", text, re.MULTILINE))
    assert variables
    return read_settings({**variables, "BOOKING_DATABASE_URL": "memory://", **instead})


@pytest.fixture
def hand(rabbitmq_url: str) -> Iterator[amqp.Channel]:
    """A channel of an operator's."""
    with closing(rabbitmq(rabbitmq_url)) as connection:
        yield connection.channel()


def test_every_setting_of_the_examples_is_one() -> None:
    """None is misspelt, none is refused."""
    for heading in (APPOINTMENTS, MASSTRANSIT):
        assert example(heading).unknown == {}


def test_the_appointments_exchange_and_queue_keep_their_names() -> None:
    """What hears of payments has the queue that such deployments have for it."""
    broker = example(APPOINTMENTS).broker
    assert broker is not None
    assert broker.exchange == "appointment_events"
    assert broker.queue("payments-from-appointments") == "payment_events"


def test_three_retries_a_minute_apart() -> None:
    """As MassTransit's `Interval(3, TimeSpan.FromMinutes(1))`."""
    schedule = example(MASSTRANSIT).consumers.schedule
    assert schedule.intervals == (timedelta(minutes=1),) * 3
    assert not schedule.has_jitter


def test_the_appointments_queue_stands_as_its_operators_know_it(
    hand: amqp.Channel, rabbitmq_url: str
) -> None:
    """Bound to `payment.#`; what cannot be read is in the dead-letter queue beside, and in ours."""
    exchange, queue = (f"{name}_{uuid4().hex}" for name in ("appointment_events", "payment_events"))
    settings = example(
        APPOINTMENTS,
        RABBITMQ_URL=rabbitmq_url,
        RABBITMQ_EVENTS_EXCHANGE=exchange,
        RABBITMQ_PAYMENT_QUEUE=queue,
        BOOKING_PAYMENTS_FROM=f"appointments@{exchange}",
    )
    name = "payments-from-appointments"
    try:
        with compose(settings) as composition:
            consumer = CONSUMERS[name].make(composition.engine, settings)
            with closing(composition.consume(consumer, stopping=lambda: False)) as events:
                events.turn()
                for topic in ("payment.completed", "payment.refund.late", "appointment.created"):
                    hand.basic_publish(amqp.Message("not JSON"), exchange, topic)
                while events.turn():
                    pass
            dead = composition.storage.inbox.letters(name, LetterState.DEAD)
        assert {letter.message.topic for letter in dead} == {
            "payment.completed",
            "payment.refund.late",
        }
        assert hand.queue_declare(queue, passive=True).message_count == 0
        assert until_there(hand, f"{queue}.dead", 2)
    finally:
        for left in (queue, f"{queue}.dead", f"{exchange}.unrouted"):
            hand.queue_delete(left)
        for end in ("", ".dead", ".unrouted"):
            hand.exchange_delete(f"{exchange}{end}")


def until_there(hand: amqp.Channel, queue: str, count: int) -> bool:
    """Whether so many messages come to be in the queue."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if hand.queue_declare(queue, passive=True).message_count == count:
            return True
        time.sleep(0.1)
    return False
