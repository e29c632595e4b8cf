"""The connection that was used last, kept out of the pool for whoever comes next."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import sqlalchemy as sa


class Warm:
    """One pooled connection at most, so that a busy caller does not go through the pool each time.

    The pool's check-out and check-in are a tenth of what the client spends on a hold. While anybody
    waits for the pool, connections go there.
    """

    def __init__(self) -> None:
        self._kept: deque[sa.PoolProxiedConnection] = deque()
        self._waiting: set[object] = set()

    def take(self, from_pool: Callable[[], sa.PoolProxiedConnection]) -> sa.PoolProxiedConnection:
        """The one that is kept, or one from the pool, which may have to be waited for."""
        kept = self._pop()
        if kept is not None:
            return kept
        me = object()
        self._waiting.add(me)
        try:
            # Whoever gives now sees that somebody waits; whoever gave before may have kept it.
            return self._pop() or from_pool()
        finally:
            self._waiting.discard(me)

    def give(self, pooled: sa.PoolProxiedConnection) -> None:
        """Keep it, or let the pool have it if another is kept or somebody waits."""
        if self._waiting or self._kept:
            pooled.close()
            return
        self._kept.append(pooled)
        if self._waiting or len(self._kept) > 1:
            self.clear()

    def clear(self) -> None:
        """Let the pool have what is kept."""
        while (kept := self._pop()) is not None:
            kept.close()

    def _pop(self) -> sa.PoolProxiedConnection | None:
        try:
            return self._kept.pop()
        except IndexError:
            return None
