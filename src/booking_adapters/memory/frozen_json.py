"""JSON that nobody can change any more."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from booking_core.domain.kernel.events import Json


def frozen(data: Mapping[str, Json]) -> Mapping[str, Json]:
    """A copy that is equal, and immutable all the way down."""
    return MappingProxyType({name: _frozen(value) for name, value in data.items()})


def _frozen(value: Json) -> Json:
    if isinstance(value, Mapping):
        return frozen(value)
    if isinstance(value, tuple):
        return tuple(_frozen(item) for item in value)
    return value
