"""What may stand in a field of a message: how it is read, and how JSON Schema says it.

Nothing is coerced: "5" is no number, 1.0 is no whole number, true is no 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, NewType

from booking_core.domain.kernel.currencies import EXPONENTS
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import named
from booking_core.domain.kernel.money import LARGEST_MINOR

Id = NewType("Id", str)
Text = NewType("Text", str)
ReasonCode = NewType("ReasonCode", str)
EventType = NewType("EventType", str)
CurrencyCode = NewType("CurrencyCode", str)
Instant = NewType("Instant", datetime)
Count = NewType("Count", int)
MinorUnits = NewType("MinorUnits", int)
Flag = NewType("Flag", bool)
Number = NewType("Number", Decimal)  # JSON's own, by its digits: never a float on the way.
NumberOrText = NewType("NumberOrText", Decimal)  # As .NET's serializers write and read them.
AnyObject = NewType("AnyObject", dict)  # type: ignore[type-arg]

TEXT_LONGEST = 4_000
COUNT_LARGEST = 2**53 - 1  # What every JSON reader reads exactly.

_ID = "^[A-Za-z0-9][A-Za-z0-9._:|@+-]{0,127}$"
_REASON = "[a-z][a-z0-9_]{0,63}"
_TYPE = r"[a-z][a-z0-9_]{0,63}\.[a-z][a-z0-9_]{0,63}"
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII
)
_DECIMAL = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?", re.ASCII)

Schema = Mapping[str, Any]
Read = Callable[[Any], Any]


class Unfit(ValueError):
    """Says what was expected in place of the value."""


def read_id(value: Any) -> str:
    """A name of a thing, as it stands."""
    try:
        return named("", value)
    except InvalidInput as refused:
        raise Unfit(refused.expected) from None


def read_text(value: Any) -> str:
    """A text of at most 4,000 characters."""
    if type(value) is not str or len(value) > TEXT_LONGEST:
        raise Unfit(f"a text of at most {TEXT_LONGEST} characters")
    return value


def read_instant(value: Any) -> datetime:
    """An instant in UTC; what is finer than a microsecond is cut off."""
    found = _RFC3339.fullmatch(value) if type(value) is str else None
    if found is not None:
        fraction = f".{found[2][:6]:0<6}" if found[2] else ""
        try:
            return datetime.fromisoformat(found[1] + fraction + found[3]).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise Unfit("an RFC 3339 time with an offset, such as 2026-03-29T02:30:00Z")


def read_currency(value: Any) -> str:
    """A currency that ISO 4217 lists."""
    if type(value) is not str or value not in EXPONENTS:
        raise Unfit("an ISO 4217 currency code such as EUR")
    return value


def read_flag(value: Any) -> bool:
    """True or false."""
    if type(value) is not bool:
        raise Unfit("true or false")
    return value


def read_number(value: Any) -> Decimal:
    """A JSON number, exactly as it is written."""
    if type(value) is int:
        return Decimal(value)
    if type(value) is not Decimal:
        raise Unfit("a number")
    return value


def read_number_or_text(value: Any) -> Decimal:
    """A JSON number, or its digits as a text."""
    if type(value) is str and _DECIMAL.fullmatch(value):
        return Decimal(value)
    if type(value) is str:
        raise Unfit("a number, or its digits as a text")
    return read_number(value)


def read_object(value: Any) -> dict[str, Any]:
    """Any object, to be read later."""
    if type(value) is not dict:
        raise Unfit("an object")
    return value


def _whole(least: int, most: int) -> Read:
    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise Unfit(f"a whole number from {least} to {most}")
        return value

    return read


def _matching(pattern: str, expected: str) -> Read:
    compiled = re.compile(pattern)

    def read(value: Any) -> str:
        if type(value) is not str or not compiled.fullmatch(value):
            raise Unfit(expected)
        return value

    return read


_TEXT: Schema = {"type": "string", "maxLength": TEXT_LONGEST}

SCALARS: Final[Mapping[Any, tuple[Read, Schema]]] = {
    Id: (read_id, {"type": "string", "pattern": _ID}),
    Text: (read_text, _TEXT),
    ReasonCode: (
        _matching(_REASON, "1 to 64 lower-case letters, digits or underscores"),
        {"type": "string", "pattern": f"^{_REASON}$"},
    ),
    EventType: (
        _matching(_TYPE, "an event type such as booking.created"),
        {"type": "string", "pattern": f"^{_TYPE}$"},
    ),
    CurrencyCode: (read_currency, {"type": "string", "pattern": "^[A-Z]{3}$"}),
    Instant: (read_instant, {"type": "string", "format": "date-time"}),
    Count: (
        _whole(1, COUNT_LARGEST),
        {"type": "integer", "minimum": 1, "maximum": COUNT_LARGEST},
    ),
    MinorUnits: (
        _whole(0, LARGEST_MINOR),
        {"type": "integer", "minimum": 0, "maximum": LARGEST_MINOR},
    ),
    Flag: (read_flag, {"type": "boolean"}),
    Number: (read_number, {"type": "number"}),
    NumberOrText: (read_number_or_text, {"type": ["number", "string"]}),
    AnyObject: (read_object, {"type": "object"}),
}
