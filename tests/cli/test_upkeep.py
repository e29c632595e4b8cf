"""expire, reconcile and verify: what keeps the engine in order."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from booking_adapters.simulated.plan import always
from booking_adapters.simulated.script import LOST
from booking_adapters.simulated.script import pay as paying
from booking_cli.exit_codes import UNSOUND
from booking_core.domain.booking.lifecycle import BookingState
from tests.cli.conftest import Run, Town, answer
from tests.cli.guests import ADA, park, pay

AN_HOUR = timedelta(hours=1)


def test_expire_ends_the_holds_whose_time_is_over(run: Run, town: Town) -> None:
    """All of them, in batches, and none whose time is not over."""
    with town(ago=AN_HOUR) as engine:
        old = [park(engine, f"guest-{number}").id for number in range(5)]
    with town() as engine:
        young = park(engine).id
    assert answer(run("expire", "--batch", "2", "--json")) == {"expired": 5}
    assert answer(run("expire", "--json")) == {"expired": 0}
    expired = answer(run("bookings", "list", "--state", "EXPIRED", "--json"))["bookings"]
    assert sorted(booking["bookingId"] for booking in expired) == sorted(old)
    pending = answer(run("bookings", "list", "--state", "PENDING", "--json"))["bookings"]
    assert [booking["bookingId"] for booking in pending] == [young]


def test_expire_closes_the_payments_that_were_begun(run: Run, town: Town) -> None:
    """Whoever sweeps by cron leaves nothing open at the provider, and reconcile nothing to do."""
    with town(ago=AN_HOUR) as engine:
        bookings = [park(engine, f"guest-{number}") for number in range(3)]
        for booking in bookings:
            pay(engine, booking)
    assert answer(run("expire", "--batch", "2", "--json")) == {"expired": 3}
    for booking in bookings:
        assert answer(run("bookings", "show", booking.id, "--json"))["paymentState"] == "CANCELLED"
    assert answer(run("reconcile", "--json"))["differences"] == []


def test_reconcile_closes_what_was_left_open(run: Run, town: Town) -> None:
    """A booking that is over, and a payment that the customer could still make."""
    with town(ago=AN_HOUR) as engine:
        booking = park(engine)
        pay(engine, booking)
    with town() as engine:
        engine.lapse_holds()
    for options, outcome in ((), "planned"), (("--apply",), "mended"):
        (found,) = answer(run("reconcile", *options, "--json"))["differences"]
        assert (found["repair"], found["outcome"]) == ("close-payment", outcome)
    assert answer(run("reconcile", "--json"))["differences"] == []


def test_expire_again_and_again_until_it_is_told_to_stop(town: Town, tmp_path: Path) -> None:
    """--every goes on, tells of each round that found something, and SIGTERM ends it well."""
    with town(ago=AN_HOUR) as engine:
        park(engine)
    looping = subprocess.Popen(
        [sys.executable, "-m", "booking_cli", "expire", "--every", "0.1", "--json"],
        env={"BOOKING_DATABASE_URL": f"sqlite:///{tmp_path / 'town.db'}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert looping.stdout is not None
    assert json.loads(looping.stdout.readline()) == {"expired": 1}
    with town(ago=AN_HOUR) as engine:
        park(engine)
    assert json.loads(looping.stdout.readline()) == {"expired": 1}
    looping.terminate()
    assert looping.wait() == 0
    looping.stdout.close()


def test_reconcile_plans_first_and_mends_on_request(run: Run, town: Town) -> None:
    """A callback that was lost is found by asking the provider, and mended by --apply."""
    with town(plan=always(paying(travel=LOST))) as engine:
        booking = park(engine)
        payment_id = pay(engine, booking)
    found = [
        {
            "tenantId": "default",
            "bookingId": booking.id,
            "subject": f"payment {payment_id}",
            "repair": "complete-payment",
            "outcome": "planned",
        }
    ]
    planned = {"applied": False, "differences": found}
    assert answer(run("reconcile", "--json")) == planned
    assert answer(run("reconcile", "--json")) == planned  # Asking changed nothing.
    (mended,) = answer(run("reconcile", "--apply", "--json"))["differences"]
    assert mended["outcome"] == "mended"
    assert answer(run("bookings", "show", booking.id, "--json"))["state"] == "CONFIRMED"
    assert answer(run("reconcile", "--json"))["differences"] == []


def test_reconcile_tells_people_what_to_do(run: Run, town: Town) -> None:
    """The plan is a table, and says how to carry it out."""
    with town(plan=always(paying(travel=LOST))) as engine:
        pay(engine, park(engine))
    done = run("reconcile")
    assert "complete-payment" in done.stdout
    assert "--apply" in done.stdout
    assert run("reconcile", "--apply").exit_code == 0
    assert "Every payment is as the provider knows it." in run("reconcile").stdout


def test_verify_finds_nothing_wrong_where_nothing_is(run: Run, town: Town) -> None:
    """Whatever was booked by the engine, the promises are kept."""
    with town(plan=always(paying())) as engine:
        booking = park(engine)
        pay(engine, booking)
        assert engine.read_bookings.one(booking.id, ADA).booking.state is BookingState.PENDING
    verified = answer(run("verify", "--json"))
    assert len(verified["promises"]) >= 5
    assert verified["violations"] == []


def test_verify_finds_what_was_broken_by_hand(run: Run, town: Town, tmp_path: Path) -> None:
    """A violation is printed, and the exit code tells of it."""
    with town() as engine:
        booking = park(engine)
    break_promises(tmp_path / "town.db")
    done = run("verify", "--json")
    assert done.exit_code == UNSOUND
    violations = json.loads(done.stdout)["violations"]
    assert any(booking.id in violation["subject"] for violation in violations)
    assert booking.id in run("verify").stdout


def break_promises(file: Path) -> None:
    """Take a booking's claims away, past the guards that the database has against it."""
    with closing(sqlite3.connect(file)) as connection, connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("DELETE FROM booking_claim")
