"""Who waits for events need not keep asking: whoever writes some rings."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol


class Listener(Protocol):
    """One who waits, in one thread."""

    @abstractmethod
    def wait(self, seconds: float) -> bool:
        """Whether it rang since the last call, or since listening began; waits until it does.

        It may have rung for nothing, and may have been missed: whoever listens also looks now and
        then without being called. A listener that hears nothing, as its connection broke, waits
        all the same, and mends it; it says that it rang then, as it may have.
        """
        ...

    @abstractmethod
    def close(self) -> None:
        """Listen no more."""
        ...


class Doorbell(Protocol):
    """Between whoever commits events and relays, also of other processes.

    A ring that is lost costs time, never an event. Contract: tests/contract/test_doorbell.py, run
    over every storage.
    """

    @abstractmethod
    def ring(self) -> None:
        """Something was committed. Waits for nothing and nobody, and never fails."""
        ...

    @abstractmethod
    def listen(self) -> Listener:
        """From now on; whatever is committed later is heard."""
        ...

    @abstractmethod
    def close(self) -> None:
        """Ring no more; listeners are closed by whoever listens."""
        ...
