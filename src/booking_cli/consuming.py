"""One worker process: it consumes until it is told to stop, or left alone."""

from __future__ import annotations

import faulthandler
import logging
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from multiprocessing import parent_process

from booking_adapters.composition import compose
from booking_adapters.consumers.registry import CONSUMERS, Registered
from booking_adapters.settings import read_settings
from booking_cli.keep_at_it import keep_at_it
from booking_cli.logs import set_up_logging
from booking_cli.stopping import stopping
from booking_cli.watchdog import Watchdog
from booking_core.application.messaging.back_off import BackOff
from booking_core.application.messaging.consume_events import ConsumeEvents
from booking_core.application.messaging.forget_receipts import ForgetReceipts
from booking_core.domain.kernel.errors import BookingError

# What a worker needs, and each is imported only where it is used: the costly part of beginning.
PRELOAD = (
    "booking_cli.consuming",
    "booking_adapters.brokers.open",
    "booking_adapters.brokers.rabbitmq.receiver",
    "booking_adapters.brokers.redis.receiver",
    "booking_adapters.messages.formats",
    "booking_adapters.sqlalchemy.storage",
    "booking_adapters.sqlalchemy.postgresql.driver",
    "booking_adapters.sqlalchemy.sqlite.driver",
    "booking_adapters.telemetry.log_lines",
    "psycopg",
    "structlog",
)

log = logging.getLogger(__name__)


def work(
    variables: Mapping[str, str],
    name: str,
    consumers: Mapping[str, Registered] = CONSUMERS,
) -> None:
    """Be a worker of that consumer, by the settings in these variables."""
    faulthandler.enable()  # Whatever kills this process shall have a name.
    with stopping() as stopped:
        settings = read_settings(variables)
        set_up_logging(settings)
        with compose(settings) as composition:
            events = composition.consume(
                consumers[name].make(composition.engine, settings),
                guard=Watchdog(settings.consumers.handler_seconds),
                stopping=lambda: stopped.is_set() or _is_left_alone(),
            )
            back_off = BackOff(randomness=composition.engine.ports.randomness)
            forget = ForgetReceipts(
                inbox=composition.storage.inbox,
                clock=composition.engine.ports.clock,
                keep=timedelta(days=settings.consumers.receipt_days),
            )
            with closing(events):
                keep_consuming(events, back_off, stopped.wait, forget)


def _is_left_alone() -> bool:
    parent = parent_process()
    return parent is not None and not parent.is_alive()


def keep_consuming(
    events: ConsumeEvents,
    back_off: BackOff,
    wait: Callable[[float], object],
    tidy: Callable[[], object] = lambda: None,
) -> int:
    """Turn after turn until it is stopped, tidying up between; how many messages it was."""
    count = 0

    def turn() -> None:
        nonlocal count
        count += events.turn()
        tidy()

    keep_at_it(turn, back_off, events.stopping, wait, _log)
    return count


def _log(refusal: BookingError, seconds: float) -> None:
    log.warning("%s; again in %.1f s", refusal.message, seconds)
