"""The consumers by their names: what `booking worker` can be asked to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from attrs import frozen

from booking_adapters.consumers.heard import PREFIX, TOPICS
from booking_core.application.messaging.consumer import Consumer

if TYPE_CHECKING:  # Settings need the names alone, and engines are heavy.
    from booking_adapters.settings import Settings
    from booking_core.engine import BookingEngine


@frozen(kw_only=True)
class Registered:
    """What it is for, and how it is made: of an engine whose owner closes it.

    `is_set_up` says whether a worker that is asked for nothing in particular runs it.
    """

    meaning: str
    make: Callable[[BookingEngine, Settings], Consumer]
    is_set_up: Callable[[Settings], bool] = lambda settings: True


def _log(engine: BookingEngine, settings: Settings) -> Consumer:
    from booking_adapters.consumers.log import log_consumer

    return log_consumer(settings)


def _payments(engine: BookingEngine, settings: Settings) -> Consumer:
    from booking_adapters.consumers.payments import payments_consumer

    return payments_consumer(engine, settings)


def _webhooks(engine: BookingEngine, settings: Settings) -> Consumer:
    from booking_adapters.consumers.webhooks import webhooks_consumer

    return webhooks_consumer(engine, settings)


def _hearing(dialect: str) -> Registered:
    name = PREFIX + dialect

    def make(engine: BookingEngine, settings: Settings) -> Consumer:
        from booking_adapters.consumers.hearing import hearing_consumer

        return hearing_consumer(name, engine, settings)

    return Registered(
        meaning=f"Hears of payments that another service took, in the dialect {dialect}.",
        make=make,
        is_set_up=lambda settings: name in settings.heard,
    )


CONSUMERS: Final[Mapping[str, Registered]] = MappingProxyType(
    {
        "log": Registered(meaning="Writes a line for everything that happens.", make=_log),
        "payments": Registered(
            meaning="Has bookings paid for, gives back what is owed, closes what is over.",
            make=_payments,
        ),
        "webhooks": Registered(
            meaning="Has tenants' webhooks told: see booking webhooks deliver.", make=_webhooks
        ),
        **{PREFIX + dialect: _hearing(dialect) for dialect in TOPICS},
    }
)
