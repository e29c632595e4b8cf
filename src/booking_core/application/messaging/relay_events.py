"""Tell a broker what happened, each booking's events in their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import BookingId
from booking_core.ports.clock import Clock
from booking_core.ports.leases import Leases
from booking_core.ports.outbox import SHARDS, Outbox, Unsent
from booking_core.ports.publisher import Message, NotPublished, Publisher
from booking_core.ports.telemetry import NO_TELEMETRY, Telemetry

WORK = "relay"
BATCH = 500
LEASE = timedelta(seconds=15)
RENEWALS = 3  # Per lease, so that one that fails loses no shard.


@dataclass(slots=True, kw_only=True)
class RelayEvents:
    """One relay, for one thread; any number of them share the shards by leases.

    An event is published only when a broker has all that came before it of its booking. So the
    first arrivals are in order whatever dies or freezes, and whoever believes in a lease that has
    lapsed does no more than tell something twice.
    """

    outbox: Outbox
    leases: Leases
    publisher: Publisher
    encode: Callable[[DomainEvent], Message]
    clock: Clock
    holder: str  # No two relays have the same name.
    batch: int = BATCH
    lease: timedelta = LEASE
    telemetry: Telemetry = NO_TELEMETRY
    _shards: frozenset[int] = field(default=frozenset(), init=False)
    _renewed: datetime | None = field(default=None, init=False)

    def turn(self) -> int:
        """Publish at most one batch, and mark what the broker has; how many events it was.

        Raises NotPublished, when what was confirmed is marked: whoever calls backs off. Raises
        Busy when storage cannot be reached. Either way, whatever is not marked comes again.
        """
        shards = self._held()
        if not shards:
            return 0
        sent: list[int] = []
        try:
            for wave in waves(self.outbox.unsent(shards, self.batch)):
                self._publish(wave, sent)
        finally:
            if sent:
                self.outbox.mark_sent(sent, self.clock.now())
        return len(sent)

    def stop(self) -> None:
        """Leave the shards to others at once; another turn would hold some again."""
        self._shards, self._renewed = frozenset(), None
        self.leases.release(WORK, self.holder)

    def _publish(self, wave: Sequence[Unsent], sent: list[int]) -> None:
        """Note in `sent` what of it the broker has, also where that is not all."""
        messages = [self.encode(each.event) for each in wave]
        try:
            with self.telemetry.publishing([each.event for each in wave]):
                self.publisher.publish(messages)
        except NotPublished as refusal:
            sent += [wave[place].position for place in sorted(refusal.confirmed)]
            raise
        sent += [each.position for each in wave]

    def _held(self) -> frozenset[int]:
        now, renewed = self.clock.now(), self._renewed
        # A clock that was set back must not keep us from renewing.
        if renewed is None or not renewed <= now < renewed + self.lease / RENEWALS:
            self._shards = self.leases.hold(WORK, self.holder, SHARDS, now, now + self.lease)
            self._renewed = now
        return self._shards


def waves(events: Iterable[Unsent]) -> list[list[Unsent]]:
    """The events so that no booking is twice in a wave, and each wave's after those before it.

    A broker that refuses one event of a wave may have taken the next one: it must be another
    booking's.
    """
    seen: Counter[BookingId] = Counter()
    told: list[list[Unsent]] = []
    for each in events:
        number = seen[each.event.booking_id]
        seen[each.event.booking_id] += 1
        if number == len(told):
            told.append([])
        told[number].append(each)
    return told
