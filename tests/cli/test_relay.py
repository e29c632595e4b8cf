"""relay: what happens reaches a broker, whoever stops and starts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from booking_adapters.brokers.open import open_receiver
from booking_cli.exit_codes import EXIT_CODES
from booking_core.domain.kernel.errors import Kind
from booking_core.ports.receiver import Subscription
from tests.brokers import CutBroker, wait_for
from tests.cli.conftest import Run, Town, answer
from tests.cli.guests import park

PATIENCE_SECONDS = 30


@contextmanager
def relaying(broker: CutBroker, folder: Path, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """A relay in a process of its own, which must end well when it is told to."""
    process = subprocess.Popen(
        [sys.executable, "-m", "booking_cli", "relay", "--json"],
        env={
            "BOOKING_DATABASE_URL": f"sqlite:///{folder / 'town.db'}",
            "BOOKING_BROKER_URL": broker.url,
            "BOOKING_EXCHANGE": broker.exchange,
            **settings,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert "relay" in json.loads(process.stdout.readline())  # It hears signals now.
        yield process
        process.terminate()
        told, _ = process.communicate()
        assert process.returncode == 0
        assert json.loads(told)["told"] >= 0
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_what_happens_reaches_the_broker(
    run: Run, town: Town, tmp_path: Path, rabbitmq_broker: CutBroker
) -> None:
    """Two relays share it; when both were told to stop, all that they told is marked."""
    receiver = rabbitmq_broker.receiver("booking.#")
    with town() as engine, ExitStack() as relays:
        for _ in range(2):
            relays.enter_context(relaying(rabbitmq_broker, tmp_path))
        ids = {park(engine, f"guest-{number}").id for number in range(10)}
        came = wait_for(receiver, len(ids), PATIENCE_SECONDS)
    assert {each.message.key for each in came} == ids
    told = json.loads(came[0].message.body)
    assert told["eventType"] == came[0].message.topic == "booking.created"
    assert answer(run("outbox", "--json"))["waiting"] == 0


def test_a_relay_that_was_stopped_leaves_its_work_to_the_next_at_once(
    town: Town, tmp_path: Path, rabbitmq_broker: CutBroker
) -> None:
    """Its leases are given back; a booking that was made meanwhile is told."""
    receiver = rabbitmq_broker.receiver("booking.#")
    with town() as engine:
        for guest in ("first", "second"):
            with relaying(rabbitmq_broker, tmp_path):
                booking = park(engine, guest)
                (came,) = wait_for(receiver, 1, PATIENCE_SECONDS)
                assert came.message.key == booking.id
                receiver.accept([came])


def test_other_systems_are_told_in_their_words(
    town: Town, tmp_path: Path, rabbitmq_broker: CutBroker
) -> None:
    """In an exchange of theirs, while ours gets what it always got."""
    theirs = rabbitmq_broker.queue("appointment_events")
    ours = rabbitmq_broker.receiver("booking.#")
    flat = Subscription(consumer="flat", topics=("appointment.#",))
    receiver = open_receiver(rabbitmq_broker.url, theirs, flat, rabbitmq_broker.queue("flat"))
    routes = f"canonical,appointments@{theirs}"
    with (
        closing(receiver),
        town() as engine,
        relaying(rabbitmq_broker, tmp_path, BOOKING_ROUTES=routes),
    ):
        receiver.receive(1, 0)
        booking = park(engine)
        (told,) = wait_for(receiver, 1, PATIENCE_SECONDS)
        (came,) = wait_for(ours, 1, PATIENCE_SECONDS)
    assert told.message.topic == "appointment.created"
    assert json.loads(told.message.body)["type"] == "APPOINTMENT_CREATED"
    assert json.loads(came.message.body)["eventType"] == "booking.created"
    assert told.message.key == came.message.key == booking.id


def test_a_broker_that_is_away_is_tried_again(
    run: Run, town: Town, tmp_path: Path, rabbitmq_broker: CutBroker
) -> None:
    """Bookings are taken all the same, what waits is counted, and told when it is back."""
    receiver = rabbitmq_broker.receiver("booking.#")
    rabbitmq_broker.cable.unplug()
    with town() as engine, relaying(rabbitmq_broker, tmp_path) as relay:
        booking = park(engine)
        assert relay.stderr is not None
        refused = json.loads(relay.stderr.readline())
        assert refused["code"] == "not-published"
        assert 0 <= refused["againInSeconds"] <= 0.1
        assert answer(run("outbox", "--json"))["waiting"] == 1
        rabbitmq_broker.cable.plug()
        (came,) = wait_for(receiver, 1, PATIENCE_SECONDS)
        assert came.message.key == booking.id


@pytest.mark.parametrize("url", ["", "memory://"])
def test_without_a_broker_there_is_nothing_to_relay_to(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Nor is one in this very process: nobody would hear it."""
    monkeypatch.setenv("BOOKING_BROKER_URL", url)
    done = run("relay")
    assert done.exit_code == EXIT_CODES[Kind.INVALID]
    assert "BOOKING_BROKER_URL" in done.stderr
