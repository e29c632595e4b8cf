"""Whose receipts close an event, by the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from booking_adapters.brokers.wire import fits
from booking_adapters.consumers.registry import CONSUMERS
from booking_adapters.consumers.settings import RECEIPTS_NAME
from booking_adapters.environment import InvalidSetting
from booking_adapters.messages.formats import CANONICAL
from booking_adapters.messages.settings import ROUTES_NAME, OutRoute

if TYPE_CHECKING:  # As in the registry.
    from booking_adapters.settings import Settings
    from booking_core.engine import BookingEngine

LOSES = ("redis", "rediss")
BY_DEFAULT = ("payments",)  # Every worker runs it where payments are ours to take.
EVERYTHING = ("#",)


def is_heard(route: OutRoute, settings: Settings) -> bool:
    """Whether the engine's own consumers are told by that route."""
    broker = settings.broker
    own = (None,) if broker is None else (None, broker.exchange)
    return route.dialect == CANONICAL and route.exchange in own


def awaited_consumers(settings: Settings) -> tuple[str, ...]:
    """Their names; nobody's where the broker loses nothing, unless they are set."""
    broker, named = settings.broker, settings.consumers.receipts_from
    is_told = any(is_heard(route, settings) for route in settings.messages.routes)
    if named is None:
        loses = broker is not None and broker.scheme in LOSES
        # Where another service takes the money nobody may run ours, and nobody would answer.
        return BY_DEFAULT if loses and is_told and not settings.heard else ()
    if named and not is_told:
        expected = f"none, as no route of {ROUTES_NAME} tells the engine's own consumers"
        raise InvalidSetting(RECEIPTS_NAME, expected, repr(",".join(named)))
    return named


def awaited_topics(
    engine: BookingEngine, settings: Settings
) -> Mapping[str, Callable[[str], bool]]:
    """By the names of those who are awaited, whether one is told of a type of event.

    Those that we do not know are told of everything. InvalidSetting for one that hears others.
    """
    return {
        name: partial(_is_one_of, _topics(name, engine, settings))
        for name in awaited_consumers(settings)
    }


def _topics(name: str, engine: BookingEngine, settings: Settings) -> tuple[str, ...]:
    if name not in CONSUMERS:
        return EVERYTHING
    consumer = CONSUMERS[name].make(engine, settings)
    if consumer.exchange is not None:
        expected = "consumers of the engine's own events"
        raise InvalidSetting(RECEIPTS_NAME, expected, f"{name}, which hears of others'")
    return consumer.topics


def _is_one_of(topics: tuple[str, ...], type: str) -> bool:
    return any(fits(type, topic) for topic in topics)
