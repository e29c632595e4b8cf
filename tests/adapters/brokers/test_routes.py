"""From settings to ways out."""

from __future__ import annotations

import json
from contextlib import closing
from uuid import uuid4

import pytest

from booking_adapters.brokers.open import open_receiver
from booking_adapters.brokers.routes import Encode, open_routes
from booking_adapters.brokers.settings import BrokerSettings
from booking_adapters.environment import Environment, InvalidSetting
from booking_adapters.messages.settings import MessageSettings, read_messages
from booking_adapters.messages.signature import SIGNATURE
from booking_adapters.secret import Secret
from booking_core.ports.receiver import Subscription
from tests.unit.messages.whole_life import every_event


def said(**variables: str) -> MessageSettings:
    """What these variables say of messages."""
    return read_messages(Environment(variables))


def as_it_is(encode: Encode) -> Encode:
    """Nobody traces."""
    return encode


def test_each_route_speaks_its_words_in_its_exchange() -> None:
    """One that names no exchange is in the broker's; all are signed where there are keys."""
    broker = BrokerSettings(url=Secret(f"memory://{uuid4().hex}"), exchange="ours")
    settings = said(
        BOOKING_ROUTES="canonical,appointments@appointment_events",
        BOOKING_SIGNING_KEYS=f"a={'s' * 32}",
    )
    everything = Subscription(consumer="all", topics=("#",))
    receivers = [
        open_receiver(broker.url.reveal(), exchange, everything, f"{exchange}.all")
        for exchange in ("ours", "appointment_events")
    ]
    for receiver in receivers:
        assert list(receiver.receive(1, 0)) == []
    for route in open_routes(broker, settings, as_it_is):
        with closing(route.publisher) as publisher:
            told = [message for event in every_event() if (message := route.encode(event))]
            publisher.publish(told)
    ours, theirs = (
        [delivery.message for delivery in receiver.receive(1000, 0)] for receiver in receivers
    )
    assert len(ours) == len(every_event())
    assert {json.loads(one.body)["eventType"] for one in ours} == {one.topic for one in ours}
    assert "PAYMENT_COMPLETED" in {json.loads(one.body)["type"] for one in theirs}
    assert all(one.headers[SIGNATURE].startswith("key=a,") for one in (*ours, *theirs))


@pytest.mark.parametrize(
    ("url", "routes"),
    [
        ("amqp://h", "canonical@*"),
        ("amqps://h", "ticketing@*"),
        ("kafka://h", "masstransit@*"),
        ("redis://h", "ticketing@*"),
        ("memory://", "masstransit@*"),
    ],
)
def test_where_topics_are_no_places_none_can_have_its_own(url: str, routes: str) -> None:
    """The setting is named."""
    with pytest.raises(InvalidSetting, match="BOOKING_ROUTES"):
        open_routes(BrokerSettings(url=Secret(url)), said(BOOKING_ROUTES=routes), as_it_is)


@pytest.mark.parametrize(
    ("url", "routes"),
    [
        ("amqps://h", "canonical,masstransit@*"),
        ("kafka://h", "ticketing@*"),
        ("kafkas://h", "parking:acme@*"),
    ],
)
def test_where_they_are_they_can(url: str, routes: str) -> None:
    """Nothing connects before it is used."""
    opened = open_routes(BrokerSettings(url=Secret(url)), said(BOOKING_ROUTES=routes), as_it_is)
    for route in opened:
        route.publisher.close()
    assert ",".join(route.name for route in opened) == routes
