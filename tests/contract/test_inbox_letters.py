"""What each consumer was told: letters, which wait for another try or for a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from booking_core.domain.kernel.errors import NotFound
from booking_core.ports.inbox import TOO_EARLY, Letter, LetterCount, LetterState, Returned
from booking_core.ports.publisher import TOLD_AGAIN
from booking_core.ports.storage import Storage
from tests.contract.builders import NOW
from tests.contract.inbox_builders import (
    A_WHILE,
    NOTIFICATIONS,
    PAYMENTS,
    a_letter,
    a_message,
    ids,
    keep,
    take,
    told,
)

WAITING, DEAD = LetterState
MICROSECOND = timedelta(microseconds=1)
LATER = NOW + A_WHILE
ODD = "a\0b \ud800 \"quoted\" 'so' \\ {x} %s :at é 座 🪑"


def claim(
    store: Storage,
    now: datetime = NOW,
    most: int = 10,
    consumer: str = PAYMENTS,
    *,
    early: bool | None = None,
) -> list[Letter]:
    """What payments gets to try, for a while."""
    return list(store.inbox.claim(consumer, now, now + A_WHILE, most, early=early))


def bodies(letters: list[Letter]) -> list[bytes]:
    """What is in them."""
    return [letter.message.body for letter in letters]


def put_back(store: Storage, id: int, **facts: Any) -> None:
    """It failed again, and is due a while later unless told."""
    usual: dict[str, Any] = {"due_at": LATER, "attempts": 2, "code": "busy"}
    usual["cause"] = "Try again later"
    store.inbox.put_back([Returned(letter=id, **usual | facts)])


def test_an_inbox_begins_empty(store: Storage) -> None:
    """Nothing waits, and nothing is dead."""
    assert ids(store) == []
    assert store.inbox.counts() == ()
    assert claim(store) == []


@pytest.mark.parametrize(
    "message",
    [
        a_message(b""),
        a_message(bytes(range(256)) * 300),
        a_message(headers={}),
        a_message(key="", topic=""),
        a_message(key=ODD, topic=ODD, headers={ODD: ODD, "content-type": "é"}),
    ],
    ids=["nothing", "any bytes", "no headers", "no names", "odd names"],
)
def test_a_letter_holds_the_message_as_it_came(store: Storage, message: object) -> None:
    """Whatever somebody put into it."""
    store.inbox.keep([a_letter(message=message)])
    (id,) = ids(store)
    assert store.inbox.letter(id).message == message
    (claimed,) = claim(store)
    assert claimed.message == message


def test_a_letter_says_why_it_was_kept(store: Storage) -> None:
    """And when, and when it is due."""
    kept = a_letter(due_at=LATER, at=NOW - A_WHILE, attempts=0)
    store.inbox.keep([kept])
    (id,) = ids(store)
    assert store.inbox.letter(id) == Letter(
        id=id,
        consumer=PAYMENTS,
        message=kept.message,
        state=WAITING,
        attempts=0,
        due_at=LATER,
        code=kept.code,
        cause=kept.cause,
        first_at=kept.at,
        last_at=kept.at,
    )


def test_a_letter_may_be_dead_at_once(store: Storage) -> None:
    """Nobody gets it to try."""
    (id,) = keep(store, b"unreadable", due_at=None)
    assert store.inbox.letter(id).state is DEAD
    assert store.inbox.letter(id).due_at is None
    assert claim(store, NOW + 1000 * A_WHILE) == []


def test_the_same_message_is_kept_once(store: Storage) -> None:
    """As it stands, though it is delivered again: its attempts are not lost."""
    keep(store, b"one")
    (tried,) = claim(store)
    again = a_letter(b"one", attempts=7, due_at=None, at=LATER)
    store.inbox.keep([again, again])
    assert store.inbox.letter(tried.id) == tried
    assert ids(store) == [tried.id]


def test_the_same_body_under_other_headers_is_another_message(store: Storage) -> None:
    """A copy without its signature, that came first, takes no genuine message's place."""
    genuine = a_letter(message=a_message(b"one", headers={"signature": "s"}))
    for body in b"one", b"signature\0s\0one":
        forged = replace(genuine.message, headers={}, body=body)
        store.inbox.keep([replace(genuine, message=forged, due_at=None)])
    store.inbox.keep([genuine])
    assert [letter.message for letter in claim(store)] == [genuine.message]


def test_the_same_message_twice_in_one_call(store: Storage) -> None:
    """Is kept once, as it came first."""
    store.inbox.keep([a_letter(b"one", attempts=1), a_letter(b"one", attempts=2), a_letter(b"two")])
    assert sorted((letter.message.body, letter.attempts) for letter in claim(store)) == [
        (b"one", 2),
        (b"two", 2),
    ]


def test_what_differs_is_another_letter(store: Storage) -> None:
    """By its topic, its key, its body, or its consumer."""
    message = a_message(b"body", key="key", topic="topic")
    others = [
        replace(message, body=b"bodies"),
        replace(message, key="ke", topic="ytopic"),
        replace(message, topic="topics"),
    ]
    store.inbox.keep([a_letter(message=each) for each in (message, *others)])
    store.inbox.keep([a_letter(message=message, consumer=NOTIFICATIONS)])
    assert len(ids(store)) == 5


def test_no_letters_are_kept_easily(store: Storage) -> None:
    """Nothing happens."""
    store.inbox.keep([])
    assert ids(store) == []


def test_an_id_is_never_given_again(store: Storage) -> None:
    """Ids rise, also when the last letter is gone: nobody mistakes another letter for it."""
    (first,) = keep(store, b"one", due_at=None)
    store.inbox.drop([first])
    (second,) = keep(store, b"one", due_at=None)
    assert second > first > 0
    assert keep(store, b"two")[-1] > second


def test_the_longest_due_are_claimed_first(store: Storage) -> None:
    """At most so many, and those that are due at that instant among them."""
    for body, late in (b"c", 1), (b"d", 0), (b"a", 3), (b"b", 2), (b"e", -1):
        keep(store, body, due_at=NOW - late * MICROSECOND)
    assert bodies(claim(store, most=3)) == [b"a", b"b", b"c"]
    assert bodies(claim(store)) == [b"d"]
    assert bodies(claim(store, NOW + MICROSECOND)) == [b"e"]


def test_of_those_due_at_once_the_eldest_is_claimed_first(store: Storage) -> None:
    """In the order in which they were kept."""
    keep(store, *(b"%d" % number for number in range(10)))
    keep(store, *(b"%d" % number for number in range(5, 20)))
    assert bodies(claim(store, most=7)) == [b"%d" % number for number in range(7)]
    assert bodies(claim(store, most=20)) == [b"%d" % number for number in range(7, 20)]


def test_what_is_claimed_is_nobody_elses_for_a_while(store: Storage) -> None:
    """Until the very instant that was asked for, and whoever dies has used up an attempt."""
    keep(store, b"one")
    (first,) = claim(store)
    assert (first.attempts, first.due_at, first.last_at) == (2, LATER, NOW)
    assert claim(store, LATER - MICROSECOND) == []
    (second,) = claim(store, LATER)
    assert second == replace(first, attempts=3, due_at=LATER + A_WHILE, last_at=LATER)
    assert store.inbox.letter(first.id) == second


def test_nobody_gets_another_consumers_letters(store: Storage) -> None:
    """However long they are due."""
    keep(store, b"one", consumer=NOTIFICATIONS)
    assert claim(store, LATER) == []
    assert bodies(claim(store, LATER, consumer=NOTIFICATIONS)) == [b"one"]


def test_those_that_only_came_too_early_may_be_claimed(store: Storage) -> None:
    """None that was tried, or is kept for another reason; they are like all others otherwise."""
    keep(store, b"seen", code="maybe-seen", attempts=0)
    keep(store, b"tried", code=TOO_EARLY, attempts=1)
    keep(store, b"second", b"third", code=TOO_EARLY, attempts=0)
    keep(store, b"first", code=TOO_EARLY, attempts=0, due_at=NOW - MICROSECOND)
    keep(store, b"later", code=TOO_EARLY, attempts=0, due_at=LATER)
    keep(store, b"theirs", code=TOO_EARLY, attempts=0, consumer=NOTIFICATIONS)
    found = claim(store, most=2, early=True)
    assert bodies(found) == [b"first", b"second"]
    assert [(letter.attempts, letter.due_at) for letter in found] == [(1, LATER)] * 2
    assert bodies(claim(store, early=True)) == [b"third"]
    assert bodies(claim(store, early=False)) == [b"seen", b"tried"]
    put_back(store, found[0].id, code=TOO_EARLY, attempts=0)
    assert bodies(claim(store, LATER, early=True)) == [b"first", b"later"]
    assert bodies(claim(store, LATER)) == [b"seen", b"tried", b"second", b"third"]
    assert claim(store, LATER) == []


def test_several_are_put_back_at_once(store: Storage) -> None:
    """Each to wait, or to be dead, as it is said of it."""
    one, two, three = keep(store, b"one", b"two", b"three")
    back = Returned(letter=one, due_at=LATER, attempts=3, code="busy", cause="Try again later")
    store.inbox.put_back([replace(back, letter=three, due_at=None), back])
    store.inbox.put_back([])
    assert [store.inbox.letter(id).state for id in (one, two, three)] == [WAITING, WAITING, DEAD]
    assert [store.inbox.letter(id).due_at for id in (one, two, three)] == [LATER, NOW, None]


def test_a_letter_that_is_put_back_waits(store: Storage) -> None:
    """Until it is due, with the attempts that whoever tried it counts, and what went wrong."""
    (id,) = keep(store, b"one")
    (tried,) = claim(store)
    put_back(store, id, attempts=1)
    back = replace(tried, attempts=1, code="busy", cause="Try again later")
    assert store.inbox.letter(id) == back
    assert claim(store, LATER - MICROSECOND) == []
    assert bodies(claim(store, LATER)) == [b"one"]


def test_a_letter_that_is_given_up_is_dead(store: Storage) -> None:
    """It has no due time, and nobody gets it any more."""
    (id,) = keep(store, b"one")
    (tried,) = claim(store)
    put_back(store, id, due_at=None)
    assert store.inbox.letter(id) == replace(
        tried, state=DEAD, due_at=None, attempts=2, code="busy", cause="Try again later"
    )
    assert claim(store, LATER) == []


def test_whoever_comes_back_late_wakes_no_dead(store: Storage) -> None:
    """It was frozen, and another has given the letter up."""
    (id,) = keep(store, b"one")
    put_back(store, id, due_at=None)
    dead = store.inbox.letter(id)
    put_back(store, id, attempts=1, code="late")
    assert store.inbox.letter(id) == dead


def test_what_is_settled_is_gone_with_the_transaction(store: Storage) -> None:
    """Not before, and for good; to settle what is gone is harmless."""
    one, two = keep(store, b"one", b"two")
    with store.inbox.together(PAYMENTS, NOW) as reception:
        reception.take([told("e")], in_order=False)
        reception.settle([one, one, 999])
        reception.settle([])
    assert ids(store) == [two]
    put_back(store, one)
    with store.inbox.together(PAYMENTS, NOW) as reception:
        reception.settle([one])
    assert ids(store) == [two]
    with pytest.raises(NotFound, match="letter"):
        store.inbox.letter(one)


def test_an_error_brings_settled_letters_back(store: Storage) -> None:
    """They are undone with the receipts."""
    (id,) = keep(store, b"one")

    def handle() -> None:
        with store.inbox.together(PAYMENTS, NOW) as reception:
            reception.settle([id])
            raise KeyError

    with pytest.raises(KeyError):
        handle()
    assert bodies(claim(store)) == [b"one"]


def test_a_message_that_was_settled_can_be_kept_again(store: Storage) -> None:
    """As a new letter."""
    (first,) = keep(store, b"one")
    with store.inbox.together(PAYMENTS, NOW) as reception:
        reception.settle([first])
    (second,) = keep(store, b"one")
    assert store.inbox.letter(second).attempts == 1


def test_letters_are_listed_by_page(store: Storage) -> None:
    """By id, each state for itself, of one consumer or of all."""
    for number in range(6):
        consumer = NOTIFICATIONS if number % 3 == 2 else PAYMENTS
        keep(store, b"%d" % number, consumer=consumer, due_at=None if number % 2 else NOW)
    every = ids(store)

    def listed(consumer: str | None, state: LetterState, **page: int) -> list[bytes]:
        return bodies(list(store.inbox.letters(consumer, state, **page)))

    assert listed(None, DEAD) == [b"1", b"3", b"5"]
    assert listed(None, WAITING) == [b"0", b"2", b"4"]
    assert listed(PAYMENTS, WAITING) == [b"0", b"4"]
    assert listed(NOTIFICATIONS, DEAD) == [b"5"]
    assert listed(None, WAITING, most=2) == [b"0", b"2"]
    assert listed(None, WAITING, after=every[2]) == [b"4"]
    assert listed(PAYMENTS, WAITING, after=every[0], most=1) == [b"4"]
    assert listed(None, WAITING, after=10**30) == []
    assert listed("nobody", DEAD) == []


@pytest.mark.parametrize("id", [0, -1, 17, 2**63 - 1, 2**63, 10**30, -(10**30)])
def test_a_letter_that_there_is_not_is_not_found(store: Storage, id: int) -> None:
    """However large its number; to replay or drop it is no error, but counts for nothing."""
    (standing,) = keep(store, b"one", due_at=None)
    with pytest.raises(NotFound, match="letter"):
        store.inbox.letter(id)
    assert store.inbox.drop([id]) == 0
    assert store.inbox.replay([id, standing], NOW) == 1


def test_dead_letters_are_replayed(store: Storage) -> None:
    """As if kept now, with no attempt counted; those that wait already are left as they are."""
    dead = keep(store, b"dead", due_at=None)
    waiting = keep(store, b"waiting", due_at=LATER)[-1]
    before = store.inbox.letter(dead[0])
    assert store.inbox.replay([*dead, *dead, waiting], LATER - MICROSECOND) == 1
    replayed = LATER - MICROSECOND
    assert store.inbox.letter(dead[0]) == replace(
        before, state=WAITING, due_at=replayed, attempts=0, first_at=replayed
    )
    assert store.inbox.letter(waiting).attempts == 1
    assert bodies(claim(store, LATER - MICROSECOND)) == [b"dead"]
    assert store.inbox.replay(dead, NOW) == 0
    assert store.inbox.replay([], NOW) == 0


def test_a_letter_that_was_replayed_is_still_the_same(store: Storage) -> None:
    """It is not kept twice, its number is not given to another, and it can die again."""
    (dead,) = keep(store, b"dead", due_at=None)
    store.inbox.replay([dead], NOW)
    assert keep(store, b"dead") == [dead]
    assert keep(store, b"other")[-1] > dead
    assert [letter.id for letter in claim(store, most=1)] == [dead]
    put_back(store, dead, due_at=None)
    assert store.inbox.letter(dead).state is DEAD


def test_dead_letters_are_dropped(store: Storage) -> None:
    """For good; what waits cannot be dropped."""
    (dead,) = keep(store, b"dead", due_at=None)
    waiting = keep(store, b"waiting")[-1]
    assert store.inbox.drop([dead, dead, waiting]) == 1
    assert ids(store) == [waiting]
    assert store.inbox.drop([dead]) == 0
    assert store.inbox.drop([]) == 0


def test_letters_are_counted(store: Storage) -> None:
    """By consumer, with the moment since which the first of them is due."""
    keep(store, b"1", due_at=LATER)
    keep(store, b"2", b"3")
    keep(store, b"4", due_at=None)
    keep(store, b"5", due_at=None, consumer=NOTIFICATIONS)
    assert store.inbox.counts() == (
        LetterCount(consumer=NOTIFICATIONS, waiting=0, dead=1, oldest_due=None),
        LetterCount(consumer=PAYMENTS, waiting=3, dead=1, oldest_due=NOW),
    )


def test_letters_say_nothing_about_receipts(store: Storage) -> None:
    """An event whose message is kept is as new as before."""
    keep(store, b"one")
    assert take(store, told("e", 1)) == ["new"]
    assert store.inbox.forget_receipts(LATER, 10) == 1
    assert len(ids(store)) == 1


def test_which_letters_a_consumer_keeps_can_be_asked(store: Storage) -> None:
    """By what identifies them, waiting or dead; another's are not its own."""
    waiting, dead = a_letter(b"one"), a_letter(b"two", due_at=None)
    other = a_letter(b"three", consumer=NOTIFICATIONS)
    store.inbox.keep([waiting, dead, other])
    asked = [each.identity for each in (waiting, dead, other, a_letter(b"four"))]
    assert store.inbox.keeps(PAYMENTS, asked) == {waiting.identity, dead.identity}
    assert store.inbox.keeps(PAYMENTS, []) == set()


def test_what_is_told_again_is_the_same_letter(store: Storage) -> None:
    """Kept before or after, it is kept once; any other header makes another of it."""
    first = a_letter(b"one")
    headers = dict(first.message.headers)
    again = replace(first, message=replace(first.message, headers=headers | {TOLD_AGAIN: "yes"}))
    other = replace(first, message=replace(first.message, headers=headers | {"x": "yes"}))
    store.inbox.keep([first, again, other])
    assert len(store.inbox.letters(PAYMENTS, WAITING)) == 2
