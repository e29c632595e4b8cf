"""Pages of a listing: how many, and after which."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, TypeAlias

from litestar.params import QueryParameter

from booking_core.domain.kernel.errors import InvalidInput
from booking_core.ports.page import PAGE_LARGEST, PageRequest

Limit: TypeAlias = Annotated[
    int,
    QueryParameter(name="limit", ge=1, le=PAGE_LARGEST, description="How many at most"),
]
After: TypeAlias = Annotated[
    str | None,
    QueryParameter(
        name="after", description="`next` of the page before", schema_extra={"maxLength": 300}
    ),
]


def page_request(limit: int, after: str | None) -> PageRequest:
    """What is asked for, or InvalidInput for a cursor that we never gave."""
    return PageRequest(limit=limit, after=None if after is None else _opened(after))


def cursor(after: str | None) -> str | None:
    """The cursor as a client gets it: what is in it is nobody's concern."""
    return None if after is None else urlsafe_b64encode(after.encode()).decode().rstrip("=")


def _opened(text: str) -> str:
    try:
        found = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)).decode("ascii")
    except ValueError:
        found = ""
    if not found.isprintable() or cursor(found) != text:
        raise InvalidInput("after", "the cursor of an earlier answer")
    return found
