"""From a broker's URL to what publishes and receives there; nothing connects before it is used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from booking_adapters.brokers.inspection import Inspector
from booking_adapters.brokers.settings import EXPECTED, URL_NAME, scheme_of
from booking_adapters.environment import InvalidSetting
from booking_adapters.memory.broker import MemoryBroker
from booking_adapters.memory.publisher import MemoryPublisher
from booking_adapters.memory.receiver import MemoryReceiver
from booking_core.ports.publisher import Publisher
from booking_core.ports.receiver import Receiver, Subscription

# By scheme: the folder, which is called like the extra, and the prefix of its classes.
BROKERS: Mapping[str, tuple[str, str]] = {
    "amqp": ("rabbitmq", "Rabbit"),
    "amqps": ("rabbitmq", "Rabbit"),
    "redis": ("redis", "Redis"),
    "rediss": ("redis", "Redis"),
    "kafka": ("kafka", "Kafka"),
    "kafkas": ("kafka", "Kafka"),
}

# memory:// is a place of the whole process: whoever opens the same URL meets there.
_in_memory: defaultdict[str, MemoryBroker] = defaultdict(MemoryBroker)


def open_publisher(url: str, exchange: str) -> Publisher:
    """For one thread. InvalidSetting: there is no such broker, or its extra is not installed."""
    if scheme_of(url) == "memory":
        return MemoryPublisher(_in_memory[url], exchange)
    publisher: Publisher = _adapter(url, "publisher")(url, exchange)
    return publisher


def open_receiver(
    url: str, exchange: str, subscription: Subscription, queue: str | None = None
) -> Receiver:
    """The same; the queue is `booking.<consumer>` unless another is named."""
    queue = queue or f"booking.{subscription.consumer}"
    if scheme_of(url) == "memory":
        return MemoryReceiver(_in_memory[url], exchange, subscription, queue)
    receiver: Receiver = _adapter(url, "receiver")(url, exchange, subscription, queue)
    return receiver


def open_inspector(url: str, exchange: str) -> Inspector:
    """For one thread; InvalidSetting as above, and for memory://, where nothing can be amiss."""
    inspector: Inspector = _adapter(url, "inspector")(url, exchange)
    return inspector


def _adapter(url: str, stem: str) -> Any:
    """The class, whose module is loaded now: it needs what only that broker's extra installs."""
    scheme = scheme_of(url)
    if scheme not in BROKERS:
        raise InvalidSetting(URL_NAME, EXPECTED, repr(scheme))
    folder, prefix = BROKERS[scheme]
    try:
        module = import_module(f"booking_adapters.brokers.{folder}.{stem}")
    except ModuleNotFoundError as missing:
        expected = f'pip install "booking-core[{folder}]" for {scheme}'
        raise InvalidSetting(URL_NAME, expected, f"no module {missing.name}") from missing
    return getattr(module, prefix + stem.capitalize())
