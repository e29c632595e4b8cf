"""Every way out that the settings name, opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from booking_adapters.brokers.open import open_publisher
from booking_adapters.brokers.settings import EACH_ITS_OWN, BrokerSettings
from booking_adapters.environment import InvalidSetting
from booking_adapters.messages.settings import ROUTES_NAME, MessageSettings, OutRoute
from booking_core.application.messaging.route import Route
from booking_core.domain.kernel.events import DomainEvent
from booking_core.ports.publisher import Message

Encode = Callable[[DomainEvent], Message | None]

# By scheme: the dialects whose topics may each be a place of its own there.
_TAKES_EACH: Final = {
    "kafka": ("canonical", "parking", "appointments", "ticketing"),
    "amqp": ("masstransit",),
}


def open_routes(
    broker: BrokerSettings, messages: MessageSettings, traced: Callable[[Encode], Encode]
) -> tuple[Route, ...]:
    """Each with a publisher of its own, for one thread, which closes it; or InvalidSetting.

    Nothing connects before it is used.
    """
    for route in messages.routes:
        if route.exchange == EACH_ITS_OWN and not _may_each(route, broker.scheme):
            expected = (
                "@* only where a topic of that dialect is a place of its own: masstransit on"
                " RabbitMQ, any other on Kafka"
            )
            raise InvalidSetting(ROUTES_NAME, expected, repr(route.name))
    return tuple(
        Route(
            name=route.name,
            publisher=open_publisher(broker.url.reveal(), route.exchange or broker.exchange),
            encode=traced(messages.codec(route.dialect, route.tenant_id).encode),
        )
        for route in messages.routes
    )


def _may_each(route: OutRoute, scheme: str) -> bool:
    return route.dialect in _TAKES_EACH.get(scheme.removesuffix("s"), ())
