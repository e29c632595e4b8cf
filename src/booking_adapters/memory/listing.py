"""Cutting a listing into pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeVar

from booking_core.ports.page import Page

T = TypeVar("T")


def first_page(entries: Iterable[T], limit: int, cursor: Callable[[T], str]) -> Page[T]:
    """At most `limit` of the entries, and the cursor of the last where more follow."""
    found = tuple(islice(entries, limit + 1))
    shown = found[:limit]
    return Page(entries=shown, next=cursor(shown[-1]) if len(found) > limit else None)
