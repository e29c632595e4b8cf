"""Who makes rows durable: one per database."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from booking_adapters.sqlalchemy.rows import Row, Rows
from booking_core.domain.kernel.errors import BookingError


@dataclass(frozen=True, slots=True)
class Rival:
    """A claim that stands in the way of a wanted one; instants as the driver gives them."""

    resource_key: int
    starts_at: Any
    ends_at: Any
    holder_id: str
    held_until: Any


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was done. The rivals if they are all there is to it, or None: find out why.

    If nothing can be found, it is `because` of this, or worth another try; and if tries do not
    help, then `error` is a constraint that the core should have kept.
    """

    rivals: Sequence[Rival] | None = None
    because: BookingError | None = None
    error: Exception | None = None


class Writer(Protocol):
    """Either everything or nothing, in as few round trips as the database allows."""

    @abstractmethod
    def write(self, rows: Rows) -> Refused | None:
        """Make it so, or say that it was refused; Busy if the outcome is not known."""
        ...

    @abstractmethod
    def lapse(self, lapses: Sequence[Row], now: Any) -> int:
        """Expire those holds that stand as they were read; how many did."""
        ...
