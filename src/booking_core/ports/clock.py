"""What time it is."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The one clock that judges expiry and notice; contract: tests/contract/test_clock.py."""

    @abstractmethod
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...
