"""The correlation id: taken from the caller or made here, given back, and in every log line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from litestar.types import Scope

HEADER = b"x-correlation-id"
KEY = "booking_correlation_id"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


def correlate(scope: Scope) -> str:
    """The caller's id if it can be one, else a new one: what is odd is never given back."""
    for name, value in scope["headers"]:
        if name == HEADER:
            text = value.decode("latin-1")
            if _ID.fullmatch(text):
                break
    else:
        text = str(uuid4())
    scope[KEY] = text  # type: ignore[literal-required]
    return text


def correlation_of(scope: Scope) -> str:
    """The id of this request."""
    found = scope.get(KEY)
    return found if isinstance(found, str) else correlate(scope)
