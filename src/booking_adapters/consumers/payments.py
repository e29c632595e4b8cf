"""The payments consumer: it has bookings paid for, gives back what is owed, closes what is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from booking_adapters.messages.formats import CANONICAL
from booking_core.application.messaging.consumer import Acts, Consumer
from booking_core.application.messaging.pay_for_bookings import TOPICS, PayForBookings

if TYPE_CHECKING:
    from booking_adapters.settings import Settings
    from booking_core.engine import BookingEngine

NAME = "payments"


def payments_consumer(engine: BookingEngine, settings: Settings) -> Consumer:
    """It acts on what stands when it is told, so it need not be told in order."""
    act = PayForBookings(
        start_payment=engine.start_payment,
        settle_refunds=engine.settle_refunds,
        close_attempts=engine.close_attempts,
        bookings=engine.ports.storage.bookings,
        gateway=engine.ports.payments,
    )
    return Consumer(
        name=NAME,
        topics=TOPICS,
        decode=settings.messages.codec(CANONICAL).decode,
        handler=Acts(act),
    )
