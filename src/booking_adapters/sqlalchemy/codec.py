"""Documents: what is stored whole, as JSON, because nothing ever queries its parts.

The core's own nouns are the schema: their fields are what stands in the JSON, and a test keeps
samples of it. Instants are RFC 3339, durations ISO 8601, both exact to the microsecond.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from datetime import timedelta
from functools import lru_cache
from threading import Lock
from types import MappingProxyType
from typing import Any, TypeVar, cast

import msgspec

from booking_core.domain.booking.item import Item
from booking_core.domain.booking.terms import Terms
from booking_core.domain.kernel.cancellation_policy import CancellationPolicy, RefundTier
from booking_core.domain.kernel.events import Json

T = TypeVar("T")


def _plain(value: object) -> object:
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


# Two threads that build decoders of one class at once crash the interpreter (msgspec 0.22).
_BUILDING = Lock()
_ENCODER = msgspec.json.Encoder(enc_hook=_plain)
_ITEMS = msgspec.json.Decoder(tuple[Item, ...])


def encode(value: Any) -> str:
    """The value as JSON text."""
    return _ENCODER.encode(value).decode()


def decode(text: str, type: type[T]) -> T:
    """What `encode` was given, if it was of that type."""
    decoder: msgspec.json.Decoder[T] = _decoder(cast(Hashable, type))
    return decoder.decode(text)


def decode_items(text: str) -> tuple[Item, ...]:
    """The items of a booking."""
    return _ITEMS.decode(text)


def decode_data(text: str) -> Mapping[str, Json]:
    """The data of an event: lists come back as the tuples that they were."""
    data = msgspec.json.decode(text)
    assert isinstance(data, dict)
    return _freeze(data)


@lru_cache(maxsize=4096)
def decode_terms(canonical: str) -> Terms:
    """Terms from their canonical JSON; many bookings share one text."""
    facts = json.loads(canonical)
    tiers = tuple(
        RefundTier(notice=timedelta(microseconds=notice), share_bp=share, fee_minor=fee)
        for notice, share, fee in facts["tiers"]
    )
    return Terms(
        zone=facts["zone"],
        cancellation=CancellationPolicy(tiers=tiers),
        hold_for=timedelta(microseconds=facts["holdForMicroseconds"]),
        attempts_max=facts["attemptsMax"],
        releases_on_payment_failure=facts["releasesOnPaymentFailure"],
        releases_on_no_show=facts["releasesOnNoShow"],
        text=facts["text"],
    )


@lru_cache(maxsize=64)
def _decoder(type: Hashable) -> msgspec.json.Decoder[Any]:
    with _BUILDING:
        return msgspec.json.Decoder(type)


def _freeze(data: dict[str, Any]) -> dict[str, Any]:
    """In place: it is our own, and a relay does this for every event."""
    for name, part in data.items():
        if type(part) is list or type(part) is dict:
            data[name] = _frozen(part)
    return data


def _frozen(part: Any) -> Any:
    if type(part) is dict:
        return _freeze(part)
    return tuple(map(_frozen, part)) if type(part) is list else part
