"""Draw the trace of one booking that real processes make and pay: `make trace`.

Needs RabbitMQ: BOOKING_BROKER_URL, or one on this machine.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from waterfall import Bar, draw

PICTURE = Path(__file__).parent / "explanation" / "trace.svg"
LOCAL_BROKER = "amqp://guest:guest@127.0.0.1:5672//"
PATIENCE_SECONDS = 60
DAYS = 2


class Town:
    """The demo's town, served by processes that all write their spans into one file."""

    def __init__(self, folder: Path) -> None:
        """Fill the town; nothing runs yet."""
        self.folder, self.spans = folder, folder / "spans.jsonl"
        self.correlation_id = str(uuid4())
        name = f"booking_trace.{uuid4().hex[:8]}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "BOOKING_BROKER_URL": os.environ.get("BOOKING_BROKER_URL", LOCAL_BROKER),
            "BOOKING_EXCHANGE": name,
            "BOOKING_QUEUE_PAYMENTS": f"{name}.payments",
            "BOOKING_QUEUE_LOG": f"{name}.log",
            "BOOKING_TRACES": str(self.spans),
            # The worker that begins a payment has to know where the service is.
            "BOOKING_HTTP_PORT": str(free_port()),
        }
        self.booking("demo", "--folder", str(folder), "--json")
        self.token = json.loads(self.booking("token", "--subject", "ada", "--json"))["token"]
        self.address = ""

    def booking(self, *arguments: str) -> str:
        """What a command printed."""
        quiet = {**self.environment, "BOOKING_TRACES": "off"}
        return subprocess.run(
            self._command(*arguments), env=quiet, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    @contextmanager
    def running(self, *arguments: str) -> Iterator[Mapping[str, Any]]:
        """A process until the context ends, and the first that it tells."""
        environment = {**self.environment, "OTEL_SERVICE_NAME": arguments[0]}
        process = subprocess.Popen(
            self._command(*arguments, "--json"), env=environment, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        try:
            yield json.loads(_first_object(process.stdout))
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE_SECONDS)

    def ask(self, method: str, path: str, told: object = None) -> Any:
        """What the service answers; all is one purchase, and so has one correlation id."""
        request = urllib.request.Request(
            urllib.parse.urljoin(self.address, path),
            method=method,
            headers={
                "Authorization": f"Bearer {self.token}",
                "X-Correlation-ID": self.correlation_id,
                "Content-Type": "application/json",
            },
            data=None if told is None else json.dumps(told).encode(),
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def pay(self, url: str) -> None:
        """What the button of the checkout page sends."""
        parts = urllib.parse.urlsplit(url)
        (token,) = urllib.parse.parse_qs(parts.query)["token"]
        form = urllib.parse.urlencode({"token": token, "choice": "pay"}).encode()
        headers = {"X-Correlation-ID": self.correlation_id}
        request = urllib.request.Request(url.partition("?")[0], data=form, headers=headers)
        with urllib.request.urlopen(request, timeout=30):
            return

    def _command(self, *arguments: str) -> list[str]:
        file = self.folder / "booking-demo.env"
        known = ["--env-file", str(file)] if file.exists() else []
        return [sys.executable, "-m", "booking_cli", *known, *arguments]


def _first_object(lines: Iterable[str]) -> str:
    """On one line or several."""
    text = ""
    for line in lines:
        text += line
        if line.rstrip().endswith("}"):
            return text
    raise RuntimeError(f"it has ended, and said {text!r}")


def buy(town: Town) -> None:
    """Book and pay, without waiting longer than the processes do."""
    first = datetime.now(UTC).date() + timedelta(days=DAYS)
    span = f"from={first}T00:00:00Z&to={first + timedelta(days=7)}T00:00:00Z"
    free = town.ask("GET", f"/services/consultation/availability?{span}")
    town.correlation_id = str(uuid4())  # Looking around is no part of it.
    resource = next(it for it in free["resources"] if it["slots"])
    wish = {
        "serviceId": "consultation",
        "resourceId": resource["resourceId"],
        "start": resource["slots"][0]["start"],
    }
    booking = town.ask("POST", "/bookings", {"items": [wish]})["id"]
    purchase, town.correlation_id = town.correlation_id, "looking"
    url = until(lambda: checkout_url(town.ask("GET", f"/bookings/{booking}")))
    town.correlation_id = purchase
    town.pay(url)
    handled = "log handles booking.confirmed"
    until(lambda: any(span["name"] == handled for span in read(town.spans)) or None)


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def checkout_url(booking: Mapping[str, Any]) -> str | None:
    """Where the payment is made that the payments consumer has begun."""
    return next((it["checkoutUrl"] for it in booking["payments"] if it.get("checkoutUrl")), None)


def until(look: Callable[[], Any]) -> Any:
    """What is there in the end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.02)
    raise TimeoutError("it did not happen")


def read(path: Path) -> list[dict[str, Any]]:
    """All spans of the file."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def bars(spans: list[dict[str, Any]], correlation_id: str) -> list[Bar]:
    """Those of the purchase, each under its parent, in the order of their beginnings."""
    trace = "0x" + correlation_id.replace("-", "")
    ours = [span for span in spans if span["context"]["trace_id"] == trace]
    ours.sort(key=lambda span: span["start_time"])
    ids = {span["context"]["span_id"] for span in ours}
    found: list[Bar] = []

    def add(parent: str | None, depth: int) -> None:
        for span in ours:
            above = span["parent_id"] if span["parent_id"] in ids else None
            if above == parent:
                found.append(
                    Bar(
                        name=span["name"],
                        process=span["resource"]["attributes"]["service.name"],
                        depth=depth,
                        start=datetime.fromisoformat(span["start_time"]),
                        end=datetime.fromisoformat(span["end_time"]),
                    )
                )
                add(span["context"]["span_id"], depth + 1)

    add(None, 0)
    return found


def tidy_up(town: Town) -> None:
    """Leave nothing in the broker."""
    import amqp

    parts = urllib.parse.urlsplit(town.environment["BOOKING_BROKER_URL"])
    connection = amqp.Connection(
        f"{parts.hostname}:{parts.port or 5672}",
        userid=parts.username or "guest",
        password=parts.password or "guest",
        virtual_host=parts.path[1:] or "/",
    )
    connection.connect()
    channel = connection.channel()
    for name in ("BOOKING_EXCHANGE", "BOOKING_QUEUE_PAYMENTS", "BOOKING_QUEUE_LOG"):
        for left in ("", ".dead", ".unrouted"):
            channel.queue_delete(town.environment[name] + left)
            channel.exchange_delete(town.environment[name] + left)
    connection.close()


def main() -> None:
    """Book, pay, draw."""
    with TemporaryDirectory() as folder:
        town = Town(Path(folder))
        try:
            with ExitStack() as processes:
                for verb in (("worker", "--queue", "payments", "--queue", "log"), ("relay",)):
                    processes.enter_context(town.running(*verb))
                served = processes.enter_context(town.running("serve"))
                town.address = served["address"]
                time.sleep(5)  # The picture is of processes that are up.
                buy(town)
        finally:
            tidy_up(town)
        PICTURE.write_text(draw(bars(read(town.spans), town.correlation_id)), encoding="utf-8")


if __name__ == "__main__":
    main()
