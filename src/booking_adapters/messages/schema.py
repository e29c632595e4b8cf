"""JSON Schema of messages, and an example of each, from the very classes that read them.

Only words that draft 7 and 2020-12 share, so that AsyncAPI takes them as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

import attrs

from booking_adapters.messages.catalogue import EVENTS
from booking_adapters.messages.dialects import appointments, masstransit, parking, ticketing
from booking_adapters.messages.envelope import Envelope
from booking_adapters.messages.shapes import (
    SCALARS,
    AnyObject,
    Count,
    CurrencyCode,
    EventType,
    Flag,
    Id,
    Instant,
    MinorUnits,
    Number,
    NumberOrText,
    ReasonCode,
    Text,
)
from booking_adapters.messages.structure import ITEMS_MOST, camel

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
EXAMPLES: Final[Mapping[Any, Any]] = {
    Id: "0199f2d0-5b7c-7c1a-9d0c-0f6a0a2f7b10",
    Text: "text",
    ReasonCode: "plans_changed",
    EventType: "booking.created",
    CurrencyCode: "EUR",
    Instant: "2030-01-07T12:00:00Z",
    Count: 1,
    MinorUnits: 4550,
    Flag: True,
    Number: 45.5,
    NumberOrText: "45.50",
    AnyObject: {},
}


def event_schema(type: str) -> dict[str, Any]:
    """What the canonical message of an event of that type is."""
    told = EVENTS[type]
    found = schema(Envelope, closed=True)
    found["properties"] |= {
        "eventType": {"const": type},
        "schemaVersion": {"const": told.version},
        "data": schema(told.data, closed=True),
    }
    return found | {"title": type, "description": told.meaning}


def event_example(type: str) -> dict[str, Any]:
    """A message of that type."""
    told = EVENTS[type]
    return {
        **example(Envelope),
        "eventType": type,
        "schemaVersion": told.version,
        "data": example(told.data),
    }


def dialect_schemas() -> dict[str, dict[str, Any]]:
    """What is taken of each dialect: a message is one of several, told apart by its type."""
    return {
        "masstransit": _dialect(
            {name: _masstransit(name, shape) for name, (_, shape, _) in masstransit.TYPES.items()}
        ),
        "parking": _dialect(
            {
                name: _around(parking.Envelope, name, data=shape)
                for name, (_, shape) in parking.TYPES.items()
            }
        ),
        "appointments": _dialect(
            {name: _typed(name, shape) for name, (_, shape, _) in appointments.TYPES.items()}
        ),
        "ticketing": _dialect(
            {
                name: _around(ticketing.Envelope, name, payload=shape)
                for name, (_, shape) in ticketing.TYPES.items()
            }
        ),
    }


def schema(type: Any, *, closed: bool) -> dict[str, Any]:
    """What may stand where a class has a field of that type; `closed`: and no other field."""
    if type in SCALARS:
        return dict(SCALARS[type][1])
    if get_origin(type) in (Union, UnionType):
        inner = [part for part in get_args(type) if part is not NoneType]
        return {"anyOf": [schema(inner[0], closed=closed), {"type": "null"}]}
    if get_origin(type) is tuple:
        items = schema(get_args(type)[0], closed=closed)
        return {"type": "array", "items": items, "maxItems": ITEMS_MOST}
    if issubclass(type, Enum):
        return {"type": "string", "enum": [member.value for member in type]}
    return _object(type, closed=closed)


def example(type: Any) -> Any:
    """Something that may stand there."""
    if type in SCALARS:
        return EXAMPLES[type]
    if get_origin(type) in (Union, UnionType):
        return example(get_args(type)[0])
    if get_origin(type) is tuple:
        return [example(get_args(type)[0])]
    if issubclass(type, Enum):
        return next(iter(type)).value
    attrs.resolve_types(type)
    return {camel(field.name): example(field.type) for field in attrs.fields(type)}


def _object(cls: Any, *, closed: bool) -> dict[str, Any]:
    attrs.resolve_types(cls)
    fields = attrs.fields(cls)
    found: dict[str, Any] = {
        "type": "object",
        "description": (cls.__doc__ or "").partition("\n\n")[0],
        "properties": {camel(it.name): schema(it.type, closed=closed) for it in fields},
        "required": [camel(it.name) for it in fields if it.default is attrs.NOTHING],
    }
    return found | {"additionalProperties": False} if closed else found


def _dialect(messages: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    return {"anyOf": [it | {"title": name} for name, it in messages.items()]}


def _around(envelope: Any, name: str, **inner: Any) -> dict[str, Any]:
    found = schema(envelope, closed=False)
    found["properties"] |= {"eventType": {"const": name}}
    found["properties"] |= {part: schema(cls, closed=False) for part, cls in inner.items()}
    return found


def _typed(name: str, shape: Any) -> dict[str, Any]:
    found = schema(shape, closed=False)
    found["properties"] |= {"type": {"const": name}}
    return found


def _masstransit(name: str, shape: Any) -> dict[str, Any]:
    found = schema(masstransit.Envelope, closed=False)
    found["properties"] |= {
        "messageType": {
            "type": "array",
            "contains": {"type": "string", "pattern": f":{name}$"},
        },
        "message": schema(shape, closed=False),
    }
    return found
