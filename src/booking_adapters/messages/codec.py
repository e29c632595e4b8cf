"""What every format can do, and what all of them refuse before they look at a field."""

from __future__ import annotations

import re
from abc import abstractmethod
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Protocol

import msgspec

from booking_adapters.strict_json import NotStrictJson, read_json
from booking_core.domain.kernel.events import DomainEvent, Json
from booking_core.domain.kernel.incoming import Incoming, OversizedMessage, UnreadableMessage
from booking_core.ports.publisher import Message

BODY_BYTES_MOST: Final = 65_536
NUMBER_LONGEST: Final = 40
CONTENT_TYPE: Final = "content-type"
JSON: Final = "application/json"

# No database keeps NUL in a text, and a half of a surrogate pair has no UTF-8.
_FORBIDDEN = re.compile(r"[\x00\ud800-\udfff]")
_ENCODER = msgspec.json.Encoder(enc_hook=lambda value: dict(value), decimal_format="number")


class Codec(Protocol):
    """One format; made once, used by any thread."""

    @abstractmethod
    def encode(self, event: DomainEvent) -> Message | None:
        """The event in this format, or None if the format has no word for it.

        Raises OversizedMessage.
        """
        ...

    @abstractmethod
    def decode(self, message: Message) -> Incoming:
        """What the message tells.

        Raises UntrustedMessage, UnreadableMessage, UnknownMessage or WrongMessage.
        """
        ...


def read_object(message: Message, content_types: frozenset[str]) -> dict[str, Any]:
    """The body's JSON object, or UnreadableMessage. A message may leave its content type out."""
    content_type = message.headers.get(CONTENT_TYPE, JSON).partition(";")[0].strip().lower()
    if content_type not in content_types:
        raise UnreadableMessage(f"its content type is {content_type[:50]!a}")
    if len(message.body) > BODY_BYTES_MOST:
        raise UnreadableMessage(f"it is larger than {BODY_BYTES_MOST} bytes")
    try:
        value = read_json(message.body, forbidden=_FORBIDDEN, number=exactly)
    except NotStrictJson as error:
        raise UnreadableMessage(str(error)) from None
    if not isinstance(value, dict):
        raise UnreadableMessage("it is no JSON object")
    return value


def exactly(digits: str) -> Decimal:
    """A number by its digits; NotStrictJson for more than any amount of money has."""
    try:
        if len(digits) <= NUMBER_LONGEST:
            return Decimal(digits)
    except InvalidOperation:  # An exponent beyond all bounds.
        pass
    raise NotStrictJson("a number is too long")


def write_object(event: DomainEvent, facts: dict[str, Any]) -> bytes:
    """The facts as JSON, decimals as numbers, or OversizedMessage."""
    body = _ENCODER.encode(facts)
    if len(body) > BODY_BYTES_MOST:
        raise OversizedMessage(event.event_id, len(body), BODY_BYTES_MOST)
    return body


def frozen(value: Any) -> Json:
    """JSON as the core has it: lists are tuples."""
    if isinstance(value, dict):
        return {name: frozen(part) for name, part in value.items()}
    if isinstance(value, list):
        return tuple(map(frozen, value))
    return value  # type: ignore[no-any-return]
