"""outbox: what waits to be told."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from booking_core.engine import BookingEngine
from booking_core.ports.awaited import Awaiting
from tests.cli.conftest import Run, Town, answer
from tests.cli.guests import park

AN_HOUR = timedelta(hours=1)


def tell_everything(engine: BookingEngine) -> None:
    """Mark all of it as sent."""
    outbox = engine.ports.storage.outbox
    waiting = outbox.unsent(range(64), 1000)
    outbox.mark_sent([each.position for each in waiting], engine.ports.clock.now())


def test_what_waits_is_counted_and_its_age_told(run: Run, town: Town) -> None:
    """For people and for programs; where nothing waits there is no oldest."""
    with town(ago=AN_HOUR) as engine:
        for number in range(3):
            park(engine, f"guest-{number}")
    waiting = answer(run("outbox", "--json"))
    assert waiting["waiting"] == 3
    assert waiting["forSeconds"] >= AN_HOUR.total_seconds()
    assert datetime.fromisoformat(waiting["oldest"]) <= datetime.now(UTC) - AN_HOUR
    head, row = run("outbox").stdout.splitlines()
    assert head.split() == ["waiting", "oldest", "for", "seconds"]
    assert row.split()[0] == "3"
    with town() as engine:
        tell_everything(engine)
    nothing = {"waiting": 0, "oldest": None, "forSeconds": None, "awaited": []}
    assert answer(run("outbox", "--json")) == nothing
    assert run("outbox").stdout.splitlines()[1].split() == ["0"]


def test_receipts_that_are_awaited_stand_beside(run: Run, town: Town) -> None:
    """By consumer, since the first of them was told; for people and for programs."""
    with town() as engine:
        park(engine)
        outbox, now = engine.ports.storage.outbox, engine.ports.clock.now()
        positions = [each.position for each in outbox.unsent(range(64), 10)]
        awaiting = Awaiting(positions={"payments": positions}, due_at=now)
        outbox.mark_sent(positions, now - AN_HOUR, awaiting)
    (awaited,) = answer(run("outbox", "--json"))["awaited"]
    assert (awaited["consumer"], awaited["receipts"]) == ("payments", 1)
    assert awaited["forSeconds"] >= AN_HOUR.total_seconds()
    *_, head, row = run("outbox").stdout.splitlines()
    assert head.split() == ["receipts", "awaited", "of", "oldest", "for", "seconds"]
    assert row.split()[:2] == ["1", "payments"]


def test_one_that_is_ahead_of_our_clock_has_waited_for_nothing(run: Run, town: Town) -> None:
    """Whoever wrote it saw another time."""
    with town(ago=-AN_HOUR) as engine:
        park(engine)
    assert answer(run("outbox", "--json"))["forSeconds"] == 0


def test_watching_goes_on_until_it_is_told_to_stop(town: Town, tmp_path: Path) -> None:
    """A line each time, and SIGTERM ends it well."""
    with town() as engine:
        watching = subprocess.Popen(
            [sys.executable, "-m", "booking_cli", "outbox", "--watch", "0.1", "--json"],
            env={"BOOKING_DATABASE_URL": f"sqlite:///{tmp_path / 'town.db'}"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert watching.stdout is not None
        assert json.loads(watching.stdout.readline())["waiting"] == 0
        park(engine)
        while json.loads(watching.stdout.readline())["waiting"] == 0:
            pass
    watching.terminate()
    assert watching.wait() == 0
    watching.stdout.close()


def test_watching_tells_people_a_line_each_time(town: Town, tmp_path: Path) -> None:
    """When, how many, and since when."""
    with town() as engine:
        park(engine)
    watching = subprocess.Popen(
        [sys.executable, "-m", "booking_cli", "outbox", "--watch", "0.1"],
        env={"BOOKING_DATABASE_URL": f"sqlite:///{tmp_path / 'town.db'}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watching.stdout is not None
    line = watching.stdout.readline()
    assert "waiting: 1, the oldest for" in line
    watching.terminate()
    assert watching.wait() == 0
    watching.stdout.close()
