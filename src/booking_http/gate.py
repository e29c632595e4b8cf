"""Before every route: who calls, and whether the query is one that the route knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from booking_http.auth import Authentication
from booking_http.queries import require_known_parameters

if TYPE_CHECKING:
    from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send


@dataclass(slots=True)
class Gate:
    """Fails closed: a route is public only if its own `opt` says so, whatever its path is.

    A middleware, because Litestar copies the route handler for every guard of every request.
    """

    app: ASGIApp
    authentication: Authentication

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = scope["route_handler"]
        if handler.opt.get("public") is not True:
            scope["user"] = await self.authentication(cast("HTTPScope", scope))
        require_known_parameters(scope["query_string"], handler)
        await self.app(scope, receive, send)
