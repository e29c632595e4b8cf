"""A real HTTP server in a process of its own, which dies at a chosen moment."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import uvicorn

from booking_adapters.secret import Secret
from booking_adapters.settings import TokenSettings
from booking_adapters.simulated.outages import Outages, never
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.payment_webhook import SimulatedWebhook
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_adapters.system.clock import SystemClock
from booking_adapters.system.randomness import SystemRandomness
from booking_core.application.caller import Caller, Role
from booking_core.engine import BookingEngine, Ports
from booking_core.ports.payment_webhook import Callback
from booking_http.app import create_app
from booking_http.tokens import mint
from campaign.crashing import NEVER, CrashingStorage, Fuse

TOKENS = TokenSettings(secret=Secret("a secret of the campaign's own, long enough for HS256"))
WEBHOOK = SimulatedWebhook(SystemClock(), secrets=["a secret that only the provider knows besides"])
JSON = {"Content-Type": "application/json"}
TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for until it is answered."""

    path: str
    headers: Mapping[str, str]
    body: bytes


def keyed(path: str, body: object, by: Caller, key: str) -> Request:
    """What a customer asks for, and again with the same key."""
    token = mint(TOKENS, by.id, [Role.CUSTOMER])
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    return Request(path, JSON | headers, json.dumps(body).encode())


def told(callback: Callback) -> Request:
    """What the payment provider tells, and again until it is acknowledged."""
    headers, body = WEBHOOK.signed(callback)
    return Request(f"/payments/webhooks/{WEBHOOK.name}", headers, body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client sees; `body` is None where there is none."""

    status: int
    body: Any


class LateGateway:
    """A client of the simulated provider, opened by the process that first needs it."""

    name = SimulatedGateway.name

    def __init__(self, path: str) -> None:
        self._path = path

    @cached_property
    def _opened(self) -> SimulatedGateway:
        return SimulatedGateway(SystemClock(), SystemRandomness(), path=self._path)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opened, name)


class Server:
    """The application is made once: each new process is a fork that has yet to connect."""

    def __init__(self, url: str, payments_path: str) -> None:
        self._url, self._payments_path = url, payments_path
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port = self._listener.getsockname()[1]
        self.fuse = Fuse()
        ports: Any = {
            "storage": CrashingStorage(SqlStorage.open(url), self.fuse),
            "payments": LateGateway(payments_path),
        }
        engine = BookingEngine(Ports(**ports, clock=SystemClock(), randomness=SystemRandomness()))
        config = uvicorn.Config(
            create_app(engine, TOKENS, webhooks=[WEBHOOK]), log_level="error", lifespan="off"
        )
        config.load()
        self._server = uvicorn.Server(config)
        self._pid = 0

    @contextmanager
    def engine(self, outages: Outages = never) -> Iterator[tuple[BookingEngine, SimulatedGateway]]:
        """An engine on the same database, and its provider: closed before anything is forked."""
        clock, randomness = SystemClock(), SystemRandomness()
        storage = SqlStorage.open(self._url)
        gateway = SimulatedGateway(clock, randomness, path=self._payments_path, outages=outages)
        try:
            yield (
                BookingEngine(
                    Ports(storage=storage, payments=gateway, clock=clock, randomness=randomness)
                ),
                gateway,
            )
        finally:
            gateway.close()
            storage.close()

    def ask(self, request: Request, *, crash_at: int = NEVER) -> Answer | None:
        """What it answers, or None where the connection died; a new process if there is none."""
        if not self._pid:
            self._pid = os.fork()
            if not self._pid:
                self._serve()
        self.fuse.set(crash_at)
        return self._answered(request)

    def stop(self) -> bool:
        """Have no process any more; whether it had been killed at its moment."""
        if not self._pid:
            return False
        os.kill(self._pid, signal.SIGTERM)  # Of no consequence to one that is dead.
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL

    def _serve(self) -> None:
        try:
            self._server.run(sockets=[self._listener])
        finally:
            os._exit(0)

    def _answered(self, request: Request) -> Answer | None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("POST", request.path, request.body, dict(request.headers))
            response = connection.getresponse()
            body = response.read()
            return Answer(response.status, json.loads(body) if body else None)
        except (ConnectionError, http.client.HTTPException):
            return None
        finally:
            connection.close()
