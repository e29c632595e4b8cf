"""Receipts are purged when no copy can come any more."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from booking_core.ports.clock import Clock
from booking_core.ports.inbox import Inbox

EVERY = timedelta(minutes=1)
AT_ONCE = 1000
TIMES = 10


@dataclass(slots=True, kw_only=True)
class ForgetReceipts:
    """`keep` is longer than any broker or dead letter brings a message back.

    For consumers that are told in order, what comes later than that is stale all the same.
    """

    inbox: Inbox
    clock: Clock
    keep: timedelta
    _last: datetime | None = field(default=None, init=False)

    def __call__(self) -> int:
        """Once a minute, and a bounded number then; how many it were. Raises Busy."""
        now = self.clock.now()
        # A clock that was set back must not keep us from it.
        if self._last is not None and self._last <= now < self._last + EVERY:
            return 0
        self._last = now
        count = 0
        for _ in range(TIMES):
            some = self.inbox.forget_receipts(now - self.keep, AT_ONCE)
            count += some
            if some < AT_ONCE:
                break
        return count
