"""What the two databases do differently below the SQL: connecting, time, lists, failures."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from booking_core.domain.kernel.errors import BookingError


class Driver(Protocol):
    """One database driver. `error` is the base class of what it raises, `integrity` of what
    a constraint refuses; `begin` begins a change, `begin_snapshot` a long look, and
    `begin_in_order` one at the first few of many, which lie in the order that is asked for.
    """

    error: type[Exception]
    dialect: sa.Dialect
    begin: str
    begin_snapshot: tuple[str, ...]
    begin_in_order: tuple[str, ...]
    integrity: type[Exception]

    @abstractmethod
    def engine(self) -> sa.Engine:
        """A pool of connections that commit each statement by itself; connects when used."""
        ...

    @abstractmethod
    def connect(self) -> Any:
        """A connection beside the pool, for one thread to keep."""
        ...

    @abstractmethod
    def to_instant(self, instant: datetime | None) -> Any:
        """The instant as a parameter."""
        ...

    @abstractmethod
    def from_instant(self, stored: Any) -> Any:
        """The instant, or None, from a column; typed Any because most columns have no NULL."""
        ...

    @abstractmethod
    def from_json_instant(self, stored: Any) -> datetime:
        """The instant from within a JSON document that the database made."""
        ...

    @abstractmethod
    def many(self, values: Sequence[Any]) -> Any:
        """The values as one parameter, for `one_of`."""
        ...

    @abstractmethod
    def numbers(self, numbers: Iterable[int]) -> str:
        """The same for whole numbers, of which there may be hundreds."""
        ...

    @abstractmethod
    def shards(self, shards: Iterable[int]) -> str:
        """Shards of bookings as one parameter, for `in_shards`."""
        ...

    @abstractmethod
    def is_broken_by(self, error: BaseException) -> bool:
        """Whether after that error the connection is of no more use."""
        ...

    @abstractmethod
    def is_hung_up(self, connection: Any) -> bool:
        """Whether the other end of an idle connection has gone; asks nobody."""
        ...

    @abstractmethod
    def busy_periods(
        self, connection: Any, asked: Mapping[str, Any]
    ) -> Iterator[tuple[int, list[tuple[int, int]]]]:
        """By resource key: the (start, end) of what is claimed there, in microseconds, by start.

        Of `tenant` and `keys`, between `starts` and `ends`, unless it lapses by `now`.
        """
        ...

    @abstractmethod
    def why_busy(self, error: Exception) -> BookingError | None:
        """Busy, if the database could not do it now; None if it will never do it."""
        ...
