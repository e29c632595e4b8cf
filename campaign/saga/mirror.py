"""Yet another team's process: it keeps a copy of everything that is told, by the engine's inbox."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import UTC, datetime

from booking_adapters.messages.envelope import EnvelopeCodec
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_adapters.system.clock import SystemClock
from booking_adapters.system.randomness import SystemRandomness
from booking_cli.consuming import keep_consuming
from booking_cli.stopping import stopping
from booking_core.application.messaging.back_off import BackOff
from booking_core.application.messaging.consume_events import ConsumeEvents
from booking_core.application.messaging.consumer import Consumer, Writes
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.inbox import Reception
from campaign.saga.stage import Stage

COPY = """INSERT INTO saga_mirror (event_id, booking_id, sequence, type, at, seen_at)
    VALUES (%s, %s, %s, %s, %s, %s)"""


def write(incoming: Incoming, reception: Reception) -> None:
    """One row; a second one of the same event would be refused."""
    facts = (incoming.event_id, incoming.booking_id, incoming.sequence, incoming.type, incoming.at)
    reception.connection.execute(COPY, (*facts, datetime.now(UTC)))


def main() -> None:
    """Until it is stopped."""
    stage = Stage(database=sys.argv[1], broker=sys.argv[2], name=sys.argv[3])
    randomness = SystemRandomness()
    with (
        stopping() as stopped,
        closing(SqlStorage.open(stage.database, pool_size=2)) as storage,
    ):
        events = ConsumeEvents(
            consumer=Consumer(
                name="mirror",
                topics=("#",),
                decode=EnvelopeCodec().decode,
                handler=Writes(write),
                in_order=True,
            ),
            inbox=storage.inbox,
            receiver=stage.receiver("mirror"),
            clock=SystemClock(),
            randomness=randomness,
            stopping=stopped.is_set,
        )
        with closing(events):
            keep_consuming(events, BackOff(randomness=randomness), stopped.wait)


if __name__ == "__main__":
    main()
