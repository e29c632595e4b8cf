"""Kill the server between every two storage calls, and ask again: `python -m campaign.kill`.

For create, pay, cancel and reschedule, at every moment before or after a storage call, the HTTP
server is killed with SIGKILL in the middle of a keyed request. A new server gets the same request
with the same key: there must be one effect and one answer, and nothing may be lost.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from tempfile import TemporaryDirectory

import uvicorn

from booking_adapters.secret import Secret
from booking_adapters.settings import TokenSettings
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.script import PAY
from booking_adapters.sqlalchemy.migrate import migrate
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_adapters.system.clock import SystemClock
from booking_adapters.system.randomness import SystemRandomness
from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.caller import Role, admin, customer
from booking_core.application.payment.start_payment import StartPayment
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.ids import DEFAULT_TENANT, BookingId, CustomerId
from booking_core.engine import BookingEngine, Ports
from booking_core.ports.page import PageRequest
from booking_http.app import create_app
from booking_http.tokens import mint
from campaign.crashing import CrashingStorage, Fuse
from campaign.world import DOCTOR, HOUR, furnish, hour_of

TOKENS = TokenSettings(secret=Secret("a secret of the campaign's own, long enough for HS256"))
ANN = customer("ann")
NEVER = 0
DAY_HOURS = 24
TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for twice: by path, body and key."""

    path: str
    body: object
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client sees: None for a connection that died."""

    status: int
    body: object


@dataclass(slots=True)
class Report:
    """Kills by act, and everything that was not as it should be."""

    kills: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class Server:
    """A real HTTP server in a process of its own, forked when it is needed."""

    def __init__(self, url: str, payments_path: str) -> None:
        self.url, self.payments_path = url, payments_path
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    @contextmanager
    def engine(self, crash_at: int = NEVER) -> Iterator[BookingEngine]:
        """An engine on the shared database, as every process opens one for itself."""
        clock, randomness = SystemClock(), SystemRandomness()
        storage = SqlStorage.open(self.url)
        gateway = SimulatedGateway(clock, randomness, path=self.payments_path)
        crashing = CrashingStorage(storage, Fuse(crash_at))
        yield BookingEngine(
            Ports(storage=crashing, payments=gateway, clock=clock, randomness=randomness)  # type: ignore[arg-type]
        )
        gateway.close()
        storage.close()

    def ask(self, request: Request, crash_at: int = NEVER) -> tuple[Answer | None, bool]:
        """Ask a new server that dies at that moment; the answer, and whether it was killed."""
        pid = os.fork()
        if pid == 0:
            self._serve(crash_at)
        answer = self._client(request)
        os.kill(pid, signal.SIGTERM)
        _, status = os.waitpid(pid, 0)
        return answer, os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL

    def _serve(self, crash_at: int) -> None:
        try:
            with self.engine(crash_at) as engine:
                config = uvicorn.Config(create_app(engine, TOKENS), log_level="error")
                uvicorn.Server(config).run(sockets=[self.listener])
        finally:
            os._exit(0)

    def _client(self, request: Request) -> Answer | None:
        token = mint(TOKENS, ANN.id, [Role.CUSTOMER])
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": request.key,
        }
        try:
            connection.request("POST", request.path, json.dumps(request.body), headers)
            response = connection.getresponse()
            return Answer(response.status, json.loads(response.read()))
        except (ConnectionError, http.client.HTTPException):
            return None
        finally:
            connection.close()


@dataclass(frozen=True, slots=True)
class Act:
    """An act to be interrupted: how it begins, what is asked, and what is told exactly once."""

    name: str
    begin: Callable[[BookingEngine, int], BookingId | None]
    request: Callable[[BookingId | None, int], tuple[str, object]]
    told: str


def acts() -> tuple[Act, ...]:
    """Create, pay, cancel and reschedule; each round has an hour of its own."""
    return (
        Act("create", lambda engine, round: None, _create, "booking.created"),
        Act("pay", _held, lambda id, round: (f"/bookings/{id}/payments", None), "payment.created"),
        Act("cancel", _paid, lambda id, round: (f"/bookings/{id}/cancel", {}), "booking.cancelled"),
        Act("reschedule", _paid, _reschedule, "booking.rescheduled"),
    )


def campaign(url: str, kills: int) -> Report:
    """Interrupt act after act, moment after moment, until there were so many kills."""
    report, round_ = Report(), 0
    with TemporaryDirectory() as folder:
        server = Server(url, f"{folder}/payments.sqlite3")
        migrate(url)
        with server.engine() as engine:
            furnish(engine)
        for act in cycle(acts()):
            moment = 1
            while sum(report.kills.values()) < kills:
                round_ += 1
                if not _interrupt(server, act, moment, round_, report):
                    break  # The act has no such moment any more: on to the next.
                report.kills[act.name] = report.kills.get(act.name, 0) + 1
                moment += 1
            if sum(report.kills.values()) >= kills or report.faults:
                break
        with server.engine() as engine:
            report.faults += [f"{v.promise}: {v.detail}" for v in engine.verify().violations]
    return report


def _interrupt(server: Server, act: Act, moment: int, round_: int, report: Report) -> bool:
    """One request, killed at that moment and asked again; whether it was killed."""
    with server.engine() as engine:
        booking_id = act.begin(engine, round_)
    path, body = act.request(booking_id, round_)
    request = Request(path, body, key=f"round-{round_}")
    first, killed = server.ask(request, moment)
    again, _ = server.ask(request)
    once_more, _ = server.ask(request)
    where = f"{act.name} at moment {moment}"
    if again is None or not 200 <= again.status < 300:
        report.faults.append(f"{where}: refused when asked again: {again}")
        return killed
    if once_more != again or first not in (None, again):
        report.faults.append(f"{where}: answers differ: {first} / {again} / {once_more}")
    with server.engine() as engine:
        told = _told(engine, BookingId(_booking_of(again)))
    if told.count(act.told) != 1:
        report.faults.append(f"{where}: told {told.count(act.told)} times: {told}")
    return killed


def _booking_of(answer: Answer) -> str:
    assert isinstance(answer.body, dict)
    return str(answer.body.get("bookingId") or answer.body["id"])


def _told(engine: BookingEngine, booking_id: BookingId) -> list[str]:
    page = engine.read_bookings.history(booking_id, PageRequest(limit=100), admin())
    return [event.type for event in page.entries]


def _create(booking_id: BookingId | None, round_: int) -> tuple[str, object]:
    line = hour_of(DOCTOR, round_ * DAY_HOURS)
    assert line.start is not None
    assert line.end is not None
    item = {
        "resourceId": DOCTOR,
        "start": line.start.isoformat(),
        "end": line.end.isoformat(),
    }
    return "/bookings", {"items": [item]}


def _reschedule(booking_id: BookingId | None, round_: int) -> tuple[str, object]:
    start = hour_of(DOCTOR, round_ * DAY_HOURS).start
    assert start is not None
    return f"/bookings/{booking_id}/reschedule", {"start": (start + HOUR / 2).isoformat()}


def _held(engine: BookingEngine, round_: int) -> BookingId:
    return _booked(engine, round_).id


def _paid(engine: BookingEngine, round_: int) -> BookingId:
    booking = _booked(engine, round_)
    started = engine.start_payment(StartPayment(booking_id=booking.id), ANN)
    gateway = engine.ports.payments
    assert isinstance(gateway, SimulatedGateway)
    gateway.play(DEFAULT_TENANT, started.attempt.id, PAY)
    gateway.deliver_due(engine.apply_callback)
    return booking.id


def _booked(engine: BookingEngine, round_: int) -> Booking:
    command = CreateBooking(
        customer_id=CustomerId(ANN.id), items=(hour_of(DOCTOR, round_ * DAY_HOURS),)
    )
    return engine.create_booking(command, ANN).dossier.booking


def main() -> int:
    """Run it, print what came of it, and fail if anything was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="URL of an empty database")
    parser.add_argument("--kills", type=int, default=200)
    options = parser.parse_args()
    report = campaign(options.database, options.kills)
    print(json.dumps({"kills": report.kills, "faults": report.faults}, indent=2))
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
