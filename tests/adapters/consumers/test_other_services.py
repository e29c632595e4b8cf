"""Other systems' own messages, sent by their own means over real brokers, pay for bookings of ours.

RabbitMQ is told by py-amqp, Redis by Kombu, Kafka by its own client: none of our publishers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from uuid import uuid4

import amqp
import kombu
import pytest
from confluent_kafka import Producer

from booking_adapters.composition import Composition, compose
from booking_adapters.consumers.heard import PREFIX
from booking_adapters.consumers.registry import CONSUMERS
from booking_adapters.settings import read_settings
from booking_core.application.messaging.consume_events import ConsumeEvents
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.ids import DEFAULT_TENANT, TenantId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.lifecycle import PaymentState
from booking_core.ports.booking_repository import Dossier
from booking_core.ports.inbox import LetterState
from tests.adapters.consumers.shop import order
from tests.brokers import rabbitmq
from tests.storages import SqliteStorages
from tests.unit.messages.samples import masstransit, texts

PATIENCE_SECONDS = 30.0
PAYMENT = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
CONFIRMED = BookingState.CONFIRMED, PaymentState.PAID


@contextmanager
def listening(
    storages: SqliteStorages, url: str, dialect: str, exchange: str
) -> Iterator[tuple[Composition, ConsumeEvents]]:
    """An engine that hears of payments there, as `booking worker` runs it."""
    name = PREFIX + dialect
    with ExitStack() as stack:
        variables = {
            "BOOKING_DATABASE_URL": stack.enter_context(storages.url()),
            "BOOKING_BROKER_URL": url,
            "BOOKING_RETRY_SECONDS": "0.1,0.1",
            "BOOKING_PAYMENTS_FROM": f"{dialect}@{exchange}",
            f"BOOKING_QUEUE_{name.upper().replace('-', '_')}": f"{exchange}.heard",
        }
        settings = read_settings(variables)
        composition = stack.enter_context(compose(settings))
        consumer = CONSUMERS[name].make(composition.engine, settings)
        events = composition.consume(consumer, stopping=lambda: False)
        stack.enter_context(closing(events))
        events.receiver.receive(1, 0)
        yield composition, events


def until(
    composition: Composition,
    events: ConsumeEvents,
    booking: Booking,
    wanted: tuple[BookingState, PaymentState],
) -> None:
    """Consume until the booking stands like that."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (found := state(composition, booking)) != wanted:
        assert time.monotonic() < end, (found, composition.storage.inbox.counts())
        events.turn()


def state(composition: Composition, booking: Booking) -> tuple[BookingState, PaymentState]:
    """Of the booking, and of its payment."""
    now: Dossier = composition.storage.bookings.get(booking.tenant_id, booking.id)
    return now.booking.state, now.account.state


@pytest.fixture
def rabbit(rabbitmq_url: str) -> Iterator[amqp.Channel]:
    """Somebody else's line to RabbitMQ."""
    with closing(rabbitmq(rabbitmq_url)) as connection:
        yield connection.channel()


@pytest.fixture
def exchange() -> str:
    """A name that nobody else uses."""
    return f"booking_test.{uuid4().hex}"


def clear(channel: amqp.Channel, exchange: str) -> None:
    """Leave nothing in RabbitMQ."""
    queue = f"{exchange}.heard"
    for name in (exchange, f"{exchange}.unrouted", f"{exchange}.dead", queue, f"{queue}.dead"):
        channel.queue_delete(name)
        channel.exchange_delete(name)


def test_the_appointments_service_over_rabbitmq(
    sqlite_storages: SqliteStorages, rabbitmq_url: str, rabbit: amqp.Channel, exchange: str
) -> None:
    """003: `payment_events` is a topic exchange of theirs, with `payment.#` bound to it."""
    rabbit.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
    with listening(sqlite_storages, rabbitmq_url, "appointments", exchange) as (engine, events):
        booking = order(engine.engine, Money(7500, "USD"), TenantId("tenant123"))
        (text,) = texts("003.json")
        body = text.replace("appt_789", booking.id)
        message = amqp.Message(body, content_type="application/json", delivery_mode=2)
        for _ in range(2):
            rabbit.basic_publish(message, exchange, "payment.completed")
        until(engine, events, booking, CONFIRMED)
    clear(rabbit, exchange)


def test_masstransit_over_rabbitmq(
    sqlite_storages: SqliteStorages, rabbitmq_url: str, rabbit: amqp.Channel, exchange: str
) -> None:
    """000: each class has a fanout exchange of its own, which an operator binds to ours."""
    with listening(sqlite_storages, rabbitmq_url, "masstransit", exchange) as (engine, events):
        booking = order(engine.engine, Money(4550, "USD"))
        classes = "PaymentFailedEvent", "PaymentProcessedEvent", "PaymentRefundedEvent"
        stands = {
            "PaymentFailedEvent": (BookingState.PENDING, PaymentState.FAILED),
            "PaymentProcessedEvent": CONFIRMED,
            "PaymentRefundedEvent": (BookingState.CONFIRMED, PaymentState.REFUNDED),
        }
        for number, name in enumerate(classes):
            theirs = f"{exchange}:{name}"
            rabbit.exchange_declare(theirs, "fanout", durable=True, auto_delete=False)
            rabbit.exchange_bind(exchange, theirs, "")
            ours = {"bookingId": booking.id, "tenantId": DEFAULT_TENANT}
            facts = masstransit(name, **ours, paymentId=str(uuid4()) if number == 0 else PAYMENT)
            facts["messageId"] = str(uuid4())
            body = json.dumps(facts)
            kind = "application/vnd.masstransit+json"
            rabbit.basic_publish(amqp.Message(body, content_type=kind), theirs, "")
            until(engine, events, booking, stands[name])
            rabbit.exchange_delete(theirs)
    clear(rabbit, exchange)


def test_the_parking_service_over_redis(
    sqlite_storages: SqliteStorages, redis_url: str, exchange: str
) -> None:
    """002: any Kombu application that publishes to the exchange."""
    with listening(sqlite_storages, redis_url, "parking", exchange) as (engine, events):
        booking = order(engine.engine, Money(4550, "EUR"))
        stands: Mapping[str, tuple[BookingState, PaymentState]] = {
            "payment.failed": (BookingState.PENDING, PaymentState.FAILED),
            "payment.received": CONFIRMED,
            "payment.refunded": (BookingState.CONFIRMED, PaymentState.REFUNDED),
        }
        samples = {json.loads(text)["eventType"]: text for text in texts("002.json")}
        with kombu.Connection(redis_url) as connection:
            producer = connection.Producer(exchange=kombu.Exchange(exchange, "topic"))
            for type, wanted in stands.items():
                text = samples[type].replace("BKG-001", booking.id).replace("BKG-002", booking.id)
                # All samples have one id, which would make copies of them.
                text = text.replace('"uuid"', f'"{uuid4()}"')
                for _ in range(2):
                    producer.publish(text, routing_key=type, content_type="application/json")
                until(engine, events, booking, wanted)


def test_the_ticketing_service_over_kafka(
    sqlite_storages: SqliteStorages, kafka_url: str, exchange: str
) -> None:
    """004: a topic for each type, and nothing in the headers."""
    producer = Producer({"bootstrap.servers": kafka_url.removeprefix("kafka://")})
    for topic in ("payment.success", "payment.failed"):
        producer.list_topics(topic, timeout=10)  # Whoever asks for one makes it.
    url = f"{kafka_url}?topics=payment.success,payment.failed"
    with listening(sqlite_storages, url, "ticketing", exchange) as (engine, events):
        booking = order(engine.engine, Money(15_000, "USD"))
        stands: Mapping[str, tuple[BookingState, PaymentState]] = {
            "payment.failed": (BookingState.PENDING, PaymentState.FAILED),
            "payment.success": CONFIRMED,
        }
        samples = {json.loads(text)["eventType"]: text for text in texts("004.json")}
        for type, wanted in stands.items():
            theirs = json.loads(samples[type])["payload"]["bookingId"]
            text = samples[type].replace(theirs, booking.id)
            producer.produce(type, key=booking.id, value=text)
            assert producer.flush(10) == 0
            until(engine, events, booking, wanted)


def test_what_is_about_a_booking_of_nobody_is_a_dead_letter(
    sqlite_storages: SqliteStorages, rabbitmq_url: str, rabbit: amqp.Channel, exchange: str
) -> None:
    """003's sample as it stands names an appointment that is not ours, and it is kept as such."""
    with listening(sqlite_storages, rabbitmq_url, "appointments", exchange) as (engine, events):
        (text,) = texts("003.json")
        rabbit.basic_publish(
            amqp.Message(text, content_type="application/json"), exchange, "payment.completed"
        )
        end = time.monotonic() + PATIENCE_SECONDS
        while not engine.storage.inbox.letters(None, LetterState.DEAD):
            assert time.monotonic() < end
            events.turn()
        (letter,) = engine.storage.inbox.letters(None, LetterState.DEAD)
        assert (letter.code, letter.message.body) == ("not-found", text.encode())
    clear(rabbit, exchange)
