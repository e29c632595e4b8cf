"""serve: listening, refusing to, and stopping without losing an answer."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from booking_adapters.environment import InvalidSetting
from booking_adapters.settings import HttpSettings, read_settings
from booking_cli.demo.fill import fill
from booking_cli.exit_codes import EXIT_CODES
from booking_cli.preflight import require_shared
from booking_cli.server import CannotListen, listening
from booking_core.domain.kernel.errors import Kind
from tests.cli.conftest import SECRET, Run, Town, answer
from tests.cli.guests import park
from tests.cli.served import Served, serving

HOLDS = 40


@pytest.fixture
def environment(town: Town, tmp_path: Path) -> Mapping[str, str]:
    """Settings of a service over the town's database."""
    with town() as engine:
        fill(engine)
    return {
        "BOOKING_DATABASE_URL": f"sqlite:///{tmp_path / 'town.db'}",
        "BOOKING_SIMULATED_FILE": str(tmp_path / "payments.db"),
        "BOOKING_TOKEN_SECRET": SECRET,
    }


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with listening(HttpSettings(port=0)) as listener:
        yield listener.getsockname()[1]


def test_a_port_in_use_is_said_plainly(run: Run, taken: int) -> None:
    """The message names the port and the way out, and nothing is served."""
    done = run("serve", "--port", str(taken))
    assert done.exit_code == EXIT_CODES[Kind.CONFLICT]
    assert f"127.0.0.1:{taken}" in done.stderr
    assert "--port 0" in done.stderr
    assert done.stdout == ""


def test_an_address_of_another_machine_is_said_plainly() -> None:
    """What the system refuses is a refusal of ours, with the system's own words."""
    with pytest.raises(CannotListen) as refused:
        listening(HttpSettings(host="192.0.2.1", port=0))
    assert "192.0.2.1" in refused.value.message


def test_whoever_can_call_the_address_is_answered_later_at_the_least() -> None:
    """The address is told only once the system takes connections there."""
    with listening(HttpSettings(port=0)) as listener:
        socket.create_connection(listener.getsockname(), timeout=5).close()


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"BOOKING_DATABASE_URL": "memory://"}, "BOOKING_DATABASE_URL"),
        ({"BOOKING_DATABASE_URL": "sqlite:///a.db"}, "BOOKING_SIMULATED_FILE"),
    ],
)
def test_several_workers_need_something_to_share(variables: dict[str, str], name: str) -> None:
    """Workers that each kept their own bookings or payments would contradict each other."""
    with pytest.raises(InvalidSetting) as refused:
        require_shared(read_settings(variables))
    assert refused.value.name == name


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    ("variables", "kind", "told"),
    [
        ({"BOOKING_TOKEN_SECRET": ""}, Kind.INVALID, "BOOKING_TOKEN_SECRET"),
        ({"BOOKING_DATABASE_URL": "sqlite:///not-migrated.db"}, Kind.CONFLICT, "booking migrate"),
        ({"BOOKING_SIMULATED_FILE": "no/such/folder/x"}, Kind.BUSY, "payment provider"),
    ],
)
def test_nothing_is_served_where_nothing_would_work(
    environment: Mapping[str, str],
    tmp_path: Path,
    workers: str,
    variables: dict[str, str],
    kind: Kind,
    told: str,
) -> None:
    """What is missing is said in one line, before any address is told, by one process or more."""
    done = subprocess.run(
        [sys.executable, "-m", "booking_cli", "serve", "--port", "0", "--workers", workers],
        cwd=tmp_path,
        env={**environment, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (EXIT_CODES[kind], "")
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_database_that_is_away_is_waited_for(
    environment: Mapping[str, str], run: Run, tmp_path: Path
) -> None:
    """The service starts, and answers that the request can be repeated."""
    variables = {**environment, "BOOKING_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    token = answer(run("token", "--json"))["token"]
    with serving("serve", "--port", "0", folder=tmp_path, environment=variables) as served:
        with pytest.raises(HTTPError) as refused:
            call(served, "/bookings", token)
        assert refused.value.code == 503
        refused.value.close()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigterm_loses_no_answer(
    environment: Mapping[str, str], run: Run, tmp_path: Path, workers: str
) -> None:
    """Every hold that was answered is stored, none is answered by a fault, and it ends with 0."""
    token = answer(run("token", "--role", "admin", "--json"))["token"]
    arguments = ("serve", "--port", "0", "--workers", workers)
    with (
        serving(*arguments, folder=tmp_path, environment=environment) as served,
        ThreadPoolExecutor(8) as clients,
    ):
        held = [clients.submit(hold_a_place, served, token, number) for number in range(HOLDS)]
        assert held[HOLDS // 4].result() is not None
        os.kill(served.process.pid, signal.SIGTERM)
        assert served.process.wait(30) == 0
        answered = {booking_id for it in held if (booking_id := it.result()) is not None}
    stored = answer(run("bookings", "list", "--limit", "100", "--json"))["bookings"]
    assert answered <= {booking["bookingId"] for booking in stored}
    assert "Traceback" not in served.log.read_text()


def test_it_sweeps_while_it_serves(
    environment: Mapping[str, str], run: Run, town: Town, tmp_path: Path
) -> None:
    """A hold whose time is over is expired without anybody asking."""
    with town(ago=timedelta(hours=1)) as engine:
        booking = park(engine)
    token = answer(run("token", "--subject", "ada", "--json"))["token"]
    variables = {**environment, "BOOKING_SWEEP_EVERY_SECONDS": "0.1"}
    with serving("serve", "--port", "0", folder=tmp_path, environment=variables) as served:
        while call(served, f"/bookings/{booking.id}", token)["state"] == "PENDING":
            pass


def test_tokens_do_not_reach_the_log(
    environment: Mapping[str, str], run: Run, tmp_path: Path
) -> None:
    """A request is one line of JSON, without query and without credentials."""
    token = answer(run("token", "--json"))["token"]
    with serving("serve", "--port", "0", folder=tmp_path, environment=environment) as served:
        call(served, "/bookings?limit=1", token)
    log = served.log.read_text()
    (line,) = [line for line in log.splitlines() if '"event": "request"' in line]
    told = json.loads(line)
    assert (told["path"], told["status"], told["caller"]) == ("/bookings", 200, "customer:me")
    assert token not in log
    assert SECRET not in log


def hold_a_place(served: Served, token: str, number: int) -> str | None:
    """Hold a place in the car park; answer the booking's id, or None if there was no answer."""
    start = datetime.now().astimezone().replace(minute=0, second=0, microsecond=0)
    start += timedelta(days=1, hours=number)
    item = {
        "resourceId": "car-park",
        "start": start.isoformat(),
        "end": (start + timedelta(hours=1)).isoformat(),
    }
    try:
        held = call(served, "/bookings", token, {"items": [item], "customerId": f"guest-{number}"})
    except HTTPError:
        raise
    except OSError:  # URLError and all else that a closed port brings.
        return None
    return str(held["id"])


def call(served: Served, path: str, token: str, body: object = None) -> Any:
    """What the service answers."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(served.address + path, data)
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)
