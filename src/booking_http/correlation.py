"""The correlation id: taken from the caller or made here, given back, and in every log line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from litestar.types import Scope

HEADER = b"x-correlation-id"
TRACEPARENT = b"traceparent"
KEY = "booking_correlation_id"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
# W3C Trace Context: later versions begin like the first one, which ends where they go on.
_TRACE = re.compile(
    r"(?P<version>(?!ff)[0-9a-f]{2})-(?P<trace>(?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}"
    r"-[0-9a-f]{2}(?P<more>-[!-~]{0,400})?"
)


def correlate(scope: Scope) -> str:
    """The caller's id if it can be one, else a new one: what is odd is never given back.

    Of a caller who says only in which trace it is, the trace's id, as a UUID.
    """
    given = _ID.fullmatch(_header(scope, HEADER))
    traced = None if given else _traced(scope)
    text = given[0] if given else str(UUID(hex=traced["trace"]) if traced else uuid4())
    scope[KEY] = text  # type: ignore[literal-required]
    return text


def correlation_of(scope: Scope) -> str:
    """The id of this request."""
    found = scope.get(KEY)
    return found if isinstance(found, str) else correlate(scope)


def traceparent_of(scope: Scope) -> str | None:
    """In which trace the caller says to be; None where it says so oddly, or twice."""
    traced = _traced(scope)
    return None if traced is None else traced[0]


def _traced(scope: Scope) -> re.Match[str] | None:
    found = [value for name, value in scope["headers"] if name == TRACEPARENT]
    traced = _TRACE.fullmatch(found[0].decode("latin-1")) if len(found) == 1 else None
    is_odd = traced is not None and traced["version"] == "00" and traced["more"]
    return None if is_odd else traced


def _header(scope: Scope, wanted: bytes) -> str:
    for name, value in scope["headers"]:
        if name == wanted:
            return value.decode("latin-1")
    return ""
