"""`python -m campaign.poison`: every kind of poison, while healthy messages flow.

It is clean if each poison is a dead letter with the code that belongs to it, each healthy message
has one effect, nothing else is left, and no healthy one was more than five seconds late (`--lag`).
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from uuid import uuid4

import sqlalchemy as sa

from booking_adapters.brokers.open import open_publisher, open_receiver
from booking_adapters.sqlalchemy.migrate import migrate
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_adapters.system.randomness import SystemRandomness
from booking_cli.consuming import PRELOAD
from booking_cli.supervisor import Supervisor, in_turn
from booking_core.application.messaging.back_off import BackOff
from booking_core.application.messaging.keepable import keepable
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.ids import DEFAULT_TENANT
from booking_core.ports.inbox import Letter, LetterState
from booking_core.ports.publisher import Message
from booking_core.ports.receiver import Subscription
from campaign.leftovers import clear
from campaign.poison.kinds import Kind, kinds
from campaign.poison.sound import SIGNING, created, message
from campaign.poison.worker import TABLE, be_poisoned

SETTLE_SECONDS_MAX = 180.0
RESTART_SECONDS_MOST = 1.0


@dataclass(slots=True)
class Report:
    """What was sent, and what was not as it should be."""

    kinds: int = 0
    poison: int = 0
    healthy: int = 0
    deaths: int = 0
    lag_ms_p50: int = 0
    lag_ms_p99: int = 0
    lag_ms_max: int = 0
    seconds: float = 0.0
    codes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Ward:
    """A database, an exchange of one's own, and workers over them."""

    def __init__(self, database: str, broker: str) -> None:
        """Make what they need."""
        self.database, self.broker = database, broker
        self.name = f"poison-{uuid4().hex[:8]}"
        self.exchange = f"booking_{self.name}"
        migrate(database)
        self.storage = SqlStorage.open(database)
        self.storage.catalogue.save_tenant(Tenant(id=DEFAULT_TENANT, name="Ward"))
        with closing(sa.create_engine(database).connect()) as connection:
            connection.execute(sa.text(f"CREATE TABLE {TABLE} (event_id text, lag_ms integer)"))
            connection.commit()
        subscription = Subscription(consumer=self.name, topics=("#",))
        with closing(open_receiver(broker, self.exchange, subscription)) as receiver:
            receiver.receive(1, 5.0)  # Now there is a queue, and messages wait in it.

    @property
    def variables(self) -> dict[str, str]:
        """The workers' settings: as impatient as a short campaign."""
        (name, secret), *_ = SIGNING.secrets.items()
        return {
            "BOOKING_DATABASE_URL": self.database,
            "BOOKING_BROKER_URL": self.broker,
            "BOOKING_EXCHANGE": self.exchange,
            "BOOKING_SIGNING_KEYS": f"{name}={secret.reveal()}",
            "BOOKING_HANDLER_SECONDS": "1",
            "BOOKING_RETRY_SECONDS": "0.2,0.5",
            "BOOKING_LOG_LEVEL": "error",
        }

    @contextmanager
    def workers(self, processes: int) -> Iterator[Supervisor]:
        """They work, and die, and are replaced."""
        supervisor = Supervisor(
            in_turn([self.name], processes, be_poisoned, self.variables),
            BackOff(randomness=SystemRandomness(), most_seconds=RESTART_SECONDS_MOST),
            lambda name, pid: None,
            (*PRELOAD, "campaign.poison.worker"),
        )
        stopped = Event()
        thread = Thread(target=supervisor.run, args=(stopped, 10.0), name="supervisor")
        thread.start()
        try:
            yield supervisor
        finally:
            stopped.set()
            thread.join()

    def lags(self) -> dict[str, list[int]]:
        """How late each event had its effect; several where it had several."""
        found: dict[str, list[int]] = {}
        with closing(sa.create_engine(self.database).connect()) as connection:
            for event_id, lag_ms in connection.execute(sa.text(f"SELECT * FROM {TABLE}")):
                found.setdefault(event_id, []).append(lag_ms)
        return found

    def close(self) -> None:
        """Leave nothing in the broker; the database is the caller's."""
        self.storage.close()
        if self.broker.startswith(("amqp", "redis")):
            clear(self.broker, (self.exchange, f"booking.{self.name}"))

    def letters(self, state: LetterState) -> Sequence[Letter]:
        """All that the workers kept."""
        return self.storage.inbox.letters(self.name, state, most=10_000)


def run(ward: Ward, every: Sequence[Kind], *, processes: int, rounds: int, pace: float) -> Report:
    """`pace` is how many healthy messages come between two poisons, every 20 ms one."""
    report = Report(kinds=len(every))
    sent: dict[tuple[bytes, tuple[tuple[str, str], ...]], Kind] = {}
    healthy: set[str] = set()
    began = time.monotonic()
    with (
        ward.workers(processes) as supervisor,
        closing(open_publisher(ward.broker, ward.exchange)) as publisher,
    ):
        _warm_up(ward, publisher.publish, healthy)
        for _ in range(rounds):
            for kind in random.sample(every, len(every)):
                poison = kind.make()
                sent[_mark(poison)] = kind
                publisher.publish([poison])
                for _ in range(int(pace)):
                    facts = created()
                    healthy.add(facts["eventId"])
                    publisher.publish([message(facts)])
                    time.sleep(0.02)
        _settle(ward, len(sent), healthy)
        report.deaths = sum(supervisor.deaths.values())
    report.seconds = round(time.monotonic() - began, 1)
    report.poison, report.healthy = len(sent), len(healthy)
    _judge(ward, report, sent, healthy)
    return report


def _warm_up(ward: Ward, publish: object, healthy: set[str]) -> None:
    """Whatever comes while the first workers start is late for another reason."""
    facts = created()
    publish([message(facts)])  # type: ignore[operator]
    until = time.monotonic() + 60
    while facts["eventId"] not in ward.lags() and time.monotonic() < until:
        time.sleep(0.1)


def _settle(ward: Ward, poison: int, healthy: set[str]) -> None:
    until = time.monotonic() + SETTLE_SECONDS_MAX
    while time.monotonic() < until:
        dead, waiting = ward.letters(LetterState.DEAD), ward.letters(LetterState.WAITING)
        if len(dead) >= poison and not waiting and healthy <= ward.lags().keys():
            return
        time.sleep(0.5)


def _judge(
    ward: Ward,
    report: Report,
    sent: dict[tuple[bytes, tuple[tuple[str, str], ...]], Kind],
    healthy: set[str],
) -> None:
    lags = ward.lags()
    late = sorted(lag for event_id in healthy for lag in lags.get(event_id, []))
    if late:
        report.lag_ms_p50, report.lag_ms_p99 = late[len(late) // 2], late[len(late) * 99 // 100]
        report.lag_ms_max = late[-1]
    for event_id in healthy:
        if len(lags.get(event_id, [])) != 1:
            report.faults.append(f"{event_id} had {len(lags.get(event_id, []))} effects")
    left = dict(sent)
    for letter in ward.letters(LetterState.DEAD):
        kind = left.pop(_mark(letter.message), None)
        report.codes[letter.code] += 1
        if kind is None:
            report.faults.append(f"a dead letter that was no poison: {letter.code} {letter.cause}")
        elif letter.code != kind.code or not letter.cause:
            report.faults.append(f"{kind.name}: {letter.code} in place of {kind.code}")
    report.faults += [f"{kind.name}: no dead letter" for kind in left.values()]
    report.faults += [f"still waits: {each.code}" for each in ward.letters(LetterState.WAITING)]


def _mark(poison: Message) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    kept = keepable(poison)
    return kept.body, tuple(sorted(kept.headers.items()))


def main() -> int:
    """Run it, print what came of it, and fail if anything is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="URL of an empty database")
    parser.add_argument("--broker", default="amqp://guest:guest@127.0.0.1:5672//")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--pace", type=float, default=10)
    parser.add_argument("--lag", type=float, default=5.0, help="seconds that a message may be late")
    options = parser.parse_args()
    logging.disable(logging.ERROR)  # Deaths are what this is about.
    ward = Ward(options.database, options.broker)
    report = run(
        ward, kinds(), processes=options.processes, rounds=options.rounds, pace=options.pace
    )
    ward.close()
    if report.lag_ms_max > options.lag * 1000:
        report.faults.append(f"a healthy message was {report.lag_ms_max} ms late")
    told = {name: getattr(report, name) for name in Report.__slots__}
    print(json.dumps(told, indent=2))
    sys.stdout.flush()
    return 1 if report.faults else 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
