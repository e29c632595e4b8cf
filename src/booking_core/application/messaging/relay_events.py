"""Tell a broker what happened, each booking's events in their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from booking_core.application.messaging.route import Route
from booking_core.application.messaging.set_aside import CONSUMER, put_into_words
from booking_core.domain.kernel.ids import BookingId
from booking_core.ports.awaited import Awaiting
from booking_core.ports.clock import Clock
from booking_core.ports.inbox import Inbox, NewLetter
from booking_core.ports.leases import Leases
from booking_core.ports.outbox import SHARDS, Outbox, Unsent
from booking_core.ports.publisher import Message, NotPublished
from booking_core.ports.telemetry import NO_TELEMETRY, Fate, Telemetry

WORK = "relay"
BATCH = 500
# Whatever a killed relay had in hand waits until its lease and a renewal of another's are over:
# together less than the 10 s that recovery may take.
LEASE = timedelta(seconds=6)
RENEWALS = 3  # Per lease, so that one that fails loses no shard.


@dataclass(slots=True, kw_only=True)
class RelayEvents:
    """One relay, for one thread; any number of them share the shards by leases.

    An event is published only when a broker has all that came before it of its booking. So the
    first arrivals are in order whatever dies or freezes, and whoever believes in a lease that has
    lapsed does no more than tell something twice.

    Of several routes all have an event before it counts as sent; one that refuses holds the others
    up, but none is told again what it has. What a route cannot put into words is set aside as a
    dead letter in the inbox: then the events behind it go on, and `alarm` is told.

    While brokers confirm a full batch the one before it is marked, and the next one read.
    """

    outbox: Outbox
    leases: Leases
    inbox: Inbox
    routes: Sequence[Route]
    clock: Clock
    holder: str  # No two relays have the same name.
    batch: int = BATCH
    lease: timedelta = LEASE
    telemetry: Telemetry = NO_TELEMETRY
    alarm: Callable[[NewLetter], None] = lambda letter: None
    tell_again: Callable[[], int] = lambda: 0  # What was set aside, or lost, and is wanted.
    awaiting: Callable[[Sequence[Unsent], datetime], Awaiting] | None = None  # None: no receipts.
    _had: dict[str, set[int]] = field(default_factory=dict, init=False)  # Positions, by route.
    _sent: list[Unsent] = field(default_factory=list, init=False)  # To be marked.
    _ahead: Sequence[Unsent] = field(default=(), init=False)  # Only while our leases are fresh.
    _shards: frozenset[int] = field(default=frozenset(), init=False)
    _renewed: datetime | None = field(default=None, init=False)

    def turn(self) -> int:
        """Publish at most one batch; how many events it was.

        What the broker has is marked by the end of the turn, or where a batch follows at once,
        during the next; `stop` marks it, too.

        Raises NotPublished, when what was confirmed is marked: whoever calls backs off. Raises
        Busy when storage cannot be reached. Either way, whatever is not marked comes again.
        """
        is_to_renew = self._is_to_renew()
        if is_to_renew:
            self._ahead = ()  # Soon it may be another's.
        if not self._ahead:
            self._mark()
        shards = self._held()
        again = self.tell_again() if is_to_renew else 0
        if not shards:
            return again
        unsent, self._ahead = self._ahead or self.outbox.unsent(shards, self.batch), ()
        self._forget_but(unsent)
        told = 0
        try:
            for wave in waves(unsent):
                # A batch that is not full is most likely the last.
                is_more_likely = not told and len(unsent) == self.batch
                told += self._publish(wave, unsent if is_more_likely else ())
        except BaseException:
            self._ahead = ()
            raise
        finally:
            if not self._ahead:
                self._mark()
        return again + told

    def stop(self) -> None:
        """Leave the shards to others at once; another turn would hold some again."""
        self._shards, self._renewed, self._ahead = frozenset(), None, ()
        self._mark()
        self.leases.release(WORK, self.holder)

    def close(self) -> None:
        """Let go of the brokers' connections."""
        for route in self.routes:
            route.publisher.close()

    def _mark(self) -> None:
        if self._sent:
            now = self.clock.now()
            awaiting = None if self.awaiting is None else self.awaiting(self._sent, now)
            self.outbox.mark_sent([each.position for each in self._sent], now, awaiting)
            self._sent = []

    def _publish(self, wave: Sequence[Unsent], batch: Sequence[Unsent]) -> int:
        """How many of the wave every route has, also noted in `_sent` where that is not all.

        Behind `batch`, if that is given, the next one is read meanwhile.
        """
        with self.telemetry.publishing([each.event for each in wave]):
            telling = [(route, self._messages(route, wave)) for route in self.routes]
            begun = [
                (positions, self._had[route.name], route.publisher.begin(messages))
                for route, (positions, messages) in telling
                if messages
            ]
            try:
                if batch:
                    self._mark()
                    in_hand = [each.position for each in batch]
                    self._ahead = self.outbox.unsent(self._shards, self.batch, in_hand)
            finally:
                refusals = [_finish(*each) for each in begun]
                had = [self._had[route.name] for route in self.routes]
                done = [
                    place
                    for place, each in enumerate(wave)
                    if all(each.position in positions for positions in had)
                ]
                self._sent += [wave[place] for place in done]
            for refusal in refusals:
                if refusal is not None:
                    raise NotPublished(refusal.reason, frozenset(done)) from refusal
            return len(done)

    def _messages(self, route: Route, wave: Sequence[Unsent]) -> tuple[list[int], list[Message]]:
        """What the route has not yet, by position; what it will never have is noted."""
        had = self._had[route.name]
        positions: list[int] = []
        messages: list[Message] = []
        for each in wave:
            if each.position in had:
                continue
            words = put_into_words(route, each.event, self.clock)
            if isinstance(words, Message):
                positions.append(each.position)
                messages.append(words)
                continue
            if words is not None:
                self._keep(words, each.event.type)
            had.add(each.position)
        return positions, messages

    def _keep(self, letter: NewLetter, event_type: str) -> None:
        self.inbox.keep([letter])
        self.telemetry.fared(CONSUMER, event_type, Fate.DEAD)
        self.alarm(letter)

    def _forget_but(self, unsent: Sequence[Unsent]) -> None:
        """What the routes have is of interest as long as it is not marked."""
        positions = {each.position for each in unsent}
        for route in self.routes:
            self._had.setdefault(route.name, set()).intersection_update(positions)

    def _held(self) -> frozenset[int]:
        if self._is_to_renew():
            now = self.clock.now()
            self._shards = self.leases.hold(WORK, self.holder, SHARDS, now, now + self.lease)
            self._renewed = now
        return self._shards

    def _is_to_renew(self) -> bool:
        now, renewed = self.clock.now(), self._renewed
        # A clock that was set back must not keep us from renewing.
        return renewed is None or not renewed <= now < renewed + self.lease / RENEWALS


def _finish(
    positions: Sequence[int], had: set[int], confirm: Callable[[], None]
) -> NotPublished | None:
    """Note what of it the route has; why it has not all."""
    try:
        confirm()
    except NotPublished as refusal:
        had.update(positions[place] for place in refusal.confirmed)
        return refusal
    had.update(positions)
    return None


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
