"""Who calls."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from litestar.openapi.spec import SecurityRequirement
from litestar.types import HTTPScope

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
    """Tells by the bearer token who calls.

    A token that was judged good is remembered for a minute, or until it expires: its signature
    costs more than all else that is done for a request here.
    """

    settings: TokenSettings
    keys: TokenKeys = field(init=False)
    _remembered: dict[str, tuple[Caller, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keys = token_keys(self.settings)

    async def __call__(self, scope: HTTPScope) -> Caller:
        """The caller, or Unauthenticated, or Busy while the issuer's keys cannot be fetched."""
        token = _bearer(scope)
        now = time.time()
        caller, until = self._remembered.get(token, (None, 0.0))
        if caller is None or until <= now:
            caller = await self._judge(token, scope, now)
        return Caller(
            id=caller.id,
            roles=caller.roles,
            tenant_id=caller.tenant_id,
            correlation_id=CorrelationId(correlation_of(scope)),
        )

    async def _judge(self, token: str, scope: HTTPScope, now: float) -> Caller:
        self._remembered.pop(token, None)
        if self.keys.may_block:
            caller, expires = await Call(scope).ask(judge, token, self.settings, self.keys)
        else:
            caller, expires = judge(token, self.settings, self.keys)
        if len(self._remembered) >= REMEMBERED_MAX:
            self._remembered.clear()
        self._remembered[token] = (caller, min(expires, now + REMEMBERED_SECONDS))
        return caller


def _bearer(scope: HTTPScope) -> str:
    values = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(values) != 1 or not values[0].isascii():
        raise Unauthenticated("one bearer token is needed")
    scheme, _, token = values[0].decode().partition(" ")
    if scheme.casefold() != "bearer" or not token:
        raise Unauthenticated("one bearer token is needed")
    return token.strip()
