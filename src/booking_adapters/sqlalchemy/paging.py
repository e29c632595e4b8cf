"""Pages, and the cursors between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.span import from_microseconds, to_microseconds
from booking_core.ports.booking_repository import Dossier
from booking_core.ports.page import Page

T = TypeVar("T")

FIRST_UUID = "00000000-0000-0000-0000-000000000000"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_uuid(id: str) -> bool:
    """Whether anything can have that id: what the engine names, it names by lower-case UUIDs."""
    return _UUID.fullmatch(id) is not None


def cut(entries: Sequence[T], limit: int, cursor: Callable[[T], str]) -> Page[T]:
    """A page of the entries, of which one more than the limit was asked for."""
    shown = tuple(entries[:limit])
    return Page(entries=shown, next=cursor(shown[-1]) if len(entries) > limit else None)


def age_cursor(dossier: Dossier) -> str:
    """Where a booking stands among all, by when it was made."""
    return f"{to_microseconds(dossier.booking.created_at)}:{dossier.booking.id}"


def age(cursor: str) -> tuple[datetime, str]:
    """What `age_cursor` said, or InvalidInput."""
    moment, _, booking_id = cursor.partition(":")
    if not is_uuid(booking_id):
        raise _made_up()
    return from_microseconds(whole(moment)), booking_id


def whole(digits: str) -> int:
    """A cursor that is a number, or InvalidInput."""
    # Nothing that was ever handed out is longer, and int() of a long text takes a long time.
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 17):
        raise _made_up()
    return int(digits)


def _made_up() -> InvalidInput:
    return InvalidInput("after", "the cursor of an earlier answer")
