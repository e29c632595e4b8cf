"""The published schemas are true: of what we send, of what we take, and as documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from booking_adapters.messages.asyncapi import asyncapi
from booking_adapters.messages.catalogue import EVENTS
from booking_adapters.messages.dialects.appointments import AppointmentsCodec
from booking_adapters.messages.dialects.masstransit import MassTransitCodec
from booking_adapters.messages.dialects.parking import ParkingCodec
from booking_adapters.messages.dialects.ticketing import TicketingCodec
from booking_adapters.messages.envelope import EnvelopeCodec
from booking_adapters.messages.schema import dialect_schemas, event_example, event_schema
from booking_adapters.messages.signature import Signing
from booking_adapters.secret import Secret
from booking_core.domain.kernel.ids import DEFAULT_TENANT
from booking_core.domain.kernel.incoming import WrongMessage
from tests.unit.messages.samples import csharp, masstransit, message, texts
from tests.unit.messages.whole_life import every_event

DOCS = Path(__file__).parents[3] / "docs"
LANGUAGES = "json", "python"
DIALECTS = {
    "masstransit": MassTransitCodec("Booking.Events"),
    "parking": ParkingCodec(DEFAULT_TENANT),
    "appointments": AppointmentsCodec(),
    "ticketing": TicketingCodec(DEFAULT_TENANT),
}


def validator(schema: Any) -> Any:
    """Formats, such as date-time, are checked too."""
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def paths(facts: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where there is something in it."""
    for name, value in facts.items() if isinstance(facts, dict) else enumerate(facts):
        yield (*path, name)
        if isinstance(value, dict | list):
            yield from paths(value, (*path, name))


def test_every_schema_is_one() -> None:
    """By the rules of its draft."""
    for schema in (*map(event_schema, EVENTS), *dialect_schemas().values()):
        jsonschema_rs.meta.validate(
            {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema
        )
        jsonschema_rs.meta.validate({"$schema": "http://json-schema.org/draft-07/schema#"} | schema)


def test_every_event_is_valid_by_its_schema() -> None:
    """All that the engine tells."""
    for event in every_event():
        validator(event_schema(event.type)).validate(json.loads(EnvelopeCodec().encode(event).body))


@pytest.mark.parametrize("type", EVENTS)
def test_an_example_is_valid_and_read(type: str) -> None:
    """People begin by copying it."""
    example = event_example(type)
    validator(event_schema(type)).validate(example)
    assert EnvelopeCodec().decode(message(example)).type == type


@pytest.mark.parametrize("type", EVENTS)
def test_the_schema_is_as_strict_as_the_codec(type: str) -> None:
    """Whatever is taken away or put there wrongly, both refuse."""
    valid = validator(event_schema(type))
    for path in paths(event_example(type)):
        for spoil in ("removed", "wrong", "more"):
            spoilt: Any = event_example(type)
            within = spoilt
            for step in path[:-1]:
                within = within[step]
            if spoil == "removed" and isinstance(within, dict):
                del within[path[-1]]
            elif spoil == "more" and isinstance(within, dict):
                within["more"] = 1
            elif spoil == "wrong":
                within[path[-1]] = [{"a": 1}]
            else:
                continue
            assert not valid.is_valid(spoilt), (path, spoil)
            with pytest.raises(WrongMessage):
                EnvelopeCodec().decode(message(spoilt))


def test_what_the_dialects_send_and_what_others_send_is_valid() -> None:
    """By the schemas that say what is taken of them."""
    schemas = {name: validator(schema) for name, schema in dialect_schemas().items()}
    for name, codec in DIALECTS.items():
        for event in every_event():
            sent = codec.encode(event)
            if sent is not None:
                schemas[name].validate(json.loads(sent.body))
    files = {"parking": "002.json", "appointments": "003.json", "ticketing": "004.json"}
    for name, file in files.items():
        for text in texts(file):
            schemas[name].validate(json.loads(text))
            assert not schemas[name].is_valid({})
    for name in csharp():
        schemas["masstransit"].validate(masstransit(name))


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    """Tools that make code of it follow them all."""
    document = asyncapi()
    found = 0
    for path in paths(document):
        if path[-1] == "$ref":
            target: Any = document
            for step in path:
                target = target[step]
            within: Any = document
            for step in target.removeprefix("#/").split("/"):
                within = within[step]
            found += 1
    assert found == 4 * len(EVENTS)


def test_the_asyncapi_document_says_where_each_event_is() -> None:
    """Its address is the routing key, which is the type."""
    document = asyncapi()
    assert document["asyncapi"] == "3.0.0"
    addresses = [channel["address"] for channel in document["channels"].values()]
    assert addresses == list(EVENTS)
    assert {it["action"] for it in document["operations"].values()} == {"send"}
    for sent in document["components"]["messages"].values():
        for example in sent["examples"]:
            validator(sent["payload"]).validate(example["payload"])


def test_the_guide_to_receiving_shows_what_is_so() -> None:
    """Its message is one, and its check of a signature finds ours genuine."""
    guide = (DOCS / "how-to" / "receive-events.md").read_text(encoding="utf-8")
    shown, check = (re.findall(f"```{it}\n(.*?)```", guide, re.DOTALL)[0] for it in LANGUAGES)
    assert EnvelopeCodec().decode(message(shown.encode())).type == "payment.completed"
    names: dict[str, Any] = {}
    exec(check, names)  # The guide's own words are what is tried.
    signed = Signing(secrets={"k": Secret("s" * 32)}, signs_with="k").sign(shown.encode())
    assert names["is_genuine"](signed, shown.encode(), {"k": b"s" * 32})
    assert not names["is_genuine"](signed, shown.encode() + b" ", {"k": b"s" * 32})
    assert not names["is_genuine"](signed, shown.encode(), {"k": b"t" * 32})


def test_the_published_document_is_this_one() -> None:
    """Read back from the file, nothing of it was lost on the way."""
    file = DOCS / "reference" / "asyncapi.json"
    assert json.loads(file.read_text(encoding="utf-8")) == asyncapi()
