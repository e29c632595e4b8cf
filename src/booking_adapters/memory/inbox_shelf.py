"""What each consumer has done, and what it has not been able to do."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock

from booking_adapters.memory.letter_shelf import LetterShelf
from booking_core.domain.kernel.ids import BookingId, EventId, TenantId


@dataclass(slots=True)
class InboxShelf:
    """Receipts and the bookings' last sequences, by consumer; `turns` are its transactions'."""

    receipts: dict[tuple[str, TenantId, EventId], datetime] = field(default_factory=dict)
    applied: dict[tuple[str, TenantId, BookingId], int] = field(default_factory=dict)
    letters: LetterShelf = field(default_factory=LetterShelf)
    turns: defaultdict[str, RLock] = field(default_factory=lambda: defaultdict(RLock))
