"""Our own envelope: every event goes out and comes in as it was, and nothing else comes in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from booking_adapters.messages.catalogue import EVENTS, EndedData, Told
from booking_adapters.messages.codec import BODY_BYTES_MOST, CONTENT_TYPE
from booking_adapters.messages.envelope import EnvelopeCodec
from booking_core.application.booking.reschedule_booking import RescheduleBooking
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import EventId, ResourceId
from booking_core.domain.kernel.incoming import (
    Incoming,
    OversizedMessage,
    UnknownMessage,
    UnreadableMessage,
    WrongMessage,
)
from booking_core.ports.publisher import Message
from tests.unit.application.house import ANN, DAY, HOUR, OWNER, House, place, stay
from tests.unit.messages.whole_life import every_event, history

CODEC = EnvelopeCodec()
FIRST = min(
    (event for event in every_event() if event.type == "booking.created"),
    key=lambda event: event.at,
)


def message(body: bytes, **headers: str) -> Message:
    """As a broker would bring it."""
    return Message(key="k", topic="t", body=body, headers=headers)


def changed(change: Callable[[dict[str, Any]], object]) -> Message:
    """The first event's message, with a change of its JSON."""
    facts = json.loads(CODEC.encode(FIRST).body)
    change(facts)
    return message(json.dumps(facts).encode())


def as_incoming(event: DomainEvent) -> Incoming:
    """What a receiver shall know of an event of ours."""
    return Incoming(
        event_id=event.event_id,
        type=event.type,
        tenant_id=event.tenant_id,
        booking_id=event.booking_id,
        data=event.data,
        sequence=event.sequence,
        at=event.at,
        correlation_id=event.correlation_id,
        causation_id=event.causation_id,
        schema_version=event.schema_version,
    )


def test_the_engine_tells_exactly_what_the_catalogue_lists() -> None:
    """An event without a schema, or a schema without an event, is somebody's broken receiver."""
    assert {event.type for event in every_event()} == set(EVENTS)


def test_the_engine_tells_every_event_in_the_catalogues_version() -> None:
    """A new shape of data without its number would be read as the old one."""
    versions = {(event.type, event.schema_version) for event in every_event()}
    assert versions == {(type, told.version) for type, told in EVENTS.items()}


def test_every_event_comes_in_as_it_went_out() -> None:
    """Nothing is lost, nothing is added, down to the last unit and instant."""
    for event in every_event():
        assert CODEC.decode(CODEC.encode(event)) == as_incoming(event)


def test_a_message_is_ordered_by_its_booking_and_goes_where_its_type_belongs() -> None:
    """The broker needs no look into the body."""
    sent = CODEC.encode(FIRST)
    assert (sent.key, sent.topic) == (FIRST.booking_id, "booking.created")
    assert sent.headers == {CONTENT_TYPE: "application/json"}


def test_the_envelope_is_that_of_the_specification() -> None:
    """These names are a promise to every receiver."""
    caused = replace(FIRST, causation_id=EventId("the-cause"))
    facts = json.loads(CODEC.encode(caused).body)
    assert facts.pop("data").keys() == FIRST.data.keys()
    assert facts == {
        "eventId": FIRST.event_id,
        "eventType": "booking.created",
        "schemaVersion": 1,
        "timestamp": "2030-01-07T12:00:00Z",
        "tenantId": "default",
        "correlationId": FIRST.correlation_id,
        "causationId": "the-cause",
        "aggregateId": FIRST.booking_id,
        "sequence": 1,
    }


def test_instants_are_told_in_utc() -> None:
    """Whatever offset a storage hands them back in."""
    at = datetime(2030, 1, 1, 3, 0, 0, 1, tzinfo=timezone(timedelta(hours=3)))
    facts = json.loads(CODEC.encode(replace(FIRST, at=at)).body)
    assert facts["timestamp"] == "2030-01-01T00:00:00.000001Z"


def test_what_no_message_can_hold_is_refused_before_it_is_sent() -> None:
    """Else every receiver would refuse it."""
    event = replace(FIRST, data={"bookingId": "x" * BODY_BYTES_MOST})
    with pytest.raises(OversizedMessage) as refused:
        CODEC.encode(event)
    assert refused.value.event_id == FIRST.event_id


def test_the_largest_booking_can_be_told_of() -> None:
    """Also when it moves, and both places are told; what is larger is refused when it is booked."""
    house = House()
    units = [f"{number:0>128}" for number in range(1000)]
    stadium = place(ResourceId("stadium"), *units, rules=Rules(units_max=1000))
    house.engine.keep_catalogue.resource(stadium, OWNER)
    booking = house.book(stay(stadium.id, quantity=212))
    with pytest.raises(InvalidInput, match="fewer units"):
        house.book(stay(stadium.id, 4 * DAY, quantity=213))
    to = booking.start + DAY
    move = RescheduleBooking(booking_id=booking.id, start=to, end=to + HOUR)
    house.engine.reschedule_booking(move, ANN)
    moved = history(house, booking)[-1]
    assert moved.type == "booking.rescheduled"
    assert BODY_BYTES_MOST * 0.8 < len(CODEC.encode(moved).body) < BODY_BYTES_MOST


UNREADABLE = {
    "nothing": (b"", "not JSON at character 0"),
    "no JSON": (b"{]", "not JSON at character 1"),
    "a pickle": (b"\x80\x04]\x94.", "byte 0 is not UTF-8"),
    "half a character": (b'{"a": "\xc3"}', "byte 7 is not UTF-8"),
    "a key twice": (b'{"eventId": "a", "eventId": "b"}', "the key 'eventId' is given twice"),
    "a key twice within": (b'{"data": {"a": 1, "a": 1}}', "the key 'a' is given twice"),
    "NUL": (b'{"a": "\\u0000"}', "the character U+0000 is not allowed"),
    "NUL in a key": (b'{"\\u0000": 1}', "the character U+0000 is not allowed"),
    "half a pair": (b'{"a": ["\\ud800"]}', "the character U+D800 is not allowed"),
    "NaN": (b'{"a": NaN}', "NaN is not JSON"),
    "infinity": (b'{"a": -Infinity}', "-Infinity is not JSON"),
    "a long integer": (b'{"a": ' + b"9" * 5000 + b"}", "a number is too long"),
    "a long fraction": (b'{"a": 0.' + b"9" * 50 + b"}", "a number is too long"),
    "a vast exponent": (b'{"a": 1e99999999999999999999}', "a number is too long"),
    "a deep list": (b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}", "more than 32 levels deep"),
    "a bottomless list": (b"[" * 60_000, "more than 32 levels deep"),
    "a list": (b"[]", "it is no JSON object"),
    "null": (b"null", "it is no JSON object"),
    "too much": (b'{"a": "' + b"x" * BODY_BYTES_MOST + b'"}', "it is larger than 65536 bytes"),
}


@pytest.mark.parametrize(("body", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_strict_json_object_cannot_be_read(body: bytes, reason: str) -> None:
    """Two readers could understand it differently, or one could choke on it."""
    with pytest.raises(UnreadableMessage) as refused:
        CODEC.decode(message(body))
    assert refused.value.reason.startswith(reason)


@pytest.mark.parametrize(
    "content_type",
    ["application/x-python-serialize", "application/x-yaml", "text/plain", "", "pickle"],
)
def test_a_body_of_another_kind_is_not_looked_at(content_type: str) -> None:
    """Even if it were JSON, by chance or by design."""
    with pytest.raises(UnreadableMessage, match="content type"):
        CODEC.decode(message(CODEC.encode(FIRST).body, **{CONTENT_TYPE: content_type}))


def test_json_may_name_its_character_set() -> None:
    """There is one for JSON, but many say so."""
    headers = {CONTENT_TYPE: "application/JSON; charset=utf-8"}
    assert CODEC.decode(message(CODEC.encode(FIRST).body, **headers)) == as_incoming(FIRST)


def setting(path: str, value: Any) -> Callable[[dict[str, Any]], object]:
    """Puts a value where the path, of names and indexes, leads."""

    def change(facts: Any) -> None:
        *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
        for step in way:
            facts = facts[step]
        facts[last] = value

    return change


WRONG = {
    "a number for an id": ("eventId", 5, "eventId"),
    "an id with a space": ("tenantId", "a b", "tenantId"),
    "a version in letters": ("schemaVersion", "1", "schemaVersion"),
    "a version with a point": ("schemaVersion", 1.0, "schemaVersion"),
    "true for a number": ("sequence", True, "sequence"),
    "a sequence below one": ("sequence", 0, "sequence"),
    "a time without an offset": ("timestamp", "2030-01-07T12:00:00", "timestamp"),
    "a day that is none": ("timestamp", "2030-02-30T12:00:00Z", "timestamp"),
    "a time before all times": ("timestamp", "0001-01-01T00:00:00+14:00", "timestamp"),
    "no data": ("data", None, "data"),
    "a field nobody knows": ("moreover", 1, "moreover"),
    "a type that is none": ("eventType", "Booking", "eventType"),
    "another booking's data": ("data/bookingId", "another", "data.bookingId"),
    "a state nobody knows": ("data/state", "HELD", "data.state"),
    "an amount with a point": ("data/price/amountMinor", 10.5, "data.price.amountMinor"),
    "an amount below zero": ("data/price/amountMinor", -1, "data.price.amountMinor"),
    "a vast amount": ("data/price/amountMinor", 10**15 + 1, "data.price.amountMinor"),
    "a currency nobody has": ("data/price/currency", "EURO", "data.price.currency"),
    "a list for an object": ("data/price", [], "data.price"),
    "an object for a list": ("data/items", {}, "data.items"),
    "a text for a list": ("data/items/0/unitIds", "12", "data.items[0].unitIds"),
    "a number in a list": ("data/items/0/unitIds", ["1", 7], "data.items[0].unitIds[1]"),
    "a time in letters": ("data/items/0/start", "noon", "data.items[0].start"),
    "a field within": ("data/items/0/note", "x", "data.items[0].note"),
}


@pytest.mark.parametrize(("path", "value", "field"), WRONG.values(), ids=WRONG)
def test_a_wrong_field_is_named_as_it_is_on_the_wire(path: str, value: Any, field: str) -> None:
    """Whoever finds the dead letter knows where to look."""
    with pytest.raises(WrongMessage) as refused:
        CODEC.decode(changed(setting(path, value)))
    assert refused.value.field == field
    assert refused.value.expected


@pytest.mark.parametrize("name", json.loads(CODEC.encode(FIRST).body))
def test_a_missing_field_is_named(name: str) -> None:
    """None of the envelope's can be done without."""
    with pytest.raises(WrongMessage) as refused:
        CODEC.decode(changed(lambda facts: facts.pop(name)))
    assert (refused.value.field, refused.value.expected) == (name, "given")


def test_a_missing_field_of_the_data_is_named() -> None:
    """By its path."""
    with pytest.raises(WrongMessage) as refused:
        CODEC.decode(changed(lambda facts: facts["data"]["items"][0].pop("start")))
    assert str(refused.value) == ("The field data.items[0].start of the message must be given")


@pytest.mark.parametrize(("path", "value"), [("eventType", "booking.sold"), ("schemaVersion", 2)])
def test_what_is_not_known_yet_is_told_apart(path: str, value: Any) -> None:
    """A newer release may know it: it is worth keeping, whatever its data is."""

    def change(facts: dict[str, Any]) -> None:
        setting(path, value)(facts)
        facts["data"] = {"who": "knows"}

    with pytest.raises(UnknownMessage):
        CODEC.decode(changed(change))


def test_an_old_version_is_read_as_todays() -> None:
    """Step by step: each upcast knows its own version and the next."""
    upcasts = {
        ("booking.expired", 1): lambda data: {"bookingId": data["booking"], "why": "hold_lapsed"},
        ("booking.expired", 2): lambda data: {
            "bookingId": data["bookingId"],
            "reason": data["why"],
        },
    }
    codec = EnvelopeCodec({"booking.expired": Told("It lapsed.", EndedData, 3)}, upcasts)
    old = replace(FIRST, type="booking.expired", data={"booking": FIRST.booking_id})
    read = codec.decode(codec.encode(old))
    assert read.schema_version == 3
    assert read.data == {"bookingId": FIRST.booking_id, "reason": "hold_lapsed"}


def test_old_data_that_was_never_right_is_wrong() -> None:
    """An upcast may trust what it reads: its stumbling is a refusal, not a crash."""
    upcasts = {("booking.expired", 1): lambda data: {"bookingId": data["booking"]["id"]}}
    codec = EnvelopeCodec({"booking.expired": Told("It lapsed.", EndedData, 2)}, upcasts)
    for data in ({}, {"booking": None}, {"booking": "b"}):
        with pytest.raises(WrongMessage, match="data of the message must be that of version 1"):
            codec.decode(codec.encode(replace(FIRST, type="booking.expired", data=data)))


def test_a_version_that_nobody_can_read_any_more_is_unknown() -> None:
    """And not wrong."""
    codec = EnvelopeCodec({"booking.created": Told("It was made.", EndedData, 2)}, {})
    with pytest.raises(UnknownMessage) as refused:
        codec.decode(codec.encode(FIRST))
    assert (refused.value.type, refused.value.version) == ("booking.created", 1)


def test_an_instant_is_the_same_in_every_offset() -> None:
    """And what is finer than a microsecond is cut off, not refused: .NET writes seven digits."""
    at = CODEC.decode(changed(setting("timestamp", "2030-01-07T14:00:00.1234567+02:00"))).at
    assert at == datetime(2030, 1, 7, 12, 0, 0, 123456, tzinfo=UTC)
