"""Events that wait for a relay, again and again: what the benchmarks of relays have in common."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import psycopg

from bench.database import database
from bench.hold_postgresql import settle
from bench.raw_relay import RawRelay
from bench.town import furnish
from booking_adapters.messages.envelope import EnvelopeCodec
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_adapters.system.clock import SystemClock
from booking_core.application.messaging.relay_events import RelayEvents
from booking_core.application.messaging.route import Route
from booking_core.ports.outbox import SHARDS
from booking_core.ports.publisher import Message, Publisher

ENGINE = "booking relay"
BY_HAND = "a relay by hand"
ALONE = "the publisher alone"
RESOURCES = 200


@dataclass
class Backlog:
    """So many events in a database of their own, and the messages that tell of them."""

    url: str
    batch: int
    storage: SqlStorage
    messages: Sequence[Message] = field(init=False)

    def __post_init__(self) -> None:
        encode = EnvelopeCodec().encode
        unsent = self.storage.outbox.unsent(range(SHARDS), 1_000_000)
        self.messages = [encode(each.event) for each in unsent]

    def refill(self) -> None:
        """Nothing has been told."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("UPDATE booking_event SET published_at = NULL")
            connection.execute("VACUUM ANALYZE booking_event")

    def relay(self, publisher: Publisher) -> None:
        """Tell all of it, as `booking relay` does."""
        relay = RelayEvents(
            outbox=self.storage.outbox,
            leases=self.storage.leases,
            inbox=self.storage.inbox,
            routes=[Route(name="all", publisher=publisher, encode=EnvelopeCodec().encode)],
            clock=SystemClock(),
            holder="bench",
            batch=self.batch,
        )
        told = 0
        while count := relay.turn():
            told += count
        relay.stop()
        if told != len(self.messages):
            raise SystemExit(f"{told} told, of {len(self.messages)}")

    def by_hand(self, publish: Callable[[Sequence[Message]], None]) -> None:
        """All of it, without the engine."""
        with closing(RawRelay(self.url, self.batch)) as relay:
            relay.drain(publish)

    def publish(self, publish: Callable[[Sequence[Message]], None]) -> None:
        """Batch after batch of the messages, which are made already."""
        for first in range(0, len(self.messages), self.batch):
            publish(self.messages[first : first + self.batch])


def options(what: str | None) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--events", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=500)
    return parser.parse_args()


@contextmanager
def backlog(asked: argparse.Namespace) -> Iterator[Backlog]:
    """As many events as are asked for; all is gone afterwards."""
    with database() as url:
        furnish(url, RESOURCES)
        settle(url, asked.events, RESOURCES)
        with closing(SqlStorage.open(url, pool_size=1)) as storage:
            yield Backlog(url, asked.batch, storage)


def table(
    sides: Mapping[str, Callable[[], None]],
    waiting: Backlog,
    rounds: int,
    arrived: Callable[[], int],
    shares: Mapping[str, int] | None = None,
) -> str:
    """The table as Markdown; ratios are of the same round, with their range.

    The first side is the broker's client alone, and every side's speed is also told by it.

    The first round warms up and does not count. `shares`: a side that does but one part in so many.
    """
    found: list[dict[str, float]] = []
    for number in range(rounds + 1):
        speeds = {}
        # Whoever follows another finds the broker busy yet: each is first in its turn.
        for side in sorted(sides, reverse=bool(number % 2)):
            count = len(waiting.messages) // (shares or {}).get(side, 1)
            waiting.refill()
            begun = time.perf_counter()
            sides[side]()
            speeds[side] = count / (time.perf_counter() - begun)
            if (came := arrived()) != count:
                raise SystemExit(f"{side}: {came} arrived, of {count}")
        found.append(speeds)
    client, *_ = sides
    lines = [
        f"| side | per second | × {client} | {ENGINE} is so many times as fast |",
        "| --- | ---: | ---: | ---: |",
    ]
    for side in sides:
        speed = statistics.median(speeds[side] for speeds in found[1:])
        by_client = _spread([speeds[side] / speeds[client] for speeds in found[1:]])
        ratios = [speeds[ENGINE] / speeds[side] for speeds in found[1:]]
        engine = "" if side == ENGINE else _spread(ratios)
        lines.append(f"| {side} | {speed:,.0f} | {by_client} | {engine} |")
    return "\n".join(lines)


def _spread(ratios: Sequence[float]) -> str:
    return f"{statistics.median(ratios):.2f} [{min(ratios):.2f}–{max(ratios):.2f}]"
