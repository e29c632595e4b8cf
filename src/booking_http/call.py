"""One call of a client: who asks, of which engine, and how to wait for its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from litestar.connection import Request
from litestar.datastructures import State

from booking_core.application.caller import Caller
from booking_core.engine import BookingEngine
from booking_http.threads import Threads

P = ParamSpec("P")
R = TypeVar("R")


class Call(Request[Caller, None, State]):
    """The request that every handler gets; `user` is the caller."""

    @property
    def engine(self) -> BookingEngine:
        """The engine that this service serves."""
        return cast("BookingEngine", self.app.state.engine)

    async def ask(self, act: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What a use case answers or refuses; it runs in a thread of the service's own."""
        threads = cast("Threads", self.app.state.threads)
        return await threads.run(act, *args, **kwargs)
