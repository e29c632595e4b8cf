"""Refusals as RFC 9457 problem details: one table from kind to status, one shape for all."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec
from litestar import Response
from litestar.connection import Request
from litestar.exceptions import HTTPException, ValidationException

from booking_core.domain.kernel.errors import BookingError, InvalidInput, Kind
from booking_core.domain.kernel.span import Span
from booking_http.correlation import correlation_of
from booking_http.edge import note_refusal
from booking_http.instants import shown_duration
from booking_http.refusals import (
    ASKED_FOR_METHODS,
    BodyTooLarge,
    InternalFault,
    MalformedRequest,
    MethodNotAllowed,
    UnknownRoute,
)

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = 1
BODY_BYTES_MAX = 64 * 1024

STATUS: Mapping[Kind, int] = MappingProxyType(
    {
        Kind.INVALID: 422,
        Kind.UNAUTHENTICATED: 401,
        Kind.FORBIDDEN: 403,
        Kind.MISSING: 404,
        Kind.CONFLICT: 409,
        Kind.STALE: 412,
        Kind.MISMATCH: 422,
        Kind.BUSY: 503,
    }
)

_log = logging.getLogger("booking_http")


def status_of(refusal: BookingError | type[BookingError]) -> int:
    """The one place where a refusal gets its status."""
    own = getattr(refusal, "status", None)
    return own if isinstance(own, int) else STATUS[refusal.kind]


def title_of(code: str) -> str:
    """A few words that are the same for every problem of this code."""
    return code.replace("-", " ").capitalize()


def problem(refusal: BookingError, correlation_id: str | None = None) -> dict[str, object]:
    """What is told of a refusal: what it is, what was expected, and its facts."""
    told: dict[str, object] = {
        "type": f"/problems/{refusal.code}",
        "title": title_of(refusal.code),
        "status": status_of(refusal),
        "detail": refusal.message,
        "code": refusal.code,
    }
    for name, fact in refusal.facts().items():
        told.setdefault(_camel(name), _shown(fact))
    if correlation_id is not None:
        told["correlationId"] = correlation_id
    return told


def answer(request: Request[Any, Any, Any], refusal: BookingError) -> Response[bytes]:
    """The refusal as a response, with the headers that its status asks for."""
    note_refusal(request.scope, refusal.code)
    body = problem(refusal, correlation_of(request.scope))
    return Response(
        msgspec.json.encode(body),
        status_code=status_of(refusal),
        media_type=PROBLEM_JSON,
        headers=dict(_headers(refusal)),
    )


def from_litestar(request: Request[Any, Any, Any], raised: HTTPException) -> Response[bytes]:
    """What the framework refuses, in our words; or what a path takes, if that was the question."""
    refusal = _translated(raised)
    if isinstance(refusal, MethodNotAllowed) and request.scope["method"] == ASKED_FOR_METHODS:
        return Response(b"", status_code=204, headers=dict(_headers(refusal)))
    return answer(request, refusal)


def from_fault(request: Request[Any, Any, Any], fault: Exception) -> Response[bytes]:
    """What nobody expected: noted here, with its traceback, and told to nobody."""
    _log.error("unexpected %s", type(fault).__name__, exc_info=fault)
    return answer(request, InternalFault())


def _translated(raised: HTTPException) -> BookingError:
    if isinstance(raised, ValidationException):
        return _invalid_parameter(raised)
    if raised.status_code == 404:
        return UnknownRoute()
    if raised.status_code == 405:
        allowed = set((raised.headers or {}).get("allow", "").split(", "))
        return MethodNotAllowed(tuple(sorted(allowed | ({"HEAD"} if "GET" in allowed else set()))))
    if raised.status_code == 413:
        return BodyTooLarge(BODY_BYTES_MAX)
    if raised.status_code >= 500:
        _log.error("unexpected %s", type(raised).__name__, exc_info=raised)
        return InternalFault()
    return MalformedRequest(raised.detail)


def _invalid_parameter(raised: ValidationException) -> InvalidInput:
    for fault in raised.extra if isinstance(raised.extra, list) else ():
        expected = str(fault.get("message", "")).removeprefix("Expected ").replace("`", "")
        return InvalidInput(str(fault.get("key", "request")), expected)
    return InvalidInput("request", raised.detail)


def _headers(refusal: BookingError) -> Iterator[tuple[str, str]]:
    if isinstance(refusal, MethodNotAllowed):
        yield "Allow", ", ".join(refusal.allowed)
    elif refusal.kind is Kind.UNAUTHENTICATED:
        yield "WWW-Authenticate", 'Bearer realm="booking"'
    elif status_of(refusal) == STATUS[Kind.BUSY]:
        yield "Retry-After", str(RETRY_AFTER_SECONDS)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def _shown(fact: object) -> object:
    match fact:
        case datetime():
            return fact.astimezone(UTC)
        case timedelta():
            return shown_duration(fact)
        case Span(start=start, end=end):
            return {"start": start, "end": end}
        case tuple() | list() | frozenset():
            return [_shown(part) for part in fact]
        case str() | int() | float() | None:
            return fact
    return str(fact)
