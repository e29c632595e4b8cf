"""Who works on which shards, so that several processes share them and nobody's stay undone."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Set
from datetime import datetime
from typing import Protocol


def fair_share(shards: int, holders: int, mine: Set[int], free: Set[int]) -> frozenset[int]:
    """Which of so many shards one of so many holders shall have, of its own and of the free ones.

    It keeps what it has, up to its share, so that shards change hands as seldom as can be.
    """
    share = -(-shards // holders)
    kept = sorted(mine)[:share]
    return frozenset((*kept, *sorted(free)[: share - len(kept)]))


class Leases(Protocol):
    """Shards are held until an instant, and anybody's after it.

    A holder that was frozen may believe that it still holds one: whatever it does must be harmless.
    Contract: tests/contract/test_leases.py, run over every storage.
    """

    @abstractmethod
    def hold(
        self, work: str, holder: str, shards: int, now: datetime, until: datetime
    ) -> frozenset[int]:
        """Renew what the holder has of this work, and bring it to a fair share; what it has then.

        A share is `shards` divided by all who have called and not lapsed, itself included, rounded
        up; who has more gives some up, who has less takes what is free. Holders that come and go
        are noticed at the next call. Raises Busy when storage cannot be reached.
        """
        ...

    @abstractmethod
    def release(self, work: str, holder: str) -> None:
        """Give all of it up at once: others need not wait until it lapses."""
        ...
