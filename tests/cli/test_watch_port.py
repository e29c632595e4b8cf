"""What operators see of processes that run for long, at a port of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from booking_cli.exit_codes import EXIT_CODES
from booking_core.domain.kernel.errors import Kind
from tests.brokers import CutBroker, wait_for
from tests.cli.conftest import SECRET, Town
from tests.cli.guests import park
from tests.cli.served import Served, serving

PATIENCE_SECONDS = 30
READ = 'method="GET",route="/bookings/{booking_id}",status="4xx"'
BOOKING_READS = f"booking_http_request_seconds_count{{{READ}}}"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def get(port: int, path: str) -> tuple[int, str]:
    """Status and body of what is there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as found:
            return found.status, found.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def ask(served: Served, path: str) -> None:
    """Ask the service, whatever it answers."""
    try:
        urllib.request.urlopen(f"{served.address}{path}", timeout=30).close()
    except urllib.error.HTTPError as refused:
        refused.close()


def samples(port: int) -> Mapping[str, float]:
    """What can be scraped, by name and labels."""
    status, body = get(port, "/metrics")
    assert status == 200
    lines = [line.rpartition(" ") for line in body.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


@pytest.fixture
def environment(town: Town, tmp_path: Path) -> dict[str, str]:
    """Settings of a process that serves the town, and of its port."""
    with town():
        pass
    return {
        "BOOKING_DATABASE_URL": f"sqlite:///{tmp_path / 'town.db'}",
        "BOOKING_SIMULATED_FILE": str(tmp_path / "payments.db"),
        "BOOKING_TOKEN_SECRET": SECRET,
        "BOOKING_METRICS_PORT": str(free_port()),
    }


@pytest.mark.parametrize("workers", [1, 2])
def test_all_workers_are_counted_at_one_port(
    environment: dict[str, str], tmp_path: Path, workers: int
) -> None:
    """Whichever answered; the world's own port has no metrics where they are for operators."""
    environment["BOOKING_METRICS"] = "operators"
    port = int(environment["BOOKING_METRICS_PORT"])
    arguments = ("serve", "--port", "0", "--workers", str(workers))
    with serving(*arguments, folder=tmp_path, environment=environment) as served:
        for _ in range(20):
            ask(served, "/bookings/unknown")
        ask(served, "/metrics")
        await_sample(port, 'booking_http_refusals_total{code="unknown-route"}')
        found = await_sample(port, BOOKING_READS, 20)
        assert found[BOOKING_READS] == 20
        assert found['booking_http_refusals_total{code="unauthenticated"}'] == 20
        assert found['booking_http_refusals_total{code="unknown-route"}'] == 1
        found = await_sample(port, "booking_storage_up", 1)
        assert found["booking_outbox_unsent_events"] == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_anyone_sees_all_workers_at_the_service(
    environment: dict[str, str], tmp_path: Path, workers: int
) -> None:
    """Whichever answers, and without a port for operators."""
    del environment["BOOKING_METRICS_PORT"]
    arguments = ("serve", "--port", "0", "--workers", str(workers))
    with serving(*arguments, folder=tmp_path, environment=environment) as served:
        for _ in range(20):
            ask(served, "/bookings/unknown")
        port = int(served.address.rpartition(":")[2])
        assert await_sample(port, BOOKING_READS, 20)[BOOKING_READS] == 20
        assert await_sample(port, "booking_storage_up", 1)["booking_outbox_unsent_events"] == 0


def test_health_has_its_details_there(environment: dict[str, str], tmp_path: Path) -> None:
    """And nowhere else; nothing else is at that port."""
    environment["BOOKING_BROKER_URL"] = f"amqp://guest:guest@127.0.0.1:{free_port()}//"
    port = int(environment["BOOKING_METRICS_PORT"])
    with serving("serve", "--port", "0", folder=tmp_path, environment=environment) as served:
        status, body = get(port, "/health")
        health = json.loads(body)
        assert (status, health["status"]) == (200, "DEGRADED")
        assert health["components"]["broker"]["status"] == "DEGRADED"
        assert health["components"]["outbox"]["unsentEvents"] == 0
        with urllib.request.urlopen(f"{served.address}/health", timeout=30) as found:
            public = json.loads(found.read())
        assert public["status"] == "DEGRADED"
        assert public["components"] == {
            "storage": "UP",
            "payments": "UP",
            "schema": "UP",
            "deadLetters": "UP",
            "broker": "DEGRADED",
            "outbox": "UP",
        }
        assert get(port, "/bookings")[0] == 404
        assert "guest" not in body


def test_a_port_that_is_taken_is_named(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anybody is told that it serves."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        environment["BOOKING_METRICS_PORT"] = str(listener.getsockname()[1])
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        for verb in (("serve", "--port", "0"), ("serve", "--port", "0", "--workers", "2")):
            done = subprocess.run(
                [sys.executable, "-m", "booking_cli", *verb],
                check=False,
                capture_output=True,
                text=True,
            )
            assert done.returncode == EXIT_CODES[Kind.INVALID]
            assert "BOOKING_METRICS_PORT" in done.stderr
            assert done.stdout == ""


def test_a_relay_tells_what_it_told(
    town: Town, environment: dict[str, str], tmp_path: Path, rabbitmq_broker: CutBroker
) -> None:
    """And what a broker that is away has not got."""
    environment |= {
        "BOOKING_BROKER_URL": rabbitmq_broker.url,
        "BOOKING_EXCHANGE": rabbitmq_broker.exchange,
        "BOOKING_TRACES": str(tmp_path / "spans.jsonl"),
    }
    port = int(environment["BOOKING_METRICS_PORT"])
    receiver = rabbitmq_broker.receiver("booking.#")
    with town() as engine:
        booking = park(engine)
    relay = start("relay", environment=environment)
    try:
        (came,) = wait_for(receiver, 1, PATIENCE_SECONDS)
        assert came.message.key == booking.id
        found = await_sample(port, 'booking_events_published_total{event_type="booking.created"}')
        assert found["booking_publish_seconds_count"] == 1
        assert json.loads(get(port, "/health")[1])["components"]["broker"]["status"] == "UP"
    finally:
        end(relay)
    spans = [json.loads(line) for line in (tmp_path / "spans.jsonl").read_text().splitlines()]
    (span,) = [span for span in spans if span["name"] == "publish booking.created"]
    trace, parent = span["context"]["trace_id"], span["parent_id"]
    header = f"00-{trace.removeprefix('0x')}-{parent.removeprefix('0x')}-01"
    assert came.message.headers["traceparent"] == header


def test_workers_tell_what_they_did_at_one_port(
    environment: dict[str, str], tmp_path: Path, rabbitmq_broker: CutBroker, town: Town
) -> None:
    """Those that died too."""
    environment |= {
        "BOOKING_BROKER_URL": rabbitmq_broker.url,
        "BOOKING_EXCHANGE": rabbitmq_broker.exchange,
        "BOOKING_QUEUE_LOG": rabbitmq_broker.queue("log"),
    }
    port = int(environment["BOOKING_METRICS_PORT"])
    rabbitmq_broker.receiver("#", consumer="log").close()
    with town() as engine:
        park(engine)
    worker = start("worker", "--queue", "log", environment=environment)
    relay = start("relay", environment={**environment, "BOOKING_METRICS_PORT": ""})
    labels = 'consumer="log",event_type="booking.created",fate="{}"'
    applied = f"booking_messages_total{{{labels.format('applied')}}}"
    try:
        assert worker.stdout is not None
        pid = json.loads(worker.stdout.readline())["pid"]
        assert await_sample(port, applied)[applied] == 1
        os.kill(pid, signal.SIGKILL)
        assert json.loads(worker.stdout.readline())["pid"] != pid
        assert samples(port)[applied] == 1
    finally:
        end(relay)
        end(worker)


def start(*arguments: str, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """A process of its own, which tells JSON."""
    return subprocess.Popen(
        [sys.executable, "-m", "booking_cli", *arguments, "--json"],
        env={"PATH": "/usr/bin:/bin", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> None:
    """It ends well when it is told to."""
    process.terminate()
    process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0


def await_sample(port: int, name: str, least: float = 0) -> Mapping[str, float]:
    """What can be scraped, once it has that: a request is counted after it was answered."""
    while True:
        try:
            found: Mapping[str, Any] = samples(port)
        except OSError:  # It does not listen yet.
            continue
        if found.get(name, -1) >= least:
            return found
