"""Who waits for events is woken by who writes them, in one process."""

from __future__ import annotations

from threading import Condition

from booking_core.ports.doorbell import Doorbell, Listener


class MemoryDoorbell(Doorbell):
    """Counts the rings, so that each listener knows how many it has heard."""

    def __init__(self) -> None:
        self.rang = Condition()
        self.count = 0

    def ring(self) -> None:
        with self.rang:
            self.count += 1
            self.rang.notify_all()

    def listen(self) -> Listener:
        return MemoryListener(self)

    def close(self) -> None:
        """There is no connection."""


class MemoryListener(Listener):
    """For one thread."""

    def __init__(self, doorbell: MemoryDoorbell) -> None:
        self._doorbell = doorbell
        self._heard = doorbell.count

    def wait(self, seconds: float) -> bool:
        doorbell = self._doorbell
        with doorbell.rang:
            rang = doorbell.rang.wait_for(lambda: doorbell.count != self._heard, seconds)
            self._heard = doorbell.count
        return rang

    def close(self) -> None:
        """There is no connection."""
