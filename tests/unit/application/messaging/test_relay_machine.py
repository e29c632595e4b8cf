"""Relays, whatever becomes of them and of the broker: all arrives, in order."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from booking_core.application.messaging.relay_events import LEASE, RelayEvents
from booking_core.ports.publisher import NotPublished
from tests.unit.application.messaging.post import Died, Mood, MortalOutbox, Post

RELAYS = 3
BATCH = 4
relays = st.integers(0, RELAYS - 1)
moods = st.lists(st.sampled_from(Mood), max_size=6)


class RelayMachine(RuleBasedStateMachine):
    """Commits, and relays that are refused, frozen, stopped and killed."""

    def __init__(self) -> None:
        """Three relays, and nothing to tell."""
        super().__init__()
        self.post = Post()
        self.relays = [self.post.relay(BATCH) for _ in range(RELAYS)]

    @rule(many=st.integers(1, 4))
    def book(self, many: int) -> None:
        """New bookings."""
        for _ in range(many):
            self.post.book()

    @precondition(lambda self: self.post.bookings)
    @rule(number=st.integers(0, 1000), times=st.integers(1, 3))
    def change(self, number: int, times: int) -> None:
        """More of one booking."""
        for _ in range(times):
            self.post.change(number % len(self.post.bookings))

    @rule(which=relays, moods=moods)
    def turn(self, which: int, moods: list[Mood]) -> None:
        """One batch, as the broker likes it."""
        self.post.broker.moods = list(moods)
        self.try_turn(self.relays[which])

    @rule(which=relays, moods=moods)
    def die(self, which: int, moods: list[Mood]) -> None:
        """Between telling and marking; another one comes in its place."""
        relay = self.relays[which]
        assert isinstance(relay.outbox, MortalOutbox)
        relay.outbox.dies = True
        self.post.broker.moods = list(moods)
        with suppress(Died):
            self.try_turn(relay)
        self.relays[which] = self.post.relay(BATCH)

    @rule(which=relays, other=relays, number=st.integers(0, 1000), moods=moods)
    def freeze(self, which: int, other: int, number: int, moods: list[Mood]) -> None:
        """Before it tells, for longer than its lease; meanwhile there is more, and others tell."""

        def meanwhile() -> None:
            self.post.clock.advance(2 * LEASE)
            for _ in range(2):
                if other != which:
                    self.try_turn(self.relays[other])
                self.post.change(number % len(self.post.bookings))

        self.post.broker.moods = list(moods)
        self.post.broker.meanwhile = meanwhile
        self.try_turn(self.relays[which])
        self.post.broker.meanwhile = None

    @rule(which=relays)
    def stop(self, which: int) -> None:
        """And go on later."""
        self.relays[which].stop()

    @rule(seconds=st.integers(1, 40))
    def wait(self, seconds: int) -> None:
        """Leases lapse."""
        self.post.clock.advance(timedelta(seconds=seconds))

    @invariant()
    def each_bookings_first_arrivals_are_in_order(self) -> None:
        """Whatever comes again later."""
        assert self.post.out_of_order() == {}

    @invariant()
    def what_is_marked_has_arrived(self) -> None:
        """Nothing is marked on trust."""
        marked = self.post.happened() - self.post.unsent()
        assert marked <= set(self.post.broker.arrived)

    def teardown(self) -> None:
        """When all is well again everything arrives."""
        self.post.broker.moods = []
        for _ in range(4):
            self.post.clock.advance(LEASE)
            for relay in self.relays:
                while relay.turn():
                    pass
        assert self.post.unsent() == set()
        assert set(self.post.broker.arrived) == self.post.happened()
        self.each_bookings_first_arrivals_are_in_order()

    def try_turn(self, relay: RelayEvents) -> None:
        """Whoever calls backs off, which takes no time here."""
        with suppress(NotPublished):
            relay.turn()


TestRelayMachine = RelayMachine.TestCase
TestRelayMachine.settings = settings(stateful_step_count=30)
