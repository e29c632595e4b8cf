"""queues: what waits for each consumer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.brokers import Broker, messages
from tests.cli.conftest import Run, Town, answer
from tests.cli.test_dead_letters import keep


def of(found: list[dict[str, object]], consumer: str) -> dict[str, object]:
    """The line of that consumer."""
    (line,) = [each for each in found if each["consumer"] == consumer]
    return line


def test_letters_are_counted_for_every_consumer(run: Run, town: Town) -> None:
    """Those that are registered, and those that only have letters left; no broker is needed."""
    with town() as engine:
        keep(engine, "log")
        keep(engine, "log", b"waits", dead=False)
        keep(engine, "of-old")
    found = answer(run("queues", "--json"))
    line = of(found, "log")
    assert (line["dead"], line["toRetry"], line["dueForSeconds"]) == (1, 1, 0)
    assert (line["queue"], line["inBroker"]) == (None, None)
    assert of(found, "of-old")["dead"] == 1
    assert "of-old" in run("queues").stdout


@pytest.mark.parametrize("kind", ["rabbitmq", "redis"])
def test_the_broker_tells_how_many_wait_there(
    run: Run, town: Town, kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it can tell, and is there."""
    broker: Broker = request.getfixturevalue(f"{kind}_broker")
    receiver = broker.receiver(consumer="log")
    receiver.close()
    broker.publisher().publish(messages(3))
    monkeypatch.setenv("BOOKING_BROKER_URL", broker.url)
    monkeypatch.setenv("BOOKING_QUEUE_LOG", broker.queue("log"))
    with town():
        line = of(answer(run("queues", "--json")), "log")
        assert (line["queue"], line["inBroker"]) == (broker.queue("log"), 3)
        monkeypatch.setenv("BOOKING_BROKER_URL", "amqp://127.0.0.1:1")
        assert of(answer(run("queues", "--json")), "log")["inBroker"] is None


@pytest.mark.parametrize("json_wanted", [False, True])
def test_watching_goes_on_until_it_is_told_to_stop(
    town: Town, tmp_path: Path, json_wanted: bool
) -> None:
    """A line each time, and SIGTERM ends it well."""
    with town() as engine:
        keep(engine, "log")
    watching = subprocess.Popen(
        [sys.executable, "-m", "booking_cli", "queues", "--watch", "0.1", "--json"][
            : None if json_wanted else -1
        ],
        env={"BOOKING_DATABASE_URL": f"sqlite:///{tmp_path / 'town.db'}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watching.stdout is not None
    line = watching.stdout.readline()
    if json_wanted:
        assert of(json.loads(line)["queues"], "log")["dead"] == 1
    else:
        assert "log: 0 to retry, 1 dead" in line
    watching.terminate()
    assert watching.wait() == 0
    watching.stdout.close()
