"""Who wants to be told of what, and what it does then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.inbox import Reception
from booking_core.ports.publisher import Message

Decode: TypeAlias = Callable[[Message], Incoming]


@dataclass(frozen=True, slots=True)
class Writes:
    """A handler whose whole effect is written by the transaction that holds the receipt.

    It is undone with the transaction, and then called again: it does nothing beside.
    """

    handle: Callable[[Incoming, Reception], None]


@dataclass(frozen=True, slots=True)
class Acts:
    """A handler that acts through use cases, which commit for themselves, outside any transaction.

    It may be called again for an event that it was done with, so the event's id is its request key.
    """

    act: Callable[[Incoming], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """`decode` raises the refusals in domain/kernel/incoming.py.

    `in_order` is for those who are told everything of a booking: what comes too early then waits,
    and what comes too late is dropped. `exchange` is where somebody else's messages come from.
    """

    name: str
    topics: tuple[str, ...]
    decode: Decode
    handler: Writes | Acts
    in_order: bool = False
    exchange: str | None = None  # The engine's own.
