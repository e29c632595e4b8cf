"""Reading a listing to its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from booking_core.ports.page import Page, PageRequest

PAGES_MAX = 20  # A cursor that leads nowhere must fail a test, not hang it.

T = TypeVar("T")


def all_pages(listing: Callable[[PageRequest], Page[T]], limit: int) -> list[T]:
    """Everything, by following the cursors; every page but the last must be full."""
    entries: list[T] = []
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        page = listing(PageRequest(limit=limit, after=cursor))
        entries += page.entries
        cursor = page.next
        if cursor is None:
            return entries
        assert len(page.entries) == limit
    raise AssertionError(f"after {PAGES_MAX} pages still no end")
