"""What can be found out about a broker from here, before or while it is used."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

from attrs import frozen


class Grade(StrEnum):
    """A worry can be lived with; a fault cannot."""

    OK = "ok"
    WORRY = "worry"
    FAULT = "fault"


@frozen
class Observed:
    """One thing that was looked at."""

    grade: Grade
    detail: str


class Inspector(Protocol):
    """For one thread; every call connects anew and lets go at its end."""

    @abstractmethod
    def reach(self) -> str:
        """What answers there, with its version; Busy where nothing does."""
        ...

    @abstractmethod
    def observe(self) -> Iterator[Observed]:
        """Whatever else decides if messages are safe there; changes nothing that lasts."""
        ...
