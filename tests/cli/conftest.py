"""The command line, run in this process over a database of its own."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from booking_adapters.memory.clock import ManualClock
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.plan import Plan, wait
from booking_adapters.sqlalchemy.migrate import migrate
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_adapters.system.randomness import SystemRandomness
from booking_cli.demo.fill import fill
from booking_cli.main import cli
from booking_core.engine import BookingEngine, Ports

SECRET = "a-secret-for-tests-of-forty-characters-x"

Run = Callable[..., Result]
Town = Callable[..., AbstractContextManager[BookingEngine]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `booking` with these arguments over an empty engine in memory, unless told otherwise."""
    monkeypatch.setenv("BOOKING_DATABASE_URL", "memory://")
    monkeypatch.setenv("BOOKING_TOKEN_SECRET", SECRET)

    def booking(*arguments: str, input: str | None = None) -> Result:
        return CliRunner().invoke(cli, arguments, input=input)

    return booking


@pytest.fixture
def town(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Open the demo's town in the database that `run` works on: as it was so long `ago`."""
    url, payments = f"sqlite:///{tmp_path / 'town.db'}", tmp_path / "payments.db"
    migrate(url)
    monkeypatch.setenv("BOOKING_DATABASE_URL", url)
    monkeypatch.setenv("BOOKING_SIMULATED_FILE", str(payments))

    @contextmanager
    def opened(ago: timedelta = timedelta(0), plan: Plan = wait) -> Iterator[BookingEngine]:
        clock, randomness = ManualClock(datetime.now(UTC) - ago), SystemRandomness()
        storage = SqlStorage.open(url)
        gateway = SimulatedGateway(clock, randomness, path=payments, plan=plan)
        engine = BookingEngine(
            Ports(storage=storage, payments=gateway, clock=clock, randomness=randomness)
        )
        fill(engine)
        try:
            yield engine
        finally:
            engine.close()
            gateway.close()

    return opened


def answer(done: Result) -> Any:
    """What a command printed as JSON, having succeeded."""
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)
