"""Each event 1 to 20 times, shuffled, to workers that fail and die: one effect, in order."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking_core.domain.kernel.errors import Busy
from tests.unit.application.messaging.desk import SECOND, Desk, Died, an_event

WORKERS = 3
lengths = st.lists(st.integers(1, 6), min_size=1, max_size=4)  # How many events each booking has.
copies = st.integers(1, 20)


@settings(deadline=None)
@given(lengths=lengths, copies=copies, seed=st.integers(0, 1 << 32), acts=st.booleans())
def test_any_deliveries_have_one_effect_in_order(
    lengths: list[int], copies: int, seed: int, acts: bool
) -> None:
    """And so they have when all of it comes once more, and the dead letters months later."""
    chance = random.Random(seed)
    desk = Desk(acts=acts)
    events = [(str(name), n + 1) for name, length in enumerate(lengths) for n in range(length)]
    for event in events:
        errors = [ValueError(), Busy("away"), Died(), Died()]
        desk.moods[event] = chance.sample(errors, chance.randint(0, 2))
    deliveries = [an_event(*event) for event in events for _ in range(1 + chance.randrange(copies))]
    chance.shuffle(deliveries)
    workers = [desk.worker() for _ in range(WORKERS)]
    while deliveries:
        many = chance.randint(1, 12)
        desk.send(*deliveries[:many])
        del deliveries[:many]
        for _ in range(chance.randint(0, 3)):
            which = chance.randrange(WORKERS)
            try:
                with suppress(Busy):
                    workers[which].turn()
            except Died:
                workers[which].close()
                workers[which] = desk.worker()
        desk.clock.advance(chance.random() * 5 * SECOND)
    _let_all_be_well(desk)
    assert {name: [n for found, n in desk.effects if found == name] for name, _ in events} == {
        str(name): list(range(1, length + 1)) for name, length in enumerate(lengths)
    }
    done = list(desk.effects)
    desk.clock.advance(90 * 24 * 3600 * SECOND)
    desk.inbox.replay([letter.id for letter in desk.dead()], desk.clock.now())
    desk.send(*(an_event(*event) for event in reversed(events)))
    _let_all_be_well(desk)
    assert desk.effects == done


@pytest.mark.parametrize("acts", [False, True])
def test_dead_letters_are_replayed_in_order(acts: bool) -> None:
    """Bookings of which nobody could handle anything, until somebody can."""
    desk = Desk(acts=acts)
    events = [(name, n) for name in "ab" for n in range(1, 5)]
    desk.moods = {event: [ValueError()] * 9 for event in events}
    desk.send(*(an_event(*event) for event in events))
    worker = desk.worker()
    for _ in range(60):
        desk.settle(worker, minutes=1)
    assert len(desk.dead()) == len(events)
    desk.moods.clear()
    desk.inbox.replay([letter.id for letter in desk.dead()], desk.clock.now())
    _let_all_be_well(desk)
    for name in "ab":
        assert [n for found, n in desk.effects if found == name] == [1, 2, 3, 4]


def _let_all_be_well(desk: Desk) -> None:
    for _ in range(100):  # More often than anything dies.
        with suppress(Died):
            desk.settle(desk.worker(), minutes=30)
            break
    assert not desk.letters()
    assert not desk.queued()
