"""The outermost layer: every request gets its correlation id, and one line in the access log."""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from litestar.enums import HttpMethod, ScopeType

from booking_core.application.caller import Caller
from booking_http.correlation import correlate

if TYPE_CHECKING:
    from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

access_log = logging.getLogger("booking_http.access")

# Nothing of ours is called otherwise. What is odd becomes a path that leads nowhere, so that no
# NUL byte or half a character reaches a query.
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
        status = 500
        if not _PATH.fullmatch(scope["path"]):
            scope["path"] = "/-"
        if scope["method"] == "HEAD":  # Servers leave the body of its answer out by themselves.
            scope = scope | {"method": HttpMethod.GET}

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
                access_log.info(_line(scope, status, correlation_id, time.perf_counter() - started))


def _line(scope: HTTPScope, status: int, correlation_id: str, seconds: float) -> str:
    """One JSON object: who asked for what, how it ended; no query, no body, no token."""
    caller = scope.get("user")
    told = {
        "event": "request",
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "milliseconds": round(seconds * 1000, 2),
        "correlationId": correlation_id,
    }
    if isinstance(caller, Caller):
        told |= {"tenantId": caller.tenant_id, "caller": caller.label}
    return msgspec.json.encode(told).decode()
