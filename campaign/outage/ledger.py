"""The engine's own consumer, as `booking worker` runs one: `python -m campaign.outage.ledger`.

Its receipts are the engine's, and it is told in order; its effects lie beside those of the others.
"""

from __future__ import annotations

import os

from booking_adapters.consumers.registry import Registered
from booking_adapters.messages.envelope import EnvelopeCodec
from booking_adapters.settings import Settings
from booking_cli.consuming import work
from booking_core.application.messaging.consumer import Consumer, Writes
from booking_core.domain.kernel.incoming import Incoming
from booking_core.engine import BookingEngine
from booking_core.ports.inbox import Reception
from campaign.outage.record import Record

NAME = "ledger"


def ledger(engine: BookingEngine, settings: Settings) -> Consumer:
    """It writes by the transaction that holds the receipt."""
    record = Record(settings.database.url.reveal(), NAME, f"{NAME}-{os.getpid()}")

    def write(event: Incoming, reception: Reception) -> None:
        record.effect(reception.connection, event)

    return Consumer(
        name=NAME,
        topics=("#",),
        decode=EnvelopeCodec().decode,
        handler=Writes(write),
        in_order=True,
    )


if __name__ == "__main__":
    work(os.environ, NAME, {NAME: Registered(meaning="Records everything.", make=ledger)})
