"""From a booking over relay, broker and worker to a receiver on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.brokers import CutBroker
from tests.cli.conftest import Run, Town
from tests.cli.guests import park
from tests.cli.test_webhooks import shown, subscribe, wait_until
from tests.webhook_receivers import receiving

PATIENCE_SECONDS = 60


@contextmanager
def running(broker: CutBroker, folder: Path, *arguments: str) -> Iterator[None]:
    """A process of ours, which must end well when it is told to."""
    said = folder / f"{arguments[0]}.txt"
    with said.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "booking_cli", *arguments],
            env={
                "BOOKING_DATABASE_URL": f"sqlite:///{folder / 'town.db'}",
                "BOOKING_BROKER_URL": broker.url,
                "BOOKING_EXCHANGE": broker.exchange,
                "BOOKING_QUEUE_WEBHOOKS": broker.queue("webhooks"),
                "BOOKING_WEBHOOK_HTTP": "yes",
                "BOOKING_WEBHOOK_NETWORKS": "127.0.0.0/8",
            },
            stdout=out,
            stderr=out,
        )
    try:
        wait_until(lambda: b"\n" in said.read_bytes())  # It hears signals now.
        yield
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0, said.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_a_booking_is_told_to_a_webhook(
    run: Run, town: Town, tmp_path: Path, rabbitmq_broker: CutBroker
) -> None:
    """The envelope of its own event, once, whoever of the three was started when."""
    with receiving() as receiver, town() as engine, ExitStack() as processes:
        issued = subscribe(engine, receiver.url)
        for arguments in (("worker", "--queue", "webhooks"), ("webhooks", "deliver"), ("relay",)):
            processes.enter_context(running(rabbitmq_broker, tmp_path, *arguments))
        booking = park(engine)
        wait_until(lambda: len(shown(run, issued, "delivered")) == 1)
    (came,) = receiver.received
    told = json.loads(came.body)
    assert (told["eventType"], told["aggregateId"]) == ("booking.created", booking.id)
    assert told["eventId"] == came.headers["webhook-id"]
