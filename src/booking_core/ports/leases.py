"""Who works on which shards, so that several processes share them and nobody's stay undone."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import Protocol


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

        A share is `shards` divided by all who hold some now, itself included, rounded up; who has
        more gives some up, who has less takes what is free. Holders that come and go are noticed
        at the next call.
        """
        ...

    @abstractmethod
    def release(self, work: str, holder: str) -> None:
        """Give all of it up at once: others need not wait until it lapses."""
        ...
