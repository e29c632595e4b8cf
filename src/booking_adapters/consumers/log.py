"""The consumer that writes down what happens, each booking's events in their order."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from booking_adapters.messages.envelope import EnvelopeCodec
from booking_core.application.messaging.consumer import Consumer, Writes
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.inbox import Reception

if TYPE_CHECKING:
    from booking_adapters.settings import Settings

NAME = "log"
_logger = logging.getLogger("booking_adapters.consumers.log")


def log_consumer(settings: Settings) -> Consumer:
    """It wants everything, so it can wait for what is missing."""
    return Consumer(
        name=NAME,
        topics=("#",),
        decode=EnvelopeCodec().decode,
        handler=Writes(_write),
        in_order=True,
    )


def _write(incoming: Incoming, reception: Reception) -> None:
    """One JSON object; ids and no names, like the event itself.

    A line is no row: after a crash the same one may be written twice.
    """
    facts = {
        "event": incoming.type,
        "at": None if incoming.at is None else incoming.at.isoformat(),
        "tenantId": incoming.tenant_id,
        "bookingId": incoming.booking_id,
        "sequence": incoming.sequence,
        "eventId": incoming.event_id,
        "correlationId": incoming.correlation_id,
    }
    _logger.info("%s", json.dumps(facts))
