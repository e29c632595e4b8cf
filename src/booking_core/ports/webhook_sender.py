"""The way to the URLs of tenants."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Protocol

from booking_core.domain.webhook.outcome import Outcome


class WebhookSender(Protocol):
    """Any number of threads may share one; contract: tests/contract/test_webhook_sender.py."""

    @abstractmethod
    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """POST it once, and say how that ended, within a bounded time, whatever is there.

        Follows no redirect, and throws away what is answered but for its status. What the other
        side does wrong is an outcome, never an error.
        """
        ...

    @abstractmethod
    def close(self) -> None:
        """Let go of what is held open. Nobody uses it afterwards."""
        ...
