"""Several ways out, and what cannot be put into words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from booking_core.application.messaging.relay_events import LEASE, RelayEvents
from booking_core.application.messaging.route import Route
from booking_core.application.messaging.tell_again import ATTEMPTS_MAX, CLAIM, TellAgain
from booking_core.domain.kernel.errors import Busy
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.incoming import OversizedMessage
from booking_core.ports.inbox import LetterState, NewLetter
from booking_core.ports.publisher import Message, NotPublished
from tests.unit.application.messaging.post import Mood, MoodyBroker, Post, encode

Encode = Callable[[DomainEvent], Message | None]


class Office(Post):
    """A post with two brokers, and alarms."""

    def __post_init__(self) -> None:
        """Nothing has happened yet."""
        super().__post_init__()
        self.other = MoodyBroker()
        self.alarms: list[NewLetter] = []

    def relay_by(self, one: Encode = encode, other: Encode = encode) -> RelayEvents:
        """A relay with two routes."""
        routes = [
            Route(name="one", publisher=self.broker, encode=one),
            Route(name="other", publisher=self.other, encode=other),
        ]
        again = TellAgain(
            inbox=self.storage.inbox,
            bookings=self.storage.bookings,
            routes=routes,
            clock=self.clock,
        )
        return replace(self.relay(), routes=routes, alarm=self.alarms.append, tell_again=again)


@pytest.fixture
def post() -> Office:
    """Nothing has happened yet."""
    return Office()


def too_large(event: DomainEvent) -> Message:
    """Refuse the first event of each booking."""
    if event.sequence == 1:
        raise OversizedMessage(event.event_id, 70_000, 65_536)
    return encode(event)


def test_every_route_is_told(post: Office) -> None:
    """Then it counts as sent."""
    first = post.book()
    post.change(first)
    assert post.relay_by().turn() == 2
    id = post.bookings[first].id
    assert post.broker.arrived == post.other.arrived == [(id, 1), (id, 2)]
    assert post.unsent() == set()


def test_what_a_route_has_no_word_for_counts_as_sent(post: Office) -> None:
    """Whether by one route or all of them; what it has words for goes on."""
    first = post.book()
    post.change(first)
    id = post.bookings[first].id
    relay = post.relay_by(other=lambda event: None if event.sequence == 1 else encode(event))
    assert relay.turn() == 2
    assert post.other.arrived == [(id, 2)]
    post.change(first)
    relay.stop()
    assert post.relay_by(lambda event: None, lambda event: None).turn() == 1
    assert post.unsent() == set()
    assert post.alarms == []


def test_a_route_that_refuses_holds_up_the_others_and_repeats_nothing(post: Office) -> None:
    """What one route has, it does not get again; it is sent when the other has it too."""
    numbers = [post.book() for _ in range(3)]
    post.change(numbers[0])
    ids = [post.bookings[number].id for number in numbers]
    relay = post.relay_by()
    post.other.moods = [Mood.TAKEN, Mood.REFUSED, Mood.REFUSED]
    with pytest.raises(NotPublished) as refused:
        relay.turn()
    assert refused.value.confirmed == {0}
    assert post.unsent() == {(ids[1], 1), (ids[2], 1), (ids[0], 2)}
    post.other.moods = [Mood.TAKEN, Mood.REFUSED, Mood.REFUSED]
    with pytest.raises(NotPublished):
        relay.turn()
    assert relay.turn() == 2
    expected = [(ids[0], 1), (ids[1], 1), (ids[2], 1), (ids[0], 2)]
    assert sorted(post.broker.arrived) == sorted(post.other.arrived) == sorted(expected)
    assert post.out_of_order() == {}


def test_the_first_route_may_be_the_one_that_refuses(post: Office) -> None:
    """The second is told all the same, once."""
    id = post.bookings[post.book()].id
    relay = post.relay_by()
    post.broker.moods = [Mood.REFUSED]
    with pytest.raises(NotPublished):
        relay.turn()
    assert post.unsent() == {(id, 1)}
    assert relay.turn() == 1
    assert post.broker.arrived == post.other.arrived == [(id, 1)]


@pytest.mark.parametrize(
    ("encode_one", "code"),
    [(too_large, "oversized-message"), (lambda event: 1 / 0, "untellable-event")],
)
def test_what_cannot_be_put_into_words_is_set_aside(
    post: Office, encode_one: Encode, code: str
) -> None:
    """All others go on, those of its booking too; a letter says which it is, and why."""
    id = post.bookings[post.book()].id
    assert post.relay_by(encode_one).turn() == 1
    assert post.other.arrived == [(id, 1)]
    assert post.broker.arrived == []
    assert post.unsent() == set()
    (letter,) = post.storage.inbox.letters("relay", LetterState.DEAD)
    assert (letter.code, letter.message.topic) == (code, "booking.created")
    facts = json.loads(letter.message.body)
    assert (facts["route"], facts["aggregateId"], facts["sequence"]) == ("one", id, 1)
    assert [alarm.code for alarm in post.alarms] == [code]


def test_what_follows_an_event_that_was_set_aside_is_told(post: Office) -> None:
    """Its booking goes on, with a gap that consumers give up to wait for."""
    first = post.book()
    post.change(first)
    post.relay_by(too_large).turn()
    assert post.broker.arrived == [(post.bookings[first].id, 2)]


def test_nothing_is_marked_before_its_letter_is_kept(post: Office) -> None:
    """A storage that is away loses no event."""
    id = post.bookings[post.book()].id
    relay = post.relay_by(too_large)

    def busy(letters: object) -> None:
        raise Busy("it is away")

    class Away:
        keep = staticmethod(busy)

    with pytest.raises(Busy):
        replace(relay, inbox=Away()).turn()  # type: ignore[arg-type]  # All that is asked of it.
    assert post.unsent() == {(id, 1)}


def test_a_letter_that_is_replayed_is_told_after_all(post: Office) -> None:
    """By the route that could not tell it, and by no other."""
    id = post.bookings[post.book()].id
    words = [too_large]
    relay = post.relay_by(lambda event: words[-1](event))
    relay.turn()
    (letter,) = post.storage.inbox.letters("relay", LetterState.DEAD)
    for able in (too_large, encode):
        words.append(able)
        post.storage.inbox.replay([letter.id], post.clock.now())
        post.clock.advance(LEASE)
        assert relay.turn() == (able is encode)
    assert post.broker.arrived == post.other.arrived == [(id, 1)]
    assert post.storage.inbox.counts() == ()


def test_a_replayed_letter_that_is_refused_waits_and_is_dead_in_the_end(post: Office) -> None:
    """Meanwhile the relay does its work."""
    post.book()
    words = [too_large]
    relay = post.relay_by(lambda event: words[-1](event))
    relay.turn()
    words.append(encode)
    (letter,) = post.storage.inbox.letters("relay", LetterState.DEAD)
    post.storage.inbox.replay([letter.id], post.clock.now())
    for _ in range(ATTEMPTS_MAX):
        assert post.storage.inbox.letter(letter.id).state is LetterState.WAITING
        post.clock.advance(CLAIM)
        post.broker.moods = [Mood.REFUSED]
        assert relay.turn() == 0
    assert post.storage.inbox.letter(letter.id).code == "not-published"
    assert post.storage.inbox.letter(letter.id).state is LetterState.DEAD


def test_a_letter_whose_event_or_route_is_unknown_is_dead_again(post: Office) -> None:
    """It says so."""
    post.book()
    relay = post.relay_by(too_large)
    relay.turn()
    (letter,) = post.storage.inbox.letters("relay", LetterState.DEAD)
    gone = replace(relay, routes=relay.routes[1:])
    assert isinstance(relay.tell_again, TellAgain)
    gone = replace(gone, tell_again=replace(relay.tell_again, routes=relay.routes[1:]))
    post.storage.inbox.replay([letter.id], post.clock.now())
    gone.turn()
    (again,) = post.storage.inbox.letters("relay", LetterState.DEAD)
    assert (again.code, again.cause) == ("not-found", "There is no route one")
