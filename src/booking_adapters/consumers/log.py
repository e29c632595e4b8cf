"""The consumer that writes down what happens, each booking's events in their order."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from booking_adapters.messages.formats import CANONICAL
from booking_adapters.telemetry.log_lines import FACTS
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
        decode=settings.messages.codec(CANONICAL).decode,
        handler=Writes(_write),
        in_order=True,
    )


def _write(incoming: Incoming, reception: Reception) -> None:
    """Ids and no names, like the event itself.

    A line is no row: after a crash the same one may be written twice.
    """
    facts = {
        "event_type": incoming.type,
        "tenant_id": incoming.tenant_id,
        "booking_id": incoming.booking_id,
        "sequence": incoming.sequence,
        "event_id": incoming.event_id,
        "happened_at": None if incoming.at is None else incoming.at.isoformat(),
    }
    told = (incoming.type, incoming.tenant_id, incoming.booking_id, incoming.sequence)
    _logger.info("%s: tenant %s, booking %s, number %s", *told, extra={FACTS: facts})
