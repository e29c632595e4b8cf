"""What is told where, as an AsyncAPI 3 document."""

from __future__ import annotations

from typing import Any

from booking_adapters.messages.catalogue import EVENTS
from booking_adapters.messages.codec import JSON
from booking_adapters.messages.schema import event_example, event_schema
from booking_adapters.messages.signature import SIGNATURE

INFO = {
    "title": "Events of bookings",
    "version": "1",
    "description": (
        "What happened to bookings and their money. A channel's address is a routing key on"
        " RabbitMQ and a topic elsewhere. Each message arrives at least once, those of one"
        " booking in the order of their `sequence`; the booking, `aggregateId`, is the key."
    ),
    "license": {"name": "MIT"},
}


def asyncapi() -> dict[str, Any]:
    """The document."""
    return {
        "asyncapi": "3.0.0",
        "info": INFO,
        "defaultContentType": JSON,
        "channels": {type: _channel(type) for type in EVENTS},
        "operations": {f"tell-{type.replace('.', '-')}": _operation(type) for type in EVENTS},
        "components": {
            "messages": {type: _message(type) for type in EVENTS},
            "correlationIds": {
                "correlationId": {
                    "description": "From the request through every event that follows from it.",
                    "location": "$message.payload#/correlationId",
                }
            },
        },
    }


def _channel(type: str) -> dict[str, Any]:
    return {
        "address": type,
        "summary": EVENTS[type].meaning,
        "messages": {type: {"$ref": f"#/components/messages/{type}"}},
    }


def _operation(type: str) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{type}"},
        "messages": [{"$ref": f"#/channels/{type}/messages/{type}"}],
    }


def _message(type: str) -> dict[str, Any]:
    return {
        "name": type,
        "title": type,
        "summary": EVENTS[type].meaning,
        "contentType": JSON,
        "correlationId": {"$ref": "#/components/correlationIds/correlationId"},
        "headers": {
            "type": "object",
            "properties": {
                SIGNATURE: {
                    "type": "string",
                    "description": "Where signing is on: HMAC-SHA256 of the body, with its key.",
                    "pattern": "^key=[A-Za-z0-9_-]{1,64},v1=[0-9a-f]{64}$",
                }
            },
        },
        "payload": event_schema(type),
        "examples": [{"payload": event_example(type)}],
    }
