"""Whether the service lives, and whether each of its parts can work."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, TypeAlias, cast

from litestar import Response, get
from litestar.openapi import ResponseSpec

from booking_adapters.health import Health as Parts
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.ids import PaymentId, TenantId
from booking_core.engine import BookingEngine
from booking_http.auth import ANYBODY, PUBLIC
from booking_http.call import Call
from booking_http.refused import refused
from booking_http.strict_body import View
from booking_http.threads import Threads

PROBE_SECONDS_MAX = 3.0
FRESH_SECONDS = 1.0  # However often somebody asks, the parts are probed once a second at most.
NOBODY = TenantId("-")  # No tenant can be named so.

Status: TypeAlias = Literal["UP", "DEGRADED", "DOWN"]
NEEDED = ("storage", "payments")


class Health(View, frozen=True, kw_only=True):
    """UP if all parts are; DEGRADED if bookings are taken, and somebody should look."""

    status: Status
    components: dict[str, Status]


MAY_BE_DOWN = {
    **refused(public=True),
    503: ResponseSpec(Health, description="One of them is DOWN", generate_examples=False),
}


@dataclass(slots=True)
class Probes:
    """Asks each part something cheap, in threads of their own: a full house is not a sick one."""

    engine: BookingEngine
    parts: Parts | None = None  # Beside storage and payments.
    threads: Threads = field(default_factory=lambda: Threads(count=6, waiting_max=16))
    _seen: dict[str, Status] = field(default_factory=dict)
    _seen_at: float = float("-inf")
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def components(self) -> dict[str, Status]:
        async with self._asking:
            if time.monotonic() - self._seen_at > FRESH_SECONDS:
                probes = self._probes()
                found = await asyncio.gather(*map(self._status, probes.values()))
                self._seen = dict(zip(probes, found, strict=True))
                self._seen_at = time.monotonic()
        return self._seen

    def _probes(self) -> Mapping[str, Callable[[], object]]:
        ports = self.engine.ports
        storage, payments, clock = ports.storage, ports.payments, ports.clock
        return {
            "storage": lambda: storage.bookings.overdue(clock.now(), 1),
            "payments": lambda: payments.find(NOBODY, PaymentId("-")),
            **{name: partial(self._part, name) for name in self._others()},
        }

    def _others(self) -> Sequence[str]:
        return () if self.parts is None else [it for it in self.parts.parts if it not in NEEDED]

    def _part(self, name: str) -> Status:
        """Its status alone: the rest is for whoever runs the service."""
        assert self.parts is not None  # Else there are no others.
        return self.parts.look(name)[name].status.value

    async def _status(self, probe: Callable[[], object]) -> Status:
        try:
            found = await asyncio.wait_for(self.threads.run(probe), PROBE_SECONDS_MAX)
        except (BookingError, TimeoutError):
            return "DOWN"
        return "DEGRADED" if found == "DEGRADED" else "UP"


@get(
    "/health/live",
    operation_id="isLive",
    summary="Whether the process answers at all",
    tags=["Operations"],
    opt=PUBLIC,
    security=ANYBODY,
    responses=refused(public=True),
)
async def is_live() -> Health:
    """A restart would help where this fails."""
    return Health(status="UP", components={})


@get(
    "/health/ready",
    operation_id="isReady",
    summary="Whether bookings can be taken",
    tags=["Operations"],
    opt=PUBLIC,
    security=ANYBODY,
    responses=MAY_BE_DOWN,
)
async def is_ready(request: Call) -> Response[Health]:
    """Not without storage; without the payment provider, holds can still be had."""
    storage = (await _probes(request).components())["storage"]
    return _answer(Health(status=storage, components={"storage": storage}))


@get(
    "/health",
    operation_id="getHealth",
    summary="The health of each component",
    tags=["Operations"],
    opt=PUBLIC,
    security=ANYBODY,
    responses=MAY_BE_DOWN,
)
async def get_health(request: Call) -> Response[Health]:
    """As bad as the worst of them."""
    components = await _probes(request).components()
    found: set[Status] = set(components.values())
    status: Status = "DOWN" if "DOWN" in found else "DEGRADED" if "DEGRADED" in found else "UP"
    return _answer(Health(status=status, components=components))


def _probes(request: Call) -> Probes:
    return cast("Probes", request.app.state.probes)


def _answer(health: Health) -> Response[Health]:
    return Response(health, status_code=503 if health.status == "DOWN" else 200)
