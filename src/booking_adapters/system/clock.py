"""The operating system's clock."""

from __future__ import annotations

from datetime import UTC, datetime

from booking_core.ports.clock import Clock


class SystemClock(Clock):
    """As right as the machine's own, which somebody has to keep in step."""

    def now(self) -> datetime:
        return datetime.now(UTC)
