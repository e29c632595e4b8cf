"""One way out for events: who takes them there, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from booking_core.domain.kernel.events import DomainEvent
from booking_core.ports.publisher import Message, Publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`encode` gives None for an event that those words cannot tell: then there is nothing to tell.

    Routes differ in their names.
    """

    name: str
    publisher: Publisher
    encode: Callable[[DomainEvent], Message | None]
