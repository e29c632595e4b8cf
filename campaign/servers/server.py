"""What the campaign can do to any server of its own."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod

from campaign.servers.child import Child

READY_SECONDS = 90.0
POLL_SECONDS = 0.02


class CannotRun(Exception):
    """A campaign needs what is not installed here."""


class Server(ABC):
    """Keeps its port and its data folder, however often it dies."""

    name: str
    port: int
    child: Child

    @abstractmethod
    def url(self, port: int | None = None) -> str:
        """Where to connect; by another port, if something lies between."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it takes connections and answers."""

    def start(self) -> None:
        """Start it, and return when it is ready."""
        self.child.start()
        until = time.monotonic() + READY_SECONDS
        while not self.is_ready():
            if not self.child.is_running or time.monotonic() > until:
                raise RuntimeError(f"{self.name} does not start:\n{self.child.log[-4000:]}")
            time.sleep(POLL_SECONDS)
