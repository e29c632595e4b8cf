"""worker: consumers in processes, and what becomes of messages when these die."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from booking_adapters.messages.envelope import EnvelopeCodec
from booking_cli.exit_codes import EXIT_CODES
from booking_core.domain.kernel.errors import Kind
from booking_core.engine import BookingEngine
from booking_core.ports.inbox import LetterState
from booking_core.ports.publisher import Message
from tests.brokers import CutBroker
from tests.cli.conftest import Run, Town, answer
from tests.cli.guests import park

PATIENCE_SECONDS = 30.0


class Workers:
    """`booking worker` in a process of its own; all that it says is in one file."""

    def __init__(self, process: subprocess.Popen[bytes], said: Path) -> None:
        """It has begun."""
        self.process = process
        self._said = said

    def lines(self) -> list[dict[str, object]]:
        """What it and its children said as JSON."""
        lines = self._said.read_text(errors="replace").splitlines()
        return [json.loads(line) for line in lines if line[:1] == "{" and line[-1:] == "}"]

    def pids(self) -> list[int]:
        """The children, those that have died too."""
        return [int(str(line["pid"])) for line in self.lines() if "worker" in line]

    def logged(self) -> set[object]:
        """The events that consumers wrote down."""
        return {line["event_id"] for line in self.lines() if "event_id" in line}


def start(broker: CutBroker, folder: Path, *options: str) -> Workers:
    """Workers of the log, whose children have begun."""
    said = folder / "said.txt"
    with said.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "booking_cli", "worker", "--queue", "log", "--json", *options],
            env={
                "BOOKING_DATABASE_URL": f"sqlite:///{folder / 'town.db'}",
                "BOOKING_BROKER_URL": broker.url,
                "BOOKING_EXCHANGE": broker.exchange,
                "BOOKING_QUEUE_LOG": broker.queue("log"),
                "BOOKING_LOG_FORMAT": "json",
            },
            stdout=out,
            stderr=out,
        )
    workers = Workers(process, said)
    until(lambda: len(workers.pids()) > 0)
    return workers


@contextmanager
def working(broker: CutBroker, folder: Path, *options: str) -> Iterator[Workers]:
    """The same; they must end well when they are told to."""
    workers = start(broker, folder, *options)
    process = workers.process
    try:
        yield workers
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0
        assert "stopped" in workers.lines()[-1]
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def until(holds: Callable[[], bool]) -> None:
    """Wait for it; fail if it takes too long."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)


def happenings(engine: BookingEngine, count: int) -> Sequence[Message]:
    """The messages of so many new bookings."""
    for number in range(count):
        park(engine, f"guest-{number}")
    codec = EnvelopeCodec()
    unsent = engine.ports.storage.outbox.unsent(range(64), 1000)
    return [codec.encode(each.event) for each in unsent]


def ids(messages: Sequence[Message]) -> set[object]:
    """Their events."""
    return {json.loads(message.body)["eventId"] for message in messages}


def test_what_happens_is_consumed_whoever_is_killed(
    town: Town, tmp_path: Path, rabbitmq_broker: CutBroker
) -> None:
    """A killed child is replaced; nothing is left with the broker, or as a letter."""
    publisher = rabbitmq_broker.publisher()
    with town() as engine, working(rabbitmq_broker, tmp_path, "--processes", "2") as workers:
        rabbitmq_broker.receiver(consumer="log").close()  # Now there is a queue.
        told = happenings(engine, 30)
        publisher.publish(told[:10])
        until(lambda: ids(told[:10]) <= workers.logged())
        for pid in workers.pids()[:2]:
            os.kill(pid, signal.SIGKILL)
        publisher.publish(told[10:])
        until(lambda: ids(told) <= workers.logged())
        assert len(workers.pids()) == 4
        for state in LetterState:
            until(lambda state=state: not engine.ports.storage.inbox.letters(None, state))
    receiver = rabbitmq_broker.receiver(consumer="log", joined=False)
    assert list(receiver.receive(1, 2.0)) == []


def test_poison_is_a_dead_letter_and_can_be_replayed(
    run: Run, town: Town, tmp_path: Path, rabbitmq_broker: CutBroker
) -> None:
    """Beside it all goes on; once it is replayed it fails again, and says so."""
    publisher = rabbitmq_broker.publisher()
    with town() as engine, working(rabbitmq_broker, tmp_path) as workers:
        rabbitmq_broker.receiver(consumer="log").close()
        told = happenings(engine, 1)
        publisher.publish([Message(key="", topic="booking.created", body=b"\xff"), *told])
        until(lambda: ids(told) <= workers.logged())
        until(lambda: len(answer(run("dead-letters", "list", "--json"))) == 1)
        (letter,) = answer(run("dead-letters", "list", "--json"))
        assert (letter["consumer"], letter["code"]) == ("log", "unreadable-message")
        assert run("dead-letters", "replay", "--all", "--yes").exit_code == 0
        inbox = engine.ports.storage.inbox
        until(lambda: inbox.letter(letter["id"]).state is LetterState.DEAD)


def test_a_worker_that_loses_its_parent_ends(
    town: Town, tmp_path: Path, rabbitmq_broker: CutBroker
) -> None:
    """Nobody is left behind when the one who watches is killed."""
    with town():
        workers = start(rabbitmq_broker, tmp_path)
        (pid,) = workers.pids()
        workers.process.kill()
        workers.process.wait()
        until(lambda: not is_there(pid))


def is_there(pid: int) -> bool:
    """Whether a process has that number, and is no corpse."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize(
    ("variable", "value"),
    [("BOOKING_BROKER_URL", ""), ("BOOKING_BROKER_URL", "memory://")],
)
def test_without_a_broker_there_is_nothing_to_do(
    run: Run, town: Town, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """Nor with one in this very process: its children would hear nothing."""
    monkeypatch.setenv(variable, value)
    with town():
        done = run("worker")
    assert done.exit_code == EXIT_CODES[Kind.INVALID]
    assert variable in done.stderr


def test_workers_share_a_database(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """One in memory would be each one's own."""
    monkeypatch.setenv("BOOKING_BROKER_URL", "amqp://localhost")
    done = run("worker")
    assert done.exit_code == EXIT_CODES[Kind.INVALID]
    assert "BOOKING_DATABASE_URL" in done.stderr


HANGS = """
import re
from booking_cli.watchdog import Watchdog
with Watchdog(60): pass
with Watchdog(0.3): re.match("(a+)+$", "a" * 64 + "b")  # Holds the interpreter.
"""


def test_the_watchdog_bites_whoever_holds_the_interpreter() -> None:
    """And says where the work hung; work that ends in time is not bitten."""
    done = subprocess.run([sys.executable, "-c", HANGS], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Timeout" in done.stderr
    assert "line 5" in done.stderr
