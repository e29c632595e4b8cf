"""A request over HTTP, as a watcher sees it: never its query, its body or its token."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol

from booking_core.ports.telemetry import Watched


@dataclass(slots=True, kw_only=True)
class Asked:
    """`route` (the template, None where nothing is there) and `status` are known at its end."""

    method: str
    correlation_id: str
    traceparent: str | None = None
    route: str | None = None
    status: int = 500
    refusal: str | None = None  # The code of the problem that was answered.


class RequestWatcher(Protocol):
    """Like telemetry, and of the edge: it neither refuses nor waits."""

    @abstractmethod
    def answering(self, asked: Asked) -> Watched:
        """Around all that is done for a request."""
        ...
