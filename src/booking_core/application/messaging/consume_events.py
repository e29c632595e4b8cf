"""Receive what a broker brings for one consumer, and apply each event once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from booking_core.application.messaging.apply_messages import ApplyMessages, Guard
from booking_core.application.messaging.consumer import Consumer, Writes
from booking_core.application.messaging.hearing import Hearing
from booking_core.application.messaging.keepable import BODY_BYTES_MOST, keepable
from booking_core.application.messaging.retry_letters import FATES, TOGETHER_MOST, RetryLetters
from booking_core.application.messaging.retry_schedule import RetrySchedule
from booking_core.application.messaging.verdict import AGAIN, Judge, Verdict
from booking_core.domain.kernel.errors import BookingError, Busy
from booking_core.domain.kernel.incoming import Incoming, UnreadableMessage
from booking_core.ports.clock import Clock
from booking_core.ports.inbox import Inbox, NewLetter, Standing
from booking_core.ports.publisher import TOLD_AGAIN
from booking_core.ports.randomness import Randomness
from booking_core.ports.receiver import Delivery, Receiver
from booking_core.ports.telemetry import NO_TELEMETRY, Fate, Telemetry

BATCH = 100
WAIT_SECONDS = 1.0
CLAIM = timedelta(seconds=40)
LOOK_EVERY = timedelta(seconds=0.25)  # For letters, where there were none.
STIR_SECONDS = 0.05  # The same, and between deliveries, while there were some of late.
STIRRED_FOR = timedelta(seconds=3)
LETTERS_PER_TURN = 50
LETTERS_FOR = timedelta(seconds=0.5)  # Then what is new has its turn.


def _never() -> bool:
    return False


@dataclass(slots=True, kw_only=True)
class ConsumeEvents:
    """One worker of a consumer, for one thread; any number of them share its queue and letters.

    A message is accepted when what came of it is committed: its effect with a receipt, or a letter.
    One that somebody may have had before is a letter first, and its attempts are counted before
    they begin: so one that kills every worker comes to an end. `guard` is around work that could
    take for ever; after `stopping` nothing new is begun.
    """

    consumer: Consumer
    inbox: Inbox
    receiver: Receiver
    clock: Clock
    randomness: Randomness
    schedule: RetrySchedule = field(default_factory=RetrySchedule)
    claim: timedelta = CLAIM
    telemetry: Telemetry = NO_TELEMETRY
    guard: Guard = nullcontext
    stopping: Callable[[], bool] = _never
    batch: int = BATCH
    wait_seconds: float = WAIT_SECONDS
    _apply: ApplyMessages = field(init=False)
    _judge: Judge = field(init=False)
    _retry: RetryLetters = field(init=False)
    _hearing: Hearing = field(init=False)
    _none_due: datetime | None = field(default=None, init=False)  # When that was seen.
    _stirred: datetime | None = field(default=None, init=False)  # When there last was a letter.

    def __post_init__(self) -> None:
        self._apply = ApplyMessages(
            consumer=self.consumer,
            inbox=self.inbox,
            clock=self.clock,
            telemetry=self.telemetry,
            guard=self.guard,
        )
        self._judge = Judge(schedule=self.schedule, randomness=self.randomness)
        self._hearing = Hearing(pause_most=self.claim)  # No handler works for as long as that.
        self._retry = RetryLetters(
            apply=self._apply, judge=self._judge, claim=self.claim, hearing=self._hearing
        )

    def turn(self) -> int:
        """Try letters that are due, then what the broker brings; how many it was in all.

        Raises Busy when storage or broker is away: whoever calls backs off, and nothing is lost.
        """
        letters = self._try_letters()
        if self.stopping():
            return letters
        hand = _Hand(self.receiver, self._receive(self._patience(letters)))
        count = len(hand.deliveries)
        for topic, many in Counter(each.message.topic for each in hand.deliveries).items():
            self.telemetry.fared(self.consumer.name, topic, Fate.RECEIVED, many)
        try:
            self._work_through(hand)
        finally:
            hand.give_back()
        return letters + count

    def close(self) -> None:
        """Give back what was not begun."""
        self.receiver.close()

    def _receive(self, seconds: float) -> Sequence[Delivery]:
        try:
            deliveries = self.receiver.receive(self.batch, seconds)
        except Busy:
            self._hearing.broke()
            raise
        self._hearing.heard(self.clock.now())
        return deliveries

    def _patience(self, letters: int) -> float:
        if letters:
            return 0.0
        return min(STIR_SECONDS, self.wait_seconds) if self._is_stirred() else self.wait_seconds

    def _is_stirred(self) -> bool:
        return _within(self.clock.now(), self._stirred, STIRRED_FOR)

    def _try_letters(self) -> int:
        began = self.clock.now()
        every = timedelta(seconds=STIR_SECONDS) if self._is_stirred() else LOOK_EVERY
        if _within(began, self._none_due, every):
            return 0
        count, is_more = 0, True
        while is_more and count < LETTERS_PER_TURN:
            if self.stopping() or self.clock.now() - began >= LETTERS_FOR:
                break
            is_more = bool(self._retry.one())
            count += is_more
        early = 0 if self.stopping() else self._retry.early()
        if count or early:
            self._stirred = began
        if not is_more and early < TOGETHER_MOST:
            self._none_due = began
        return count + early

    def _work_through(self, hand: _Hand) -> None:
        fresh = self._sift(hand)
        match self.consumer.handler:
            case Writes() as write if len(fresh) > 1:
                done = self._apply_together(hand, fresh, write)
            case _:
                done = False
        if not done:
            for delivery, message in fresh:
                if self.stopping():
                    return
                self._apply_alone(hand, delivery, message)

    def _sift(self, hand: _Hand) -> list[tuple[Delivery, Incoming]]:
        """Those that can be applied now; the others are letters already, alive or dead."""
        fresh, others, now = [], [], self.clock.now()
        for delivery in hand.deliveries:
            if len(delivery.message.body) > BODY_BYTES_MOST:  # It is cut, so it is judged whole.
                too_large = UnreadableMessage(f"it is larger than {BODY_BYTES_MOST} bytes")
                others.append((delivery, self._judge.unreadable(too_large, 1)))
                continue
            if delivery.may_be_again or TOLD_AGAIN in delivery.message.headers:
                again = "Somebody may have had it before"
                others.append((delivery, Verdict(due_at=now, attempts=0, code=AGAIN, cause=again)))
                continue
            try:
                fresh.append((delivery, self.consumer.decode(delivery.message)))
            except BookingError as refusal:
                others.append((delivery, self._judge.unreadable(refusal, 1)))
            except Exception as error:  # noqa: BLE001  # Whatever it is, it is kept with the letter.
                others.append((delivery, self._judge.failed(error, 1, now, now)))
        self._keep(hand, others)
        return fresh

    def _apply_together(
        self, hand: _Hand, fresh: Sequence[tuple[Delivery, Incoming]], write: Writes
    ) -> bool:
        """False if something in it failed: then nothing was done, and each is tried by itself."""
        try:
            found = self._apply.together([message for _, message in fresh], write)
        except Exception:  # noqa: BLE001  # Each will tell by itself.
            return False
        hand.accept(
            delivery
            for (delivery, _), standing in zip(fresh, found, strict=True)
            if standing is not Standing.EARLY
        )
        told: Counter[tuple[str, Fate]] = Counter()
        early = []
        for (delivery, _), standing in zip(fresh, found, strict=True):
            if standing is Standing.EARLY:
                early.append((delivery, self._early()))
            else:
                told[delivery.message.topic, FATES[standing]] += 1
        for (topic, fate), count in told.items():
            self.telemetry.fared(self.consumer.name, topic, fate, count)
        self._keep(hand, early)
        return True

    def _apply_alone(self, hand: _Hand, delivery: Delivery, message: Incoming) -> None:
        try:
            standing = self._apply.alone(message)
        except Exception as error:  # noqa: BLE001  # Whatever it is, it is kept with the letter.
            now = self.clock.now()
            # Where it is storage that is away, keeping raises Busy, and all of it is given back.
            self._keep(hand, [(delivery, self._judge.failed(error, 1, now, now))])
            return
        if standing is Standing.EARLY:
            self._keep(hand, [(delivery, self._early())])
            return
        hand.accept([delivery])
        self.telemetry.fared(self.consumer.name, delivery.message.topic, FATES[standing])

    def _early(self) -> Verdict:
        now = self.clock.now()
        return self._judge.early(1, now, now)

    def _keep(self, hand: _Hand, judged: Sequence[tuple[Delivery, Verdict]]) -> None:
        """Letters first, then their deliveries are done with."""
        if not judged:
            return
        now = self._stirred = self.clock.now()
        self._none_due = None
        self.inbox.keep(
            [
                NewLetter(
                    consumer=self.consumer.name,
                    message=keepable(delivery.message),
                    attempts=verdict.attempts,
                    due_at=verdict.due_at,
                    code=verdict.code,
                    cause=verdict.cause,
                    at=now,
                )
                for delivery, verdict in judged
            ]
        )
        hand.refuse(delivery for delivery, verdict in judged if verdict.due_at is None)
        hand.accept(delivery for delivery, verdict in judged if verdict.due_at is not None)
        for delivery, verdict in judged:
            if verdict.code != AGAIN:
                self.telemetry.fared(self.consumer.name, delivery.message.topic, verdict.fate)


def _within(now: datetime, since: datetime | None, span: timedelta) -> bool:
    # A clock that was set back must not keep us from looking.
    return since is not None and since <= now < since + span


class _Hand:
    """What was received and is neither accepted nor given back."""

    def __init__(self, receiver: Receiver, deliveries: Sequence[Delivery]) -> None:
        self.deliveries = tuple(deliveries)
        self._receiver = receiver
        self._left = {id(delivery): delivery for delivery in deliveries}

    def accept(self, deliveries: Iterable[Delivery]) -> None:
        self._settle(list(deliveries), self._receiver.accept)

    def refuse(self, deliveries: Iterable[Delivery]) -> None:
        self._settle(list(deliveries), self._receiver.refuse)

    def _settle(self, done: list[Delivery], say: Callable[[list[Delivery]], None]) -> None:
        if done:
            say(done)
        for delivery in done:
            del self._left[id(delivery)]

    def give_back(self) -> None:
        left, self._left = list(self._left.values()), {}
        if left:
            self._receiver.give_back(left)
