"""The outermost layer: every request gets its correlation id, and one line in the access log."""

from __future__ import annotations

import logging
import re
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import msgspec
from litestar.enums import HttpMethod, ScopeType

from booking_adapters.telemetry.asked import Asked, RequestWatcher
from booking_adapters.telemetry.correlation import correlated
from booking_adapters.telemetry.log_lines import FACTS
from booking_core.application.caller import Caller
from booking_http.correlation import correlate, traceparent_of
from booking_http.refusals import ASKED_FOR_METHODS

if TYPE_CHECKING:
    from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

access_log = logging.getLogger("booking_http.access")
_REFUSAL = "booking_refusal"

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
    watchers: tuple[RequestWatcher, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await self._serve(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _serve(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        correlation_id = correlate(scope)
        asked = Asked(
            method=str(scope["method"]),
            correlation_id=correlation_id,
            traceparent=traceparent_of(scope),
        )
        if not _PATH.fullmatch(scope["path"]):
            scope["path"] = "/-"
        if asked.method in _ANSWERED_AS:
            scope = cast("HTTPScope", {**scope, "method": _ANSWERED_AS[asked.method]})

        async def send_correlated(message: Message) -> None:
            if message["type"] == "http.response.start":
                asked.status = message["status"]
                headers = [*message["headers"], (b"x-correlation-id", correlation_id.encode())]
                message = {**message, "headers": headers}
            await send(message)

        with ExitStack() as watched:
            watched.enter_context(correlated(correlation_id))
            for watcher in self.watchers:
                watched.enter_context(watcher.answering(asked))
            try:
                await self.app(scope, receive, send_correlated)
            finally:
                asked.route = cast("str | None", scope.get("path_template"))
                asked.refusal = cast("str | None", scope.get(_REFUSAL))
                if access_log.isEnabledFor(logging.INFO):
                    seconds = time.perf_counter() - started
                    told = _told(scope, asked, seconds)
                    access_log.info(msgspec.json.encode(told).decode(), extra={FACTS: told})


def note_refusal(scope: Scope, code: str) -> None:
    """This is how the request ends."""
    scope[_REFUSAL] = code  # type: ignore[literal-required]


def _told(scope: HTTPScope, asked: Asked, seconds: float) -> dict[str, object]:
    """One line: who asked for what, how it ended; no query, no body, no token."""
    caller = scope.get("user")
    told: dict[str, object] = {
        "event": "request",
        "method": asked.method,
        "path": scope["path"],
        "status": asked.status,
        "milliseconds": round(seconds * 1000, 2),
        "correlationId": asked.correlation_id,
    }
    if isinstance(caller, Caller):
        told |= {"tenantId": caller.tenant_id, "caller": caller.label}
    return told
