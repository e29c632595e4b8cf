"""How many messages wait in a broker's queues, where it can tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from booking_adapters.brokers.open import BROKERS
from booking_adapters.brokers.settings import scheme_of

Look = Callable[[str, Sequence[str]], Mapping[str, int]]
CAN_TELL = ("rabbitmq", "redis")  # Kafka keeps what was consumed too; memory is another process's.


def queue_depth(url: str, queues: Sequence[str]) -> Mapping[str, int]:
    """By queue, of those that stand; nothing where the broker is away or cannot tell.

    What consumers have in hand is not counted.
    """
    folder, _ = BROKERS.get(scheme_of(url), ("", ""))
    if folder not in CAN_TELL:
        return {}
    look: Look = import_module(f"booking_adapters.brokers.{folder}.depth").queue_depth
    return look(url, queues)
