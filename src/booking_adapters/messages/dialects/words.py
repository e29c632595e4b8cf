"""What the dialects share: our facts as others need them, and theirs as ours."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from booking_adapters.messages.amounts import decimal
from booking_adapters.messages.shapes import read_instant
from booking_core.application.booking.facts import instant
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.events import DomainEvent, Json
from booking_core.domain.kernel.ids import EventId, uuid8

_REASON = re.compile(r"[a-z][a-z0-9_]{0,63}")
_STATES: Final = frozenset(state.value for state in BookingState)


def known(**facts: Any) -> dict[str, Json]:
    """The facts that were told: what is None was not."""
    return {name: fact for name, fact in facts.items() if fact is not None}


def derived_id(*parts: object) -> EventId:
    """The same id for the same fact, where a format gives its messages none."""
    text = "\n".join(str(part) for part in parts)
    bits = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16])
    return EventId(uuid8(bits >> 6))


def reason_facts(text: str | None, fallback: str) -> dict[str, Json]:
    """A reason code for programs, and the words that were said for people."""
    if text is None or _REASON.fullmatch(text):
        return {"reason": text or fallback}
    return {"reason": fallback, "explanation": text}


def state_facts(status: str) -> dict[str, Json]:
    """Their status as our state, if we know it."""
    state = status.upper()
    return {"state": state} if state in _STATES else {}


def item_facts(start: datetime, end: datetime, **ids: str | None) -> Mapping[str, Json]:
    """One line of a booking."""
    return known(**ids, start=instant(start), end=instant(end))


def period(items: Any) -> tuple[datetime, datetime]:
    """From the first line's start to the last line's end: others know one period per booking."""
    return (
        min(read_instant(item["start"]) for item in items),
        max(read_instant(item["end"]) for item in items),
    )


def written(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds at least, as JavaScript and .NET write it."""
    digits = "microseconds" if at.microsecond % 1000 else "milliseconds"
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=digits) + "Z"


def amount_of(money: Any) -> Decimal | None:
    """The amount with its decimals, of money facts."""
    return None if money is None else decimal(money["amountMinor"], money["currency"])


def currency_of(money: Any) -> str | None:
    """The currency, of money facts."""
    return None if money is None else money["currency"]


def data_of(event: DomainEvent) -> Any:
    """The event's data, whose shape the catalogue knows by its type."""
    return event.data
