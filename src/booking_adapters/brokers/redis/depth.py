"""How many messages wait in queues of Redis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from redis.exceptions import RedisError

from booking_adapters.brokers.redis.link import Link


def queue_depth(url: str, queues: Sequence[str]) -> Mapping[str, int]:
    """Of all of them, as a list that is empty does not stand; nothing where Redis is away."""
    link = Link(url)
    try:
        client = link.channel().client
        return {queue: int(client.llen(queue)) for queue in queues}
    except (OSError, RedisError):
        return {}
    finally:
        link.drop()
