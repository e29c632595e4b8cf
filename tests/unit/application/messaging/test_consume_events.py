"""Whatever comes, and whoever dies: each event has one effect, or is a letter that says why not."""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from booking_adapters.memory.receiver import MemoryReceiver
from booking_core.application.messaging.keepable import BODY_BYTES_MOST
from booking_core.application.messaging.retry_schedule import RetrySchedule
from booking_core.domain.kernel.errors import Busy, IllegalTransition, InvalidInput, NotFound
from booking_core.domain.kernel.incoming import Incoming, UntrustedMessage
from booking_core.ports.inbox import (
    Inbox,
    Letter,
    LetterState,
    NewLetter,
    Returned,
    Standing,
    Told,
)
from booking_core.ports.publisher import Message
from booking_core.ports.receiver import Delivery, Subscription
from booking_core.ports.telemetry import Fate
from tests.unit.application.messaging.desk import (
    CONSUMER,
    EXCHANGE,
    QUEUE,
    SECOND,
    Desk,
    Died,
    an_event,
    decode,
    times,
)


class Watching(Inbox):
    """The storage's own, until it is told to be away, or its process to die."""

    def __init__(self, inbox: Inbox) -> None:
        """Let all pass."""
        self.inbox = inbox
        self.away: set[str] = set()
        self.deadly: set[str] = set()
        self.called: list[str] = []

    def _pass(self, name: str, *arguments: Any, **named: Any) -> Any:
        self.called.append(name)
        if name in self.away:
            raise Busy("storage is away")
        if name in self.deadly:
            raise Died
        return getattr(self.inbox, name)(*arguments, **named)

    def look(self, consumer: str, told: Sequence[Told], *, in_order: bool) -> Sequence[Standing]:
        """As it is."""
        return self._pass("look", consumer, told, in_order=in_order)  # type: ignore[no-any-return]

    def together(self, consumer: str, now: datetime) -> Any:
        """As it is."""
        return self._pass("together", consumer, now)

    def keep(self, letters: Sequence[NewLetter]) -> None:
        """As it is."""
        self._pass("keep", letters)

    def claim(
        self, consumer: str, now: datetime, until: datetime, most: int, *, early: bool | None = None
    ) -> Sequence[Letter]:
        """As it is."""
        return self._pass("claim", consumer, now, until, most, early=early)  # type: ignore[no-any-return]

    def put_back(self, letters: Sequence[Returned]) -> None:
        """As it is."""
        self._pass("put_back", letters)

    def letters(
        self, consumer: str | None, state: LetterState, *, after: int = 0, most: int = 100
    ) -> Sequence[Letter]:
        """As it is."""
        return self.inbox.letters(consumer, state, after=after, most=most)

    def letter(self, letter: int) -> Letter:
        """As it is."""
        return self.inbox.letter(letter)

    def replay(self, letters: Collection[int], now: datetime) -> int:
        """As it is."""
        return self.inbox.replay(letters, now)

    def drop(self, letters: Collection[int]) -> int:
        """As it is."""
        return self.inbox.drop(letters)

    def counts(self) -> Any:
        """As it is."""
        return self.inbox.counts()

    def keeps(self, consumer: str, identities: Collection[str]) -> Set[str]:
        """As it is."""
        return self.inbox.keeps(consumer, identities)

    def forget_receipts(self, before: datetime, most: int) -> int:
        """As it is."""
        return self.inbox.forget_receipts(before, most)


def _die(*_: object) -> None:
    raise Died


@pytest.fixture(params=["writes", "acts"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """With a handler of either kind, which is told everything in order."""
    return Desk(acts=request.param == "acts")


def test_a_batch_is_applied_and_accepted(desk: Desk) -> None:
    """Each has its effect, in order, and nothing comes again."""
    worker = desk.worker()
    desk.happens("a", 1, 2)
    desk.happens("b", 1)
    assert worker.turn() == 3
    assert desk.effects == [("a", 1), ("a", 2), ("b", 1)]
    worker.close()
    assert desk.queued() == 0
    assert (desk.fared(Fate.RECEIVED), desk.fared(Fate.APPLIED)) == (3, 3)


def test_a_copy_has_no_second_effect(desk: Desk) -> None:
    """In the same batch, in a later one, or as a letter."""
    worker = desk.worker()
    desk.happens("a", 1, 1)
    worker.turn()
    desk.happens("a", 1)
    worker.turn()
    assert desk.effects == [("a", 1)]
    assert desk.fared(Fate.DUPLICATE) == 2
    assert desk.queued() == 0


def test_what_was_done_and_not_accepted_has_one_effect(desk: Desk) -> None:
    """Whoever dies between the two has done it: its copy is a letter, and then nothing."""
    worker = desk.worker()
    worker.receiver.accept = _die  # type: ignore[method-assign]
    desk.happens("a", 1)
    with pytest.raises(Died):
        worker.turn()
    desk.settle(desk.worker())
    assert desk.effects == [("a", 1)]
    assert desk.tried["a", 1] == 1
    assert desk.fared(Fate.DUPLICATE) == 1


def test_nothing_is_accepted_before_it_is_committed(desk: Desk) -> None:
    """Whoever dies in the transaction leaves the message with the broker."""
    inbox = Watching(desk.inbox)
    inbox.deadly.add("together")
    accepted: list[Delivery] = []
    worker = desk.worker(inbox=inbox)
    accept = worker.receiver.accept
    worker.receiver.accept = lambda them: (accepted.extend(them), accept(them))[1]  # type: ignore[method-assign]
    desk.happens("a", 1, 2)
    with pytest.raises(Died):
        worker.turn()
    assert accepted == []
    desk.settle(desk.worker())
    assert sorted(set(desk.effects)) == [("a", 1), ("a", 2)]


def test_one_that_fails_does_not_hold_up_the_others(desk: Desk) -> None:
    """It is tried again after a while; its booking's next one waits for it."""
    desk.will("a", 1, *times(ValueError("no"), 2))
    worker = desk.worker()
    desk.happens("a", 1, 2)
    desk.happens("b", 1)
    worker.turn()
    assert desk.effects == [("b", 1)]
    assert desk.queued() == 0
    desk.settle(worker)
    assert desk.effects == [("b", 1), ("a", 1), ("a", 2)]
    assert not desk.letters()
    assert desk.fared(Fate.WAITING) >= 1


def test_retries_keep_to_the_schedule_and_end_as_a_dead_letter() -> None:
    """Three retries by default, each attempt counted, the cause kept."""
    desk = Desk(schedule=RetrySchedule(intervals=(SECOND, 10 * SECOND), has_jitter=False))
    desk.will("a", 1, *times(ValueError("no\nDETAIL: of nobody's concern"), 99))
    worker = desk.worker()
    desk.happens("a", 1)
    tries = []
    for _ in range(20):
        worker.turn()
        tries.append(desk.tried["a", 1])
        desk.clock.advance(SECOND)
    # A lonely message is tried once; a second later again, and ten seconds after that.
    assert tries == [1] + [2] * 10 + [3] * 9
    (letter,) = desk.dead()
    assert (letter.attempts, letter.code) == (3, "handler-failed")
    assert letter.cause == "ValueError: no"
    assert desk.fared(Fate.DEAD) == 1


def test_a_fixed_interval_is_a_schedule_too() -> None:
    """Three times, a minute apart."""
    fixed = RetrySchedule(intervals=(60 * SECOND,) * 3, has_jitter=False)
    desk = Desk(schedule=fixed, acts=True)
    desk.will("a", 1, *times(ValueError(), 99))
    worker = desk.worker()
    desk.happens("a", 1)
    tried = []
    for _ in range(5):
        worker.turn()
        tried.append(desk.tried["a", 1])
        desk.clock.advance(60 * SECOND)
    assert tried == [1, 2, 3, 4, 4]


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (InvalidInput("amount", "positive"), 1),
        (NotFound("booking", "a"), 4),
        (IllegalTransition("booking", "EXPIRED", "pay"), 4),
    ],
)
def test_what_can_never_work_is_dead_at_once(desk: Desk, error: Exception, tries: int) -> None:
    """What is missing or in conflict may be otherwise later."""
    desk.will("a", 1, *times(error, 99))
    desk.happens("a", 1)
    desk.settle(desk.worker())
    assert desk.tried["a", 1] == tries
    (letter,) = desk.dead()
    assert letter.code == error.code  # type: ignore[attr-defined]


def test_an_outage_uses_up_no_attempts(desk: Desk) -> None:
    """A provider that is away for an hour is asked again until it is back."""
    desk.will("a", 1, *times(Busy("the provider is away"), 30))
    worker = desk.worker()
    desk.happens("a", 1)
    desk.settle(worker, minutes=60)
    assert desk.effects == [("a", 1)]
    assert not desk.dead()


def test_an_outage_of_days_ends_as_a_dead_letter(desk: Desk) -> None:
    """Somebody has to look."""
    desk.will("a", 1, *times(Busy("the provider is away"), 9999))
    worker = desk.worker()
    desk.happens("a", 1)
    desk.settle(worker, minutes=26 * 60)
    (letter,) = desk.dead()
    assert letter.code == "busy"


def test_after_an_outage_of_days_a_replay_has_all_its_time_again(desk: Desk) -> None:
    """Who is still away an hour later does not make it a dead letter at once."""
    desk.will("a", 1, *times(Busy("the provider is away"), 9999))
    worker = desk.worker()
    desk.happens("a", 1)
    desk.settle(worker, minutes=26 * 60)
    desk.will("a", 1, *times(Busy("the provider is away"), 30))
    desk.inbox.replay([letter.id for letter in desk.dead()], desk.clock.now())
    desk.settle(worker, minutes=60)
    assert desk.effects == [("a", 1)]
    assert not desk.dead()


@pytest.mark.parametrize("away", [{"together", "keep"}, {"claim"}, {"look", "together", "keep"}])
def test_while_storage_is_away_everything_stays_with_the_broker(desk: Desk, away: set[str]) -> None:
    """Busy is for the caller; when storage is back, all is applied once."""
    inbox = Watching(desk.inbox)
    worker = desk.worker(inbox=inbox)
    desk.happens("a", 1, 2)
    inbox.away |= away
    with pytest.raises(Busy):
        worker.turn()
    worker.close()
    assert desk.queued() == 2
    inbox.away.clear()
    desk.settle(desk.worker(inbox=inbox))
    assert desk.effects == [("a", 1), ("a", 2)]


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"\xff\0 no text", "unreadable-message"), (b"{}", "unknown-message")],
)
def test_what_says_nothing_to_us_is_a_dead_letter_at_once(
    desk: Desk, body: bytes, code: str
) -> None:
    """Whole, so that a later release may read it."""
    desk.send(Message(key="a", topic="booking.created", body=body), an_event("b", 1))
    desk.worker().turn()
    (letter,) = desk.dead()
    assert (letter.code, letter.attempts, letter.message.body) == (code, 1, body)
    assert desk.effects == [("b", 1)]
    assert desk.queued() == 0


def test_a_message_from_a_tenant_that_is_none_of_ours_ends_dead(desk: Desk) -> None:
    """It has no effect, and its cause is named."""
    desk.send(an_event("a", 1, "nobody"), an_event("b", 1))
    desk.settle(desk.worker())
    (letter,) = desk.dead()
    assert letter.cause == "There is no tenant nobody"
    assert desk.effects == [("b", 1)]


def test_one_that_kills_every_worker_is_dead_in_the_end(desk: Desk) -> None:
    """Its attempts are counted before they begin; nothing beside it is lost or dead."""
    desk.will("a", 1, *times(Died(), 99))
    desk.happens("b", 1)
    desk.happens("a", 1)
    desk.happens("c", 1)
    deaths = 0
    for _ in range(100):
        worker = desk.worker()
        try:
            desk.settle(worker, minutes=1)
        except Died:
            deaths += 1
            worker.close()  # The broker notices.
        desk.clock.advance(20 * SECOND)
    assert deaths == 5  # Once before it was a letter, and four attempts.
    (letter,) = desk.dead()
    assert (letter.code, letter.attempts) == ("worker-died", 4)
    assert sorted(set(desk.effects)) == [("b", 1), ("c", 1)]
    assert not desk.letters()


def test_whoever_may_have_been_told_before_is_counted_before_it_is_handled(desk: Desk) -> None:
    """What comes again is a letter first, and its delivery accepted."""
    desk.happens("a", 1)
    receiver = desk.receiver()
    receiver.receive(1, 0)
    receiver.close()  # Whoever had it died.
    inbox = Watching(desk.inbox)
    inbox.deadly |= {"look", "together"}
    worker = desk.worker(inbox=inbox)
    for _ in range(2):
        with suppress(Died):
            worker.turn()
    began = inbox.called.index("look" if desk.acts else "together")
    assert "claim" in inbox.called[inbox.called.index("keep") : began]
    (letter,) = desk.letters()
    assert letter.attempts == 1
    assert desk.queued() == 0


def test_a_gap_is_waited_for(desk: Desk) -> None:
    """However early one comes, it is applied after those before it."""
    worker = desk.worker()
    desk.happens("a", 3, 2)
    worker.turn()
    assert desk.effects == []
    desk.happens("a", 1)
    desk.settle(worker)
    assert desk.effects == [("a", 1), ("a", 2), ("a", 3)]
    assert all(letter.attempts == 0 for letter in desk.letters())


def test_a_gap_that_never_closes_is_given_up(desk: Desk) -> None:
    """The earliest of those that wait goes first; what was missing is stale when it comes."""
    worker = desk.worker()
    desk.happens("a", 5)
    worker.turn()
    desk.clock.advance(30 * SECOND)
    desk.happens("a", 4, 3)
    desk.settle(worker)
    assert desk.effects == [("a", 3), ("a", 4), ("a", 5)]
    assert desk.fared(Fate.GAP_GIVEN_UP) == 1
    desk.happens("a", 1, 2)
    desk.settle(worker)
    assert desk.effects == [("a", 3), ("a", 4), ("a", 5)]
    assert desk.fared(Fate.STALE) == 2


def test_what_came_too_early_is_made_up_for_together() -> None:
    """However many there are, they cost few transactions, and are applied in their order."""
    desk = Desk()
    inbox = Watching(desk.inbox)
    worker = desk.worker(inbox=inbox)
    bookings = [f"b{number}" for number in range(20)]
    for booking in bookings:
        desk.happens(booking, 5, 4, 3, 2)
    desk.settle(worker, minutes=0)
    for booking in bookings:
        desk.happens(booking, 1)
    desk.settle(worker)
    assert sorted(desk.effects) == sorted((each, n) for each in bookings for n in range(1, 6))
    assert inbox.called.count("together") <= 4
    for booking in bookings:
        assert [number for name, number in desk.effects if name == booking] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("error", [Died(), ValueError("no")], ids=["kills", "fails"])
def test_one_among_those_too_early_takes_no_other_along(desk: Desk, error: BaseException) -> None:
    """Whoever tries them together, and fails or dies, tries each by itself after that."""
    desk.will("bad", 2, *times(error, 99))
    for booking in "good", "bad", "better":
        desk.happens(booking, 2)
    worker = desk.worker()
    worker.turn()
    assert len(desk.letters()) == 3
    for booking in "good", "bad", "better":
        desk.happens(booking, 1)
    for _ in range(8):
        with suppress(Died):
            desk.settle(worker, minutes=2)
        worker.close()
        worker = desk.worker()
        desk.clock.advance(60 * SECOND)
    done = [(name, number) for name in ("better", "good") for number in (1, 2)]
    assert sorted(desk.effects) == [("bad", 1), *done]
    (dead,) = desk.dead()
    assert dead.message == an_event("bad", 2)
    assert not desk.letters()


class Deaf(MemoryReceiver):
    """A line to a broker that is away now and then."""

    is_away = False

    def receive(self, most: int, seconds: float) -> Sequence[Delivery]:
        """Nothing, for want of a broker."""
        if self.is_away:
            raise Busy("the broker is away")
        return super().receive(most, seconds)


def test_a_gap_is_not_given_up_while_the_broker_is_away(desk: Desk) -> None:
    """What is missing is with the broker: it has all its time once that is back."""
    subscription = Subscription(consumer=CONSUMER, topics=("#",))
    receiver = Deaf(desk.broker, EXCHANGE, subscription, QUEUE)
    worker = desk.worker(receiver=receiver)
    desk.happens("a", 2)
    worker.turn()
    receiver.is_away = True
    for _ in range(100):
        desk.clock.advance(10 * SECOND)
        with pytest.raises(Busy):
            worker.turn()
    receiver.is_away = False
    desk.happens("a", 1)
    desk.settle(worker)
    assert desk.effects == [("a", 1), ("a", 2)]


@pytest.mark.parametrize("is_new", [False, True])
def test_a_worker_that_slept_gives_up_no_gap(desk: Desk, is_new: bool) -> None:
    """Whoever was frozen, or has just begun, has not listened for what is missing."""
    worker = desk.worker()
    desk.happens("a", 2)
    worker.turn()
    desk.clock.advance(3600 * SECOND)
    desk.happens("a", 1)
    desk.settle(desk.worker() if is_new else worker)
    assert desk.effects == [("a", 1), ("a", 2)]


def test_whoever_is_not_told_everything_waits_for_nothing() -> None:
    """Without an order nothing is early or stale, and a copy still has no effect."""
    desk = Desk(in_order=False)
    desk.happens("a", 5, 2, 5)
    desk.worker().turn()
    assert desk.effects == [("a", 5), ("a", 2)]


def test_a_dead_letter_that_is_replayed_is_applied(desk: Desk) -> None:
    """Months later: with new attempts, and once."""
    desk.will("a", 1, *times(ValueError(), 4))
    worker = desk.worker()
    desk.happens("a", 1)
    desk.settle(worker)
    desk.clock.advance(timedelta(days=90))
    assert desk.inbox.replay([letter.id for letter in desk.dead()], desk.clock.now()) == 1
    desk.happens("a", 1)
    desk.settle(worker)
    assert desk.effects == [("a", 1)]
    assert not desk.dead()


def test_whoever_is_told_to_stop_finishes_and_gives_back_the_rest() -> None:
    """What was begun is done; what was not is the next worker's."""
    desk = Desk(acts=True)
    worker = desk.worker(stopping=lambda: bool(desk.effects))
    desk.happens("a", 1, 2, 3)
    worker.turn()
    worker.close()
    assert desk.effects == [("a", 1)]
    assert desk.queued() == 2


def test_what_nobody_could_keep_is_kept_as_far_as_it_can_be(desk: Desk) -> None:
    """Bodies of any size, and headers that no database holds."""
    headers = {"a\0": "\0" * 9999} | {str(number): "" for number in range(999)}
    body = b"\0" * (BODY_BYTES_MOST * 2)
    desk.send(Message(key="\0" * 999, topic="booking.created", body=body, headers=headers))
    desk.worker().turn()
    (letter,) = desk.dead()
    assert len(letter.message.body) == BODY_BYTES_MOST
    assert "\0" not in letter.message.key + "".join(letter.message.headers)
    assert len(letter.message.headers) == 64


def test_a_forged_copy_keeps_no_genuine_message_out(desk: Desk) -> None:
    """Though its letter is there first, and nothing but the signature tells the two apart."""
    genuine = an_event("a", 1)
    desk.decode = needs_signature
    desk.send(genuine)
    desk.worker().turn()
    assert len(desk.dead()) == 1
    desk.send(replace(genuine, headers={"signature": "good"}))
    receiver = desk.receiver()
    receiver.receive(1, 0)
    receiver.close()  # So it may have been seen, and is a letter first.
    desk.settle(desk.worker())
    assert desk.effects == [("a", 1)]


def needs_signature(message: Message) -> Incoming:
    """What a codec does where signing is on."""
    if message.headers.get("signature") != "good":
        raise UntrustedMessage("missing")
    return decode(message)


def test_a_decoder_that_breaks_is_tried_again_then_dead(desk: Desk) -> None:
    """It is our fault, and is called one."""
    desk.send(Message(key="a", topic="booking.created", body=b'{"booking": "a"}'))
    desk.settle(desk.worker())
    (letter,) = desk.dead()
    assert (letter.code, letter.attempts, letter.consumer) == ("handler-failed", 4, CONSUMER)
    assert letter.cause == "KeyError: 'sequence'"
