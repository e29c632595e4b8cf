"""What the other systems' own documents show of their messages.

002.json and 003.json are their examples; 000.cs are their C# classes, of which `csharp` makes
messages; 004.json has the fields that their code reads and writes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from booking_core.ports.publisher import Message

FOLDER = Path(__file__).parent / "samples"
GUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
VALUES = {
    "Guid": GUID,
    "DateTime": "2025-11-15T08:00:00.1234567Z",
    "decimal": "45.5",  # As MassTransit writes it.
    "string": "text",
    "bool": True,
    "int": 1,
}


def message(facts: Any, topic: str = "", content_type: str = "application/json") -> Message:
    """As a broker would bring it."""
    body = facts if isinstance(facts, bytes) else json.dumps(facts).encode()
    return Message(key="", topic=topic, body=body, headers={"content-type": content_type})


def texts(name: str) -> list[str]:
    """The messages of a file, each in its own very characters: 45.50 is not 45.5."""
    whole = (FOLDER / name).read_text(encoding="utf-8")
    return re.findall(r"^\{.*?^\}", whole, re.MULTILINE | re.DOTALL)


def csharp() -> dict[str, dict[str, str]]:
    """The event classes: their properties in camelCase, with their C# types."""
    found: dict[str, dict[str, str]] = {}
    for line in (FOLDER / "000.cs").read_text(encoding="utf-8").splitlines():
        if name := re.match(r"public class (\w+)", line):
            found[name[1]] = {}
        elif property := re.match(r"\s+public (\w+) (\w+) \{", line):
            camel = property[2][0].lower() + property[2][1:]
            found[list(found)[-1]][camel] = property[1]
    return found


def masstransit(name: str, **changes: Any) -> dict[str, Any]:
    """A message of that class as MassTransit sends it; currency and status by their defaults."""
    facts = {property: VALUES[type] for property, type in csharp()[name].items()}
    defaults = {"currency": "USD", "status": "Pending"}
    facts |= {property: value for property, value in defaults.items() if property in facts}
    return {
        "messageId": "181c0000-6393-3630-36a4-08daf4e7c6da",
        "requestId": None,
        "correlationId": None,
        "conversationId": "181c0000-6393-3630-b526-08daf4e7c6da",
        "initiatorId": None,
        "sourceAddress": "rabbitmq://localhost/bookings",
        "destinationAddress": f"rabbitmq://localhost/Booking.Events:{name}",
        "messageType": [f"urn:message:Booking.Events:{name}", "urn:message:Booking.Events:IEvent"],
        "message": facts | changes,
        "sentTime": "2025-11-15T08:00:00.1234567Z",
        "headers": {},
        "host": {"machineName": "bookings", "massTransitVersion": "8.2.0"},
    }
