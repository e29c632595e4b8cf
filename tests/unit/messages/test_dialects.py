"""Other systems' messages mean what they say in our words, and ours in theirs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_adapters.messages.codec import Codec
from booking_adapters.messages.dialects import appointments, masstransit, parking, ticketing
from booking_adapters.messages.dialects.appointments import AppointmentsCodec
from booking_adapters.messages.dialects.masstransit import MassTransitCodec
from booking_adapters.messages.dialects.parking import ParkingCodec
from booking_adapters.messages.dialects.ticketing import TicketingCodec
from booking_adapters.messages.structure import camel
from booking_core.domain.kernel.currencies import EXPONENTS
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import DEFAULT_TENANT, TenantId
from booking_core.domain.kernel.incoming import Incoming, UnknownMessage, WrongMessage
from booking_core.domain.kernel.money import LARGEST_MINOR
from tests.unit.messages.samples import GUID, csharp, message, texts
from tests.unit.messages.samples import masstransit as masstransit_message
from tests.unit.messages.whole_life import every_event

CODECS: dict[str, Codec] = {
    "000": MassTransitCodec("Booking.Events"),
    "002": ParkingCodec(DEFAULT_TENANT),
    "003": AppointmentsCodec(),
    "004": TicketingCodec(DEFAULT_TENANT),
}
FORTY_FIVE_FIFTY = {"amountMinor": 4550, "currency": "EUR"}
DAY = {"start": "2025-11-15T08:00:00Z", "end": "2025-11-15T18:00:00Z"}
BKG_001 = {"bookingId": "BKG-001", "customerId": "user_001"}
SEATS = "0b0f2c9e-0f0a-4a1e-8a61-5b8f7a1d9c01", "0b0f2c9e-0f0a-4a1e-8a61-5b8f7a1d9c02"

SAID_002: list[tuple[str, dict[str, Any]]] = [
    (
        "booking.created",
        BKG_001 | {"items": (DAY,), "state": "PENDING", "price": FORTY_FIVE_FIFTY},
    ),
    ("booking.confirmed", BKG_001 | {"items": (DAY,), "code": "CONF-ABC123"}),
    (
        "booking.cancelled",
        BKG_001 | {"reason": "cancelled", "explanation": "Plans changed", "refundDecimal": "45.50"},
    ),
    (
        "payment.completed",
        BKG_001
        | {
            "paymentId": "PAY-001",
            "amount": FORTY_FIVE_FIFTY,
            "method": "credit_card",
            "providerRef": "TXN-123456",
            "last4Digits": "4242",
        },
    ),
    (
        "payment.failed",
        {
            "bookingId": "BKG-002",
            "customerId": "user_002",
            "paymentId": "PAY-002",
            "amountDecimal": "30.00",
            "reason": "card_declined",
            "explanation": "Insufficient funds",
        },
    ),
    (
        "payment.refunded",
        BKG_001
        | {
            "refundId": "REF-001",
            "paymentId": "PAY-001",
            "amountDecimal": "45.50",
            "reason": "refunded",
            "explanation": "Booking cancelled by user",
        },
    ),
]


@pytest.mark.parametrize(("text", "said"), [*zip(texts("002.json"), SAID_002, strict=True)])
def test_what_002_shows_is_understood(text: str, said: tuple[str, dict[str, Any]]) -> None:
    """All six of its examples; an amount of which it tells no currency stays as it was told."""
    incoming = CODECS["002"].decode(message(text.encode()))
    assert (incoming.type, incoming.data) == said
    assert (incoming.event_id, incoming.tenant_id) == ("uuid", DEFAULT_TENANT)
    assert incoming.booking_id == said[1]["bookingId"]
    assert incoming.at == datetime.fromisoformat(json.loads(text)["timestamp"])


def test_whoever_knows_the_currency_of_002_says_so() -> None:
    """Then its amounts are money."""
    incoming = ParkingCodec(DEFAULT_TENANT, "EUR").decode(message(texts("002.json")[5].encode()))
    assert incoming.data["amount"] == FORTY_FIVE_FIFTY


def test_a_reminder_of_002_is_understood() -> None:
    """Its document shows the data only."""
    facts = json.loads(texts("002.json")[0]) | {"eventType": "booking.reminder"}
    facts["data"] = {"bookingId": "BKG-001", "userId": "user_001", "hoursUntilStart": 24}
    assert CODECS["002"].decode(message(facts)).data == BKG_001 | {"hoursBefore": 24}


def test_what_003_shows_is_understood() -> None:
    """Its tenant and its currency too."""
    (text,) = texts("003.json")
    incoming = CODECS["003"].decode(message(text.encode()))
    assert incoming == Incoming(
        event_id=incoming.event_id,
        type="payment.completed",
        tenant_id=TenantId("tenant123"),
        booking_id=incoming.booking_id,
        at=datetime(2023, 6, 1, 12, 34, 56, 789000, tzinfo=UTC),
        data={
            "bookingId": "appt_789",
            "customerId": "cust_456",
            "paymentId": "pay_123456",
            "amount": {"amountMinor": 7500, "currency": "USD"},
        },
    )


@pytest.mark.parametrize(
    ("type", "more", "understood", "said"),
    [
        ("PAYMENT_CREATED", {}, "payment.created", {}),
        ("PAYMENT_CANCELLED", {}, "payment.cancelled", {}),
        (
            "PAYMENT_FAILED",
            {"error": "Your card was declined."},
            "payment.failed",
            {"reason": "payment_failed", "explanation": "Your card was declined."},
        ),
        (
            "PAYMENT_REFUNDED",
            {"refundId": "re_1", "reason": "requested_by_customer"},
            "payment.refunded",
            {"reason": "requested_by_customer", "refundId": "re_1"},
        ),
    ],
)
def test_the_other_events_of_003_are_understood(
    type: str, more: dict[str, str], understood: str, said: dict[str, str]
) -> None:
    """With the fields that its document adds for them, none of which may be missing."""
    facts = json.loads(texts("003.json")[0]) | {"type": type, **more}
    incoming = CODECS["003"].decode(message(facts))
    assert incoming.type == understood
    assert said.items() <= incoming.data.items()
    for field in more:
        with pytest.raises(WrongMessage, match=f"{field} of the message must be given"):
            CODECS["003"].decode(message({k: v for k, v in facts.items() if k != field}))


def test_the_same_message_of_003_has_the_same_id_and_another_one_another() -> None:
    """It has none of its own, and is delivered more than once."""
    facts = json.loads(texts("003.json")[0])
    one = CODECS["003"].decode(message(facts)).event_id
    assert CODECS["003"].decode(message(dict(reversed(facts.items())))).event_id == one
    others = {"paymentId": "pay_2", "tenantId": "t2", "timestamp": "2023-06-01T12:34:57Z"}
    for field, value in others.items():
        assert CODECS["003"].decode(message(facts | {field: value})).event_id != one


SAID_004: list[tuple[str, dict[str, Any]]] = [
    (
        "booking.created",
        {
            "customerId": "auth0|64a7f0c2",
            "items": ({"performanceId": "b7a1a0de-52c4-4b56-9d0c-0f6a0a2f7b10", "unitIds": SEATS},),
            "priceDecimal": "150",
            "expiresAt": "2025-11-15T08:10:00Z",
        },
    ),
    ("payment.completed", {"providerRef": "TXN-123456"}),
    ("payment.failed", {"reason": "payment_failed"}),
]


@pytest.mark.parametrize(("text", "said"), [*zip(texts("004.json"), SAID_004, strict=True)])
def test_what_004_reads_and_writes_is_understood(
    text: str, said: tuple[str, dict[str, Any]]
) -> None:
    """The eventId beside the payload is the message's, the one within the performance's."""
    incoming = CODECS["004"].decode(message(text.encode()))
    booking_id = "5f0e2a3c-8a67-4c5f-9a55-1f8b3f1d2c11"
    assert (incoming.type, incoming.data) == (said[0], {"bookingId": booking_id} | said[1])
    assert incoming.booking_id == booking_id
    assert incoming.event_id == json.loads(text).get("eventId", incoming.event_id)


def test_a_topic_of_004_stands_in_for_the_type() -> None:
    """Its consumers go by the topic alone."""
    facts = {"eventId": "e1", "payload": {"bookingId": "b1", "transactionId": "t1"}}
    assert CODECS["004"].decode(message(facts, "payment.success")).type == "payment.completed"
    with pytest.raises(UnknownMessage):
        CODECS["004"].decode(message(facts, "payment.lost"))


def test_a_payment_of_004_without_an_id_is_refused() -> None:
    """Nobody could tell it from its own copy, or from another payment."""
    facts = {"eventType": "payment.failed", "payload": {"bookingId": "b1"}}
    with pytest.raises(WrongMessage, match="eventId"):
        CODECS["004"].decode(message(facts))


@pytest.mark.parametrize("name", csharp())
def test_every_class_of_000_is_understood(name: str) -> None:
    """As MassTransit sends it, and with C#'s own spelling of its names."""
    facts = masstransit_message(name)
    content_type = "application/vnd.masstransit+json"
    incoming = CODECS["000"].decode(message(facts, content_type=content_type))
    assert incoming.event_id == facts["messageId"]
    assert incoming.correlation_id == facts["conversationId"]
    assert incoming.tenant_id == GUID
    assert incoming.at == datetime(2025, 11, 15, 8, 0, 0, 123456, tzinfo=UTC)
    if not name.startswith("Notification"):
        assert incoming.booking_id == incoming.data["bookingId"] == GUID
    pascal = {name[0].upper() + name[1:]: value for name, value in facts["message"].items()}
    spelt = facts | {"message": pascal}
    assert CODECS["000"].decode(message(spelt, content_type=content_type)) == incoming


@pytest.mark.parametrize("name", csharp())
def test_a_property_that_000_leaves_out_is_named(name: str) -> None:
    """C# writes them all."""
    for property in csharp()[name]:
        facts = masstransit_message(name)
        del facts["message"][property]
        with pytest.raises(WrongMessage) as refused:
            CODECS["000"].decode(message(facts))
        assert (refused.value.field, refused.value.expected) == (f"message.{property}", "given")


def test_the_amounts_of_000_are_money() -> None:
    """Texts, as MassTransit writes decimals, or numbers, as others do."""
    for amount in ("45.5", 45.5):
        facts = masstransit_message("PaymentProcessedEvent", amount=amount)
        incoming = CODECS["000"].decode(message(facts))
        assert incoming.data["amount"] == {"amountMinor": 4550, "currency": "USD"}


def test_a_name_of_000_in_two_spellings_is_refused() -> None:
    """Two readers would take two different ones."""
    facts = masstransit_message("PaymentProcessedEvent", Amount="1")
    with pytest.raises(WrongMessage) as refused:
        CODECS["000"].decode(message(facts))
    assert refused.value.field == "message.Amount"


def test_what_000_receives_has_every_property_of_its_class() -> None:
    """C# would leave a missing one at its default, and nobody would notice."""
    told = set()
    for event in every_event():
        sent = CODECS["000"].encode(event)
        if sent is not None:
            facts = json.loads(sent.body)
            (type,) = facts["messageType"]
            name = type.removeprefix("urn:message:Booking.Events:")
            assert sent.topic == f"Booking.Events:{name}"
            assert facts["message"].keys() == csharp()[name].keys()
            for property, kind in csharp()[name].items():
                assert isinstance(facts["message"][property], bool if kind == "bool" else str)
            told.add(name)
    not_yet_told = {"BookingReminderEvent", "NotificationSentEvent", "NotificationFailedEvent"}
    assert told == csharp().keys() - not_yet_told


TYPES: dict[str, Any] = {
    "000": masstransit.TYPES,
    "002": parking.TYPES,
    "003": appointments.TYPES,
    "004": ticketing.TYPES,
}


@pytest.mark.parametrize("dialect", CODECS)
def test_what_goes_out_comes_in_again(dialect: str) -> None:
    """Of every event that the dialect has a word for: the same fact, in what it tells of it."""
    codec, told = CODECS[dialect], set()
    for event in every_event():
        sent = codec.encode(event)
        if sent is not None:
            told.add(event.type)
            require_same(event, codec.decode(sent))
    known = {types[0] for types in TYPES[dialect].values()}
    assert told == {type for type in known if type in {event.type for event in every_event()}}


def require_same(event: DomainEvent, incoming: Incoming) -> None:
    """Whatever came in is as it went out."""
    assert incoming.event_id == event.event_id
    assert (incoming.type, incoming.at) == (event.type, event.at)
    assert (incoming.tenant_id, incoming.booking_id) == (event.tenant_id, event.booking_id)
    assert {"bookingId"} < incoming.data.keys()
    for name, fact in incoming.data.items():
        if name in ("items", "oldItems"):
            for line, sold in zip(fact, event.data[name], strict=True):  # type: ignore[arg-type]
                assert line.items() <= sold.items()  # type: ignore[union-attr]
        elif name == "providerRef" and event.type == "payment.refunded":
            assert fact == event.data["refundId"]
        elif name == "state" and event.type == "booking.cancelled":
            assert fact == "CANCELLED"
        elif name in event.data:
            assert fact == event.data[name], name
        else:
            assert name in ("explanation", "refundDecimal", "priceDecimal"), name


money = st.builds(
    lambda minor, currency: {"amountMinor": minor, "currency": currency},
    st.integers(0, LARGEST_MINOR),
    st.sampled_from(sorted(EXPONENTS)),
)
paid = st.sampled_from(
    [e for e in every_event() if e.type in ("payment.completed", "payment.refunded")]
)


@pytest.mark.parametrize("dialect", CODECS)
@given(event=paid, amount=money)
def test_no_amount_is_changed_on_its_way(
    dialect: str, event: DomainEvent, amount: dict[str, Any]
) -> None:
    """Out in units with decimals, in again in minor units, of any currency, to the last cent."""
    sent = CODECS[dialect].encode(replace(event, data={**event.data, "amount": amount}))
    if sent is not None:
        assert CODECS[dialect].decode(sent).data["amount"] == amount


def samples() -> list[tuple[str, dict[str, Any], str, Any]]:
    """Every sample with where its data is, and the shape of it."""
    found: list[tuple[str, dict[str, Any], str, Any]] = []
    for text in texts("002.json"):
        facts = json.loads(text)
        found.append(("002", facts, "data", parking.TYPES[facts["eventType"]][1]))
    (text,) = texts("003.json")
    found.append(("003", json.loads(text), "", appointments.Payment))
    for text in texts("004.json"):
        facts = json.loads(text)
        found.append(("004", facts, "payload", ticketing.TYPES[facts["eventType"]][1]))
    return found


@pytest.mark.parametrize(("dialect", "facts", "at", "shape"), samples())
def test_a_field_that_is_missing_or_wrong_is_named(
    dialect: str, facts: dict[str, Any], at: str, shape: Any
) -> None:
    """By its name on the wire, whichever it is."""
    for field in attrs.fields(shape):
        name = camel(field.name)
        spoilt = json.loads(json.dumps(facts))
        inner = spoilt[at] if at else spoilt
        if name in inner:
            inner[name] = {"not": "this"}
            with pytest.raises((WrongMessage, UnknownMessage)) as refused:
                CODECS[dialect].decode(message(spoilt))
            assert refused.value.facts()["field"] == f"{at}.{name}".lstrip(".")
        if field.default is attrs.NOTHING:
            del inner[name]
            with pytest.raises(WrongMessage) as refused:
                CODECS[dialect].decode(message(spoilt))
            assert refused.value.facts()["field"] == f"{at}.{name}".lstrip(".")


@pytest.mark.parametrize(("dialect", "facts", "at", "shape"), samples())
def test_what_is_told_beside_is_passed_over(
    dialect: str, facts: dict[str, Any], at: str, shape: Any
) -> None:
    """Others may add fields as they like."""
    more = json.loads(json.dumps(facts)) | {"beside": [1, {"a": None}]}
    if at:
        more[at]["beside"] = "this"
    assert CODECS[dialect].decode(message(more)) == CODECS[dialect].decode(message(facts))


AMOUNTS = {
    "finer than cents": "75.005",
    "below zero": "-1",
    "more than there is": "1e16",
    "vast": "1e999999999",
    "minute": "1e-999999999",
    "nothing of a vast kind": "0e999999999",
    "a text": '"75.00"',
    "true": "true",
    "null": "null",
}


@pytest.mark.parametrize("amount", AMOUNTS.values(), ids=AMOUNTS)
def test_an_amount_that_is_none_is_refused(amount: str) -> None:
    """Nothing is rounded, nothing is guessed, and nobody computes for hours."""
    body = texts("003.json")[0].replace("75.00", amount).encode()
    with pytest.raises(WrongMessage) as refused:
        CODECS["003"].decode(message(body))
    assert refused.value.field == "amount"


@pytest.mark.parametrize("dialect", ["002", "004"])
def test_a_dialect_without_tenants_tells_of_its_own_alone(dialect: str) -> None:
    """Its receivers could not tell them apart."""
    for event in every_event():
        assert CODECS[dialect].encode(replace(event, tenant_id=TenantId("next-door"))) is None


def test_004_is_told_of_performances_alone() -> None:
    """It knows of nothing else."""
    for event in every_event():
        sent = CODECS["004"].encode(event)
        if sent is not None and event.type.startswith("booking."):
            assert json.loads(sent.body)["payload"]["eventId"] == "concert"


@pytest.mark.parametrize("dialect", CODECS)
def test_a_word_that_a_dialect_does_not_have_is_unknown(dialect: str) -> None:
    """Kept for later, not taken for wrong."""
    facts = {
        "000": masstransit_message("BookingCreatedEvent")
        | {"messageType": ["urn:message:Booking.Events:BookingSoldEvent"]},
        "002": json.loads(texts("002.json")[0]) | {"eventType": "booking.sold"},
        "003": json.loads(texts("003.json")[0]) | {"type": "PAYMENT_LOST"},
        "004": json.loads(texts("004.json")[1]) | {"eventType": "payment.lost"},
    }
    with pytest.raises(UnknownMessage):
        CODECS[dialect].decode(message(facts[dialect]))
