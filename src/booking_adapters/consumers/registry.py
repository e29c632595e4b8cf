"""The consumers by their names: what `booking worker` can be asked to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from attrs import frozen

from booking_core.application.messaging.consumer import Consumer

if TYPE_CHECKING:  # Settings need the names alone, and engines are heavy.
    from booking_adapters.settings import Settings
    from booking_core.engine import BookingEngine


@frozen(kw_only=True)
class Registered:
    """What it is for, and how it is made: of an engine whose owner closes it."""

    meaning: str
    make: Callable[[BookingEngine, Settings], Consumer]


def _log(engine: BookingEngine, settings: Settings) -> Consumer:
    from booking_adapters.consumers.log import log_consumer

    return log_consumer(settings)


def _payments(engine: BookingEngine, settings: Settings) -> Consumer:
    from booking_adapters.consumers.payments import payments_consumer

    return payments_consumer(engine, settings)


CONSUMERS: Final[Mapping[str, Registered]] = MappingProxyType(
    {
        "log": Registered(meaning="Writes a line for everything that happens.", make=_log),
        "payments": Registered(
            meaning="Has new bookings paid for, and gives back what is owed.", make=_payments
        ),
    }
)
