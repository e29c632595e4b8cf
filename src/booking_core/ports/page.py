"""Pages of a listing, by cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from booking_core.domain.kernel.errors import InvalidInput

PAGE_LARGEST = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """At most `limit` entries after the one that `after` names (None: from the beginning)."""

    limit: int = 50
    after: str | None = None

    def __post_init__(self) -> None:
        if type(self.limit) is not int or not 1 <= self.limit <= PAGE_LARGEST:
            raise InvalidInput("limit", f"1 to {PAGE_LARGEST}")
        if self.after is not None and not 1 <= len(self.after) <= 200:
            raise InvalidInput("after", "the cursor of an earlier answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """`next` is the cursor of the following page; None at the end."""

    entries: tuple[T, ...]
    next: str | None = None
