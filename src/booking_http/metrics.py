"""What Prometheus reads, for whoever reaches the service."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from litestar import Response, get

from booking_http.auth import ANYBODY, PUBLIC
from booking_http.call import Call
from booking_http.refused import refused
from booking_http.threads import Threads

TEXT = "text/plain"
EXPOSITION = "text/plain; version=0.0.4"  # The framework adds the charset.
FRESH_SECONDS = 1.0  # However often somebody asks, it is written once a second at most.


@dataclass(slots=True)
class Exposition:
    """Written in a thread of its own: it reads files, and may wait for storage."""

    write: Callable[[], bytes]
    threads: Threads = field(default_factory=lambda: Threads(count=1, waiting_max=1))
    _text: bytes = b""
    _written_at: float = float("-inf")
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def text(self) -> bytes:
        """As it was within the last second."""
        async with self._writing:
            if time.monotonic() - self._written_at > FRESH_SECONDS:
                self._text = await self.threads.run(self.write)
                self._written_at = time.monotonic()
        return self._text


@get(
    "/metrics",
    operation_id="getMetrics",
    summary="Numbers for Prometheus",
    tags=["Operations"],
    opt=PUBLIC,
    security=ANYBODY,
    media_type=TEXT,
    responses=refused(public=True),
)
async def get_metrics(request: Call) -> Response[bytes]:
    """Of the instance that answers, in Prometheus's text format.

    All processes of that instance are counted, those that died too. What waits in storage is the
    same whichever instance tells it.
    """
    exposition = cast("Exposition", request.app.state.metrics)
    headers = {"Cache-Control": "no-store"}
    return Response(await exposition.text(), media_type=EXPOSITION, headers=headers)
