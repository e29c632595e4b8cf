"""How the data of old versions of an event is read today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

Data: TypeAlias = Mapping[str, Any]
Upcasts: TypeAlias = Mapping[tuple[str, int], Callable[[Data], Data]]

# (type, version) -> the same data as the next version says it. Nothing is old yet.
UPCASTS: Final[Upcasts] = MappingProxyType({})
