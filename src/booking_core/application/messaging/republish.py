"""Tell again what a consumer has no receipt for: a broker may have lost it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar

from booking_core.application.messaging.await_receipts import RECEIPT_WITHIN
from booking_core.application.messaging.keepable import keepable
from booking_core.application.messaging.route import Route
from booking_core.application.messaging.set_aside import CONSUMER, put_into_words, set_aside
from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.domain.kernel.events import DomainEvent
from booking_core.ports.awaited import Awaited, Unanswered
from booking_core.ports.clock import Clock
from booking_core.ports.inbox import Inbox, NewLetter, identity_of
from booking_core.ports.publisher import Message, NotPublished, told_again
from booking_core.ports.telemetry import NO_TELEMETRY, Fate, Telemetry

CLAIM = timedelta(seconds=20)  # Longer than a broker takes to refuse.
AT_ONCE = 1000
TIMES = 20
TOLD_MOST = 500  # In a turn: what is new has its turn then.
PATIENCE = 10
LONGEST = timedelta(days=1)  # Receipts are kept for longer.
AGAIN_MOST = 8


@dataclass(eq=False)
class NoReceipt(BookingError):
    """{consumer} was told {times} times, and has no receipt for it"""

    code: ClassVar[str] = "no-receipt"
    kind: ClassVar[Kind] = Kind.CONFLICT
    consumer: str
    times: int


@dataclass(frozen=True, slots=True)
class _Told:
    """An event that has no receipt, and how each route tells it."""

    unanswered: Unanswered
    words: Sequence[tuple[Route, Message]]


@dataclass(slots=True, kw_only=True)
class Republish:
    """Relays do it beside their other work, any number of them at once.

    What is overtaken was lost, or is in the hands of one that died: it is told again as soon as its
    receipt is overdue. If nothing later was answered either, the consumer may be down or slow, and
    has ten times as long. Both double each time; in the end it is a dead letter of the relay's, and
    `alarm` is told. A consumer that keeps a letter has the event for good, which is as much as a
    receipt.

    `routes` are those by which `consumers` are told. What is told again comes out of its order.
    """

    awaited: Awaited
    inbox: Inbox
    routes: Sequence[Route]
    clock: Clock
    consumers: Collection[str]
    within: timedelta = RECEIPT_WITHIN
    telemetry: Telemetry = NO_TELEMETRY
    alarm: Callable[[NewLetter], None] = lambda letter: None
    _began: bool = field(default=False, init=False)

    def __call__(self) -> int:
        """Look for receipts, and tell again what is due for it; how many tellings it were.

        Raises Busy when storage cannot be reached; what was claimed is due again after a while.
        """
        if not self._began:  # Whoever was awaited before may be awaited no more.
            self.awaited.forget_but(self.consumers)
            self._began = True
        told = 0
        for _ in range(TIMES):
            now = self.clock.now()
            looked = self.awaited.look(now, now + CLAIM, AT_ONCE)
            lost = self._lost(looked.unanswered, now)
            count = self._tell(lost[: TOLD_MOST - told])
            self._leave(lost[TOLD_MOST - told :], now)
            told += count
            if looked.count < AT_ONCE or count < len(lost):
                break
        return told

    def _lost(self, unanswered: Sequence[Unanswered], now: datetime) -> list[_Told]:
        """Those that have to be told again; all others are put back, or awaited no more."""
        patient, answered, gone, lost = [], [], [], []
        every = [_Told(each, self._words(each.event)) for each in unanswered]
        letters = self._letters(every)
        for told in every:
            each = told.unanswered
            patience = each.told_at + self._doubled(PATIENCE * self.within, each.again)
            if not told.words:
                gone.append(each)
            elif letters.get(each.consumer, frozenset()) >= _identities(told):
                answered.append(each)
            elif not each.is_overtaken and now < patience:
                patient.append(replace(each, due_at=patience, lags=True))
            elif each.again >= AGAIN_MOST:
                self._give_up(told)
                gone.append(each)
            else:
                lost.append(told)
        self.awaited.put_back(patient)
        self.awaited.close(answered, answered=True)
        self.awaited.close(gone, answered=False)
        return lost

    def _letters(self, every: Sequence[_Told]) -> dict[str, frozenset[str]]:
        """By consumer, which of these it keeps as letters."""
        asked: defaultdict[str, set[str]] = defaultdict(set)
        for told in every:
            asked[told.unanswered.consumer] |= _identities(told)
        return {
            consumer: frozenset(self.inbox.keeps(consumer, identities))
            for consumer, identities in asked.items()
            if identities
        }

    def _words(self, event: DomainEvent) -> list[tuple[Route, Message]]:
        """Nothing by a route that cannot tell it: it is a letter since it was to be told first."""
        words = []
        for route in self.routes:
            told = put_into_words(route, event, self.clock)
            if isinstance(told, Message):
                words.append((route, told))
            elif told is not None:
                self.inbox.keep([told])
        return words

    def _give_up(self, told: _Told) -> None:
        each = told.unanswered
        error = NoReceipt(each.consumer, 1 + each.again)
        for route, _ in told.words:
            letter = set_aside(each.event, route.name, error, self.clock, awaited=each.consumer)
            self.inbox.keep([letter])
            self.alarm(letter)
        self.telemetry.fared(CONSUMER, each.event.type, Fate.DEAD)

    def _tell(self, lost: Sequence[_Told]) -> int:
        """An event once, whoever lost it; how many of these the broker has now."""
        if not lost:
            return 0
        had = {route.name: self._publish(route, lost) for route in self.routes}
        now = self.clock.now()
        told: list[_Told] = []
        left: list[_Told] = []
        for each in lost:
            event = each.unanswered.event
            is_told = all(event.event_id in had[route.name] for route, _ in each.words)
            (told if is_told else left).append(each)
        for each in told:
            awaited = each.unanswered
            self.telemetry.fared(awaited.consumer, awaited.event.type, Fate.TOLD_AGAIN)
        self.awaited.put_back([self._again(each.unanswered, now) for each in told])
        self._leave(left, now)
        return len(told)

    def _publish(self, route: Route, lost: Sequence[_Told]) -> Collection[str]:
        """The ids of the events that the broker has now by this route."""
        messages = {
            told.unanswered.event.event_id: told_again(message)
            for told in lost
            for its, message in told.words
            if its is route
        }
        ids = list(messages)
        try:
            if messages:
                route.publisher.publish(list(messages.values()))
        except NotPublished as refusal:  # The relay has more to tell by it, and will complain.
            return {ids[place] for place in refusal.confirmed}
        return messages.keys()

    def _again(self, each: Unanswered, now: datetime) -> Unanswered:
        again = each.again + 1
        due_at = now + self._doubled(self.within, again)
        return replace(each, told_at=now, again=again, due_at=due_at)

    def _leave(self, left: Sequence[_Told], now: datetime) -> None:
        """Until the next turn."""
        self.awaited.put_back([replace(told.unanswered, due_at=now) for told in left])

    def _doubled(self, first: timedelta, times: int) -> timedelta:
        return min(first * (1 << times), LONGEST)


def _identities(told: _Told) -> set[str]:
    return {identity_of(keepable(message)) for _, message in told.words}
