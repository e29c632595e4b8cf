"""Who shares one kind of work, and who does which shard of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class LeaseShelf:
    """Until when each holder was there, and each shard is held, and by whom."""

    holders: dict[str, datetime] = field(default_factory=dict)
    shards: dict[int, tuple[str, datetime]] = field(default_factory=dict)

    def forget(self, now: datetime) -> None:
        """Drop what has lapsed."""
        self.holders = {who: until for who, until in self.holders.items() if until > now}
        self.shards = {shard: held for shard, held in self.shards.items() if held[1] > now}

    def of(self, holder: str) -> frozenset[int]:
        """The shards that this one holds."""
        return frozenset(shard for shard, (who, _) in self.shards.items() if who == holder)

    def leave(self, holder: str) -> None:
        """Drop a holder, and whatever it held."""
        self.holders.pop(holder, None)
        for shard in self.of(holder):
            del self.shards[shard]
