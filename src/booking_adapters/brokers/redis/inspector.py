"""Looking at Redis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import redis

from booking_adapters.brokers.inspection import Grade, Inspector, Observed
from booking_adapters.brokers.redis.link import CONNECT_SECONDS, IO_SECONDS
from booking_core.domain.kernel.errors import Busy

SAFE_POLICY = "noeviction"


class RedisInspector(Inspector):
    """By INFO alone: CONFIG is often forbidden."""

    def __init__(self, url: str, exchange: str) -> None:
        self._url = url
        self._exchange = exchange

    def reach(self) -> str:
        with self._connected() as client:
            return f"Redis {self._told(client, 'server').get('redis_version', '')}".strip()

    def observe(self) -> Iterator[Observed]:
        with self._connected() as client:
            yield self._persistence(client)
            yield self._memory(client)
            yield self._bindings(client)

    @contextmanager
    def _connected(self) -> Iterator[redis.Redis]:
        try:
            with redis.Redis.from_url(
                self._url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=IO_SECONDS
            ) as client:
                yield client
        except (redis.RedisError, OSError) as error:
            raise Busy(str(error) or type(error).__name__) from error

    def _persistence(self, client: redis.Redis) -> Observed:
        if self._told(client, "persistence").get("aof_enabled"):
            return Observed(Grade.OK, "appendonly is on: a crash loses a second at most")
        told = "appendonly is off: what Redis holds is lost when it crashes, and told again by us"
        return Observed(Grade.WORRY, told)

    def _memory(self, client: redis.Redis) -> Observed:
        memory = self._told(client, "memory")
        policy, most = memory.get("maxmemory_policy"), memory.get("maxmemory")
        if most and policy != SAFE_POLICY:
            told = f"maxmemory-policy is {policy}: messages are thrown away when memory is full"
            return Observed(Grade.FAULT, told)
        return Observed(Grade.OK, "no message is thrown away for want of memory")

    def _bindings(self, client: redis.Redis) -> Observed:
        bound = [
            client.scard(f"{prefix}{self._exchange}")
            for prefix in ("_kombu.binding.", "_kombu.binding_permanent.")
        ]
        count = sum(map(int, bound))
        if not count:
            told = f"no queue is bound to {self._exchange}: what is told now, nobody gets"
            return Observed(Grade.WORRY, told)
        return Observed(Grade.OK, f"bindings to {self._exchange}: {count}")

    def _told(self, client: redis.Redis, section: str) -> Mapping[str, Any]:
        return cast("Mapping[str, Any]", client.info(section))
