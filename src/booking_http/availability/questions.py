"""The parts of a question about what is free."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, TypeAlias

from litestar.params import QueryParameter

from booking_core.domain.kernel.span import Span
from booking_http.instants import duration, instant

SLOTS_MOST = 10_000

From: TypeAlias = Annotated[
    str,
    QueryParameter(
        name="from",
        description="Where the window begins: RFC 3339 with an offset",
        schema_extra={"format": "date-time", "examples": ["2030-06-03T00:00:00Z"]},
    ),
]
To: TypeAlias = Annotated[
    str,
    QueryParameter(
        name="to",
        description="Where it ends, at most 92 days later",
        schema_extra={"format": "date-time", "examples": ["2030-06-10T00:00:00Z"]},
    ),
]
Length: TypeAlias = Annotated[
    str | None,
    QueryParameter(
        name="duration",
        description="How long it shall be: ISO 8601",
        schema_extra={"format": "duration", "examples": ["PT30M"]},
    ),
]
Quantity: TypeAlias = Annotated[
    int, QueryParameter(name="quantity", ge=1, le=1000, description="How many units at once")
]
SlotLimit: TypeAlias = Annotated[
    int,
    QueryParameter(name="limit", ge=1, le=SLOTS_MOST, description="How many slots at most"),
]


def window(since: str, until: str) -> Span:
    """The window, or InvalidInput."""
    return Span(instant("from", since), instant("to", until))


def length(text: str | None) -> timedelta | None:
    """How long it shall be, where that is asked for."""
    return None if text is None else duration("duration", text)
