"""The consumers of other payment services' messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from booking_adapters.consumers.heard import EXPECTED, TOPICS, VARIABLE
from booking_adapters.environment import InvalidSetting
from booking_core.application.messaging.consumer import Acts, Consumer
from booking_core.application.messaging.hear_payments import HearPayments

if TYPE_CHECKING:
    from booking_adapters.settings import Settings
    from booking_core.engine import BookingEngine


def hearing_consumer(name: str, engine: BookingEngine, settings: Settings) -> Consumer:
    """The consumer of that service's messages; InvalidSetting where it is not set up."""
    heard = settings.heard.get(name)
    if heard is None:
        raise InvalidSetting(VARIABLE, f"{EXPECTED}: {name} listens to one", "no such service")
    messages = settings.messages
    if not heard.signs:
        messages = evolve(messages, format=evolve(messages.format, signing=None))
    codec = messages.codec(heard.dialect, heard.tenant_id)
    hear = HearPayments(
        service=heard.dialect,
        hear_payment=engine.hear_payment,
        bookings=engine.ports.storage.bookings,
    )
    return Consumer(
        name=name,
        topics=TOPICS[heard.dialect],
        decode=codec.decode,
        handler=Acts(hear),
        exchange=heard.exchange,
    )
