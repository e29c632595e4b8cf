"""What each consumer was told: any history of it, compared with dictionaries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from booking_core.domain.kernel.ids import BookingId, EventId
from booking_core.ports.inbox import (
    TOO_EARLY,
    Letter,
    LetterCount,
    LetterState,
    Returned,
    Standing,
    Told,
)
from booking_core.ports.storage import Storage
from tests.contract.builders import ACME, GLOBEX, NOW, furnish
from tests.contract.inbox_builders import (
    A_WHILE,
    DONE,
    EARLY,
    NEW,
    NOTIFICATIONS,
    PAYMENTS,
    STALE,
    a_letter,
)

Event = tuple[str, str, str]

consumers = st.sampled_from([PAYMENTS, NOTIFICATIONS])
events = st.builds(
    Told,
    tenant_id=st.sampled_from([ACME, GLOBEX]),
    event_id=st.sampled_from("abcdefgh").map(EventId),
    booking_id=st.sampled_from([None, BookingId("b"), BookingId("c")]),
    sequence=st.sampled_from([None, 1, 1, 2, 2, 3, 4]),
    overdue=st.sampled_from([False, False, False, True]),
)
batches = st.lists(events, max_size=6)
bodies = st.sampled_from([b"1", b"2", b"3", b"4"])
reasons = st.tuples(st.sampled_from(["busy", TOO_EARLY, TOO_EARLY]), st.integers(0, 3))
delays = st.integers(-3, 3).map(lambda minutes: timedelta(minutes=minutes))
whichever = st.lists(st.integers(0, 8), max_size=3)


class Undone(Exception):
    """Nothing of it has happened."""


@dataclass
class Model:
    """What a consumer would remember with all the time in the world: one event after the other."""

    receipts: dict[Event, datetime] = field(default_factory=dict)
    positions: dict[Event, int] = field(default_factory=dict)

    def copy(self) -> Model:
        return Model(dict(self.receipts), dict(self.positions))

    def take(self, consumer: str, told: Told, now: datetime, in_order: bool) -> Standing:
        event = (consumer, told.tenant_id, told.event_id)
        if event in self.receipts:
            return DONE
        if not in_order or told.booking_id is None or told.sequence is None:
            self.receipts[event] = now
            return NEW
        place = (consumer, told.tenant_id, told.booking_id)
        last = self.positions.get(place, 0)
        if last + 1 < told.sequence and not told.overdue:
            return EARLY
        self.receipts[event] = now
        if told.sequence <= last:
            return STALE
        self.positions[place] = told.sequence
        return NEW


class InboxMachine(RuleBasedStateMachine):
    """Does whatever comes to mind, and looks at everything after each step."""

    def __init__(self, open_storage: Callable[[], AbstractContextManager[Storage]]) -> None:
        super().__init__()
        self.opened = open_storage()
        self.store = self.opened.__enter__()
        furnish(self.store)
        self.now = NOW
        self.model = Model()
        self.letters: dict[int, Letter] = {}

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)

    @rule(minutes=st.integers(1, 3))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(consumer=consumers, batch=batches, in_order=st.booleans())
    def look(self, consumer: str, batch: list[Told], in_order: bool) -> None:
        model = self.model.copy()
        expected = [model.take(consumer, each, self.now, in_order) for each in batch]
        assert list(self.store.inbox.look(consumer, batch, in_order=in_order)) == expected

    @rule(
        consumer=consumers,
        calls=st.lists(st.tuples(batches, st.booleans()), max_size=3),
        settled=whichever,
        fails=st.sampled_from([False, False, True]),
    )
    def consume(
        self, consumer: str, calls: list[tuple[list[Told], bool]], settled: list[int], fails: bool
    ) -> None:
        model, ids = self.model.copy(), self.pick(settled)
        try:
            with self.store.inbox.together(consumer, self.now) as reception:
                for batch, in_order in calls:
                    expected = [model.take(consumer, each, self.now, in_order) for each in batch]
                    assert list(reception.take(batch, in_order=in_order)) == expected
                reception.settle(ids)
                if fails:
                    raise Undone
        except Undone:
            return
        self.model = model
        for id in ids:
            self.letters.pop(id, None)

    @rule(before=st.integers(-5, 1), most=st.integers(1, 4))
    def forget(self, before: int, most: int) -> None:
        limit = self.now + timedelta(minutes=before)
        old = {event: at for event, at in self.model.receipts.items() if at < limit}
        assert self.store.inbox.forget_receipts(limit, most) == min(most, len(old))
        if len(old) > most:  # Which of them is not said.
            assert self.store.inbox.forget_receipts(limit, len(old)) == len(old) - most
        for event in old:
            del self.model.receipts[event]

    @rule(
        consumer=consumers,
        contents=st.lists(bodies, max_size=4),
        late=delays,
        dead=st.booleans(),
        why=reasons,
    )
    def keep(
        self,
        consumer: str,
        contents: list[bytes],
        late: timedelta,
        dead: bool,
        why: tuple[str, int],
    ) -> None:
        code, attempts = why
        facts = {"due_at": None if dead else self.now + late, "code": code, "attempts": attempts}
        new = [a_letter(each, consumer=consumer, at=self.now, **facts) for each in contents]
        self.store.inbox.keep(new)
        standing = {(each.consumer, each.message.body) for each in self.letters.values()}
        for letter in self.stored():
            if letter.id not in self.letters:
                assert letter.id > max(self.letters, default=0)
                assert (letter.consumer, letter.message.body) not in standing
                self.letters[letter.id] = letter
                (first, *_) = (each for each in new if each.message == letter.message)
                assert (letter.due_at, letter.first_at) == (first.due_at, self.now)
                assert (letter.code, letter.attempts) == why
                assert letter.cause == first.cause
        there = {each.message.body for each in self.letters.values() if each.consumer == consumer}
        assert set(contents) <= there

    @rule(consumer=consumers, most=st.integers(1, 3), early=st.sampled_from([None, True, False]))
    def claim(self, consumer: str, most: int, early: bool | None) -> None:
        due = sorted(
            (letter.due_at, letter.id)
            for letter in self.letters.values()
            if letter.consumer == consumer and letter.due_at is not None
            if letter.due_at <= self.now
            if early in (None, (letter.code, letter.attempts) == (TOO_EARLY, 0))
        )
        until = self.now + A_WHILE
        for _, id in due[:most]:
            letter = self.letters[id]
            self.letters[id] = replace(
                letter, attempts=letter.attempts + 1, due_at=until, last_at=self.now
            )
        found = self.store.inbox.claim(consumer, self.now, until, most, early=early)
        assert list(found) == [self.letters[id] for _, id in due[:most]]

    @rule(which=whichever, late=delays, dies=st.booleans(), why=reasons)
    def put_back(self, which: list[int], late: timedelta, dies: bool, why: tuple[str, int]) -> None:
        code, attempts = why
        facts: dict[str, Any] = {
            "due_at": None if dies else self.now + late,
            "attempts": attempts,
            "code": code,
            "cause": f"{attempts} times",
        }
        ids = self.pick(which)
        self.store.inbox.put_back([Returned(letter=id, **facts) for id in ids])
        for id in ids:
            standing = self.letters.get(id)
            if standing is not None and standing.state is LetterState.WAITING:
                state = LetterState.DEAD if dies else LetterState.WAITING
                self.letters[id] = replace(standing, state=state, **facts)

    @rule(which=whichever, drops=st.booleans())
    def clear_up(self, which: list[int], drops: bool) -> None:
        dead = {
            id
            for id in self.pick(which)
            if id in self.letters and self.letters[id].state is LetterState.DEAD
        }
        if drops:
            assert self.store.inbox.drop(self.pick(which)) == len(dead)
        else:
            assert self.store.inbox.replay(self.pick(which), self.now) == len(dead)
        for id in dead:
            letter = self.letters.pop(id)
            if not drops:
                self.letters[id] = replace(
                    letter,
                    state=LetterState.WAITING,
                    due_at=self.now,
                    attempts=0,
                    first_at=self.now,
                )

    @invariant()
    def everything_is_as_it_would_be(self) -> None:
        by_id = sorted(self.letters.items())
        assert self.stored() == [letter for _, letter in by_id]
        for state in LetterState:
            found = self.store.inbox.letters(PAYMENTS, state)
            mine = [each for _, each in by_id if each.consumer == PAYMENTS and each.state is state]
            assert list(found) == mine
        assert list(self.store.inbox.counts()) == [
            self.count(consumer)
            for consumer in sorted({letter.consumer for letter in self.letters.values()})
        ]

    def count(self, consumer: str) -> LetterCount:
        due = [each.due_at for each in self.letters.values() if each.consumer == consumer]
        waiting = [at for at in due if at is not None]
        return LetterCount(
            consumer=consumer,
            waiting=len(waiting),
            dead=len(due) - len(waiting),
            oldest_due=min(waiting, default=None),
        )

    def stored(self) -> list[Letter]:
        """All letters, by id."""
        found = [each for state in LetterState for each in self.store.inbox.letters(None, state)]
        return sorted(found, key=lambda letter: letter.id)

    def pick(self, which: list[int]) -> list[int]:
        """Some letters' ids, and some that no letter has any more."""
        known = sorted(self.letters)
        return [known[each] if each < len(known) else each + 10**9 for each in which]


def test_any_history_leaves_what_dictionaries_would(
    storage: Callable[[], AbstractContextManager[Storage]],
) -> None:
    """Whatever is taken, undone, forgotten, kept, claimed and settled: each storage agrees."""
    run_state_machine_as_test(
        lambda: InboxMachine(storage),
        settings=settings(
            settings.default,
            stateful_step_count=25,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
