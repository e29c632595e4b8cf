"""The outermost layer: every request gets its correlation id, and one line in the access log."""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import msgspec
from litestar.enums import HttpMethod, ScopeType

from booking_core.application.caller import Caller
from booking_http.correlation import correlate
from booking_http.refusals import ASKED_FOR_METHODS

if TYPE_CHECKING:
    from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

access_log = logging.getLogger("booking_http.access")

# Nothing of ours is called otherwise. What is odd becomes a path that leads nowhere, so that no
# NUL byte or half a character reaches a query.
# Servers leave the body of an answer to HEAD out by themselves. What no route takes, the router
# answers with all that the path takes: for OPTIONS that is the answer.
_ANSWERED_AS = {"HEAD": HttpMethod.GET, "OPTIONS": ASKED_FOR_METHODS}
_PATH = re.compile(r"/[A-Za-z0-9._:|@+/-]*")


@dataclass(slots=True)
class Edge:
    """Wraps the whole application, so that unknown routes are answered and logged like others."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await self._serve(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _serve(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        correlation_id = correlate(scope)
        method, status = str(scope["method"]), 500
        if not _PATH.fullmatch(scope["path"]):
            scope["path"] = "/-"
        if method in _ANSWERED_AS:
            scope = cast("HTTPScope", {**scope, "method": _ANSWERED_AS[method]})

        async def send_correlated(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], (b"x-correlation-id", correlation_id.encode())]
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self.app(scope, receive, send_correlated)
        finally:
            if access_log.isEnabledFor(logging.INFO):
                seconds = time.perf_counter() - started
                access_log.info(_line(scope, method, status, correlation_id, seconds))


def _line(scope: HTTPScope, method: str, status: int, correlation_id: str, seconds: float) -> str:
    """One JSON object: who asked for what, how it ended; no query, no body, no token."""
    caller = scope.get("user")
    told = {
        "event": "request",
        "method": method,
        "path": scope["path"],
        "status": status,
        "milliseconds": round(seconds * 1000, 2),
        "correlationId": correlation_id,
    }
    if isinstance(caller, Caller):
        told |= {"tenantId": caller.tenant_id, "caller": caller.label}
    return msgspec.json.encode(told).decode()
