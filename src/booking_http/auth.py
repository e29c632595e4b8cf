"""Who calls: every route asks for a bearer token, unless it says itself that it is public."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.openapi.spec import SecurityRequirement

from booking_adapters.settings import TokenSettings
from booking_core.application.caller import Caller
from booking_core.domain.kernel.errors import Unauthenticated
from booking_core.domain.kernel.ids import CorrelationId
from booking_http.call import Call
from booking_http.correlation import correlation_of
from booking_http.token_keys import TokenKeys, token_keys
from booking_http.tokens import judge

PUBLIC = {"public": True}  # The `opt` of a route that needs no token.
ANYBODY: list[SecurityRequirement] = [{}]  # And its `security`, for the document.
REMEMBERED_MAX = 10_000
REMEMBERED_SECONDS = 60


@dataclass(slots=True)
class Authentication:
    """A guard for the whole application: it fails closed, whatever a path looks like.

    A token that was judged good is remembered for a minute, or until it expires: a signature
    costs more than all else that is done for a request here.
    """

    settings: TokenSettings
    keys: TokenKeys = field(init=False)
    _remembered: dict[str, tuple[Caller, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keys = token_keys(self.settings)

    async def __call__(
        self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
    ) -> None:
        """Let the caller in, or raise Unauthenticated."""
        if handler.opt.get("public") is True:
            return
        token = _bearer(connection.headers.getall("authorization", []))
        now = time.time()
        caller, until = self._remembered.get(token, (None, 0.0))
        if caller is None or until <= now:
            caller = await self._judge(token, connection, now)
        correlation_id = CorrelationId(correlation_of(connection.scope))
        connection.scope["user"] = replace(caller, correlation_id=correlation_id)

    async def _judge(
        self,
        token: str,
        connection: ASGIConnection[Any, Any, Any, Any],
        now: float,
    ) -> Caller:
        self._remembered.pop(token, None)
        if self.keys.may_block:
            call = Call(connection.scope)
            caller, expires = await call.ask(judge, token, self.settings, self.keys)
        else:
            caller, expires = judge(token, self.settings, self.keys)
        if len(self._remembered) >= REMEMBERED_MAX:
            self._remembered.clear()
        self._remembered[token] = (caller, min(expires, now + REMEMBERED_SECONDS))
        return caller


def _bearer(values: list[str]) -> str:
    if len(values) != 1:
        raise Unauthenticated("one bearer token is needed")
    scheme, _, token = values[0].partition(" ")
    if scheme.casefold() != "bearer" or not token.isascii() or not token:
        raise Unauthenticated("one bearer token is needed")
    return token.strip()
