"""Hold over HTTP on PostgreSQL: `python -m bench.post_bookings`.

`POST /bookings` of the service beside a hand-written Litestar application with one statement, each
in two server processes, asked in turn over the same connections. Every hold of ours is keyed and
authenticated, every one of both is durable when it is answered.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.clients import TICKS_PER_SECOND, Round, table
from bench.database import database
from bench.hold_postgresql import RESOURCES, Hours, settle
from bench.http_client import ask
from bench.town import ANN, furnish, resource_id
from booking_adapters.secret import Secret
from booking_adapters.settings import TokenSettings
from booking_core.application.caller import Role
from booking_http.tokens import mint

TOKENS = TokenSettings(secret=Secret("a secret for benchmarks, of 32 letters"))
OURS, BY_HAND = "POST /bookings", "by hand, one statement"


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with ExitStack() as stack:
        url = stack.enter_context(database())
        furnish(url, RESOURCES)
        settle(url)
        folder = stack.enter_context(TemporaryDirectory())
        sides = {
            BY_HAND: stack.enter_context(by_hand(url, options.processes)),
            OURS: stack.enter_context(ours(url, options.processes, folder)),
        }
        told: dict[str, list[Round]] = {name: [] for name in sides}
        request = requests()
        for number in range(options.rounds + 1):
            for name, (port, pid) in sides.items():
                seconds = options.seconds if number else options.seconds / 4
                measured = _round(port, pid, request, options.connections, seconds)
                if number:  # The first round warms up.
                    told[name].append(measured)
    print(table(told, of=BY_HAND))


@contextmanager
def ours(url: str, processes: int, folder: str) -> Iterator[tuple[int, int]]:
    """The service, as `booking serve` runs it: its port and its first process."""
    assert TOKENS.secret is not None
    environment = {
        "BOOKING_DATABASE_URL": url,
        "BOOKING_DATABASE_POOL_SIZE": "8",
        "BOOKING_TOKEN_SECRET": TOKENS.secret.reveal(),
        "BOOKING_SIMULATED_FILE": f"{folder}/payments.db",
        "BOOKING_LOG_LEVEL": "warning",
        "BOOKING_SWEEP_EVERY_SECONDS": "0",
    }
    port = _free_port()
    command = ["-m", "booking_cli", "serve", "--port", str(port), "--workers", str(processes)]
    with _running(command, environment, port) as pid:
        yield port, pid


@contextmanager
def by_hand(url: str, processes: int) -> Iterator[tuple[int, int]]:
    """The other one."""
    port = _free_port()
    command = ["-m", "bench.raw_http", str(port), str(processes)]
    with _running(command, {"BENCH_DATABASE_URL": url}, port) as pid:
        yield port, pid


def requests() -> Callable[[], bytes]:
    """A request for an hour that nobody has; the same for both sides."""
    hours = Hours(0, clients_most=1)
    token = mint(TOKENS, ANN.id, [Role.CUSTOMER], lifetime=timedelta(hours=12))

    def request() -> bytes:
        number, start = hours.next()
        end = start + timedelta(hours=1)
        body = (
            f'{{"items":[{{"resourceId":"{resource_id(number)}",'
            f'"start":"{start:%Y-%m-%dT%H:%M:%SZ}","end":"{end:%Y-%m-%dT%H:%M:%SZ}"}}]}}'
        )
        return (
            f"POST /bookings HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            f"Idempotency-Key: {hours.number}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    return request


def _round(
    port: int, pid: int, request: Callable[[], bytes], connections: int, seconds: float
) -> Round:
    ours_before, theirs_before = time.process_time(), _cpu_below(pid)
    answers = ask(port, request, connections=connections, seconds=seconds)
    done = len(answers.latencies_ms)
    latencies = sorted(answers.latencies_ms)
    return Round(
        per_second=done / seconds,
        client_us=(time.process_time() - ours_before) / done * 1e6,
        server_us=(_cpu_below(pid) - theirs_before) / done * 1e6,
        p50_ms=statistics.median(latencies),
        p99_ms=latencies[int(done * 0.99)],
        succeeded=answers.statuses.get(201, 0) / done,
    )


def _cpu_below(pid: int) -> float:
    """Seconds of CPU of a process and of all below it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(_cpu_below(int(child)) for child in children)


@contextmanager
def _running(command: list[str], environment: dict[str, str], port: int) -> Iterator[int]:
    process = subprocess.Popen([sys.executable, *command], env=os.environ | environment)
    try:
        while not _answers(port):
            if process.poll() is not None:
                raise SystemExit(f"{command} ended with {process.returncode}")
            time.sleep(0.1)
        time.sleep(1)  # All of its processes, not only the first.
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    main()
