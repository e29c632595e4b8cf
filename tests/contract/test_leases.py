"""Who works on which shards."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking_core.ports.leases import Leases, fair_share
from booking_core.ports.storage import Storage
from tests.contract.builders import NOW
from tests.storages import Storages

SHARDS = 64
A_WHILE = timedelta(seconds=15)
ALL = frozenset(range(SHARDS))


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgresql"])
def storages(request: pytest.FixtureRequest) -> Storages:
    """A factory, for a whole run of examples."""
    storages: Storages = request.getfixturevalue(f"{request.param}_storages")
    return storages


@pytest.fixture
def leases(storage: Storages) -> Iterator[Leases]:
    """Nobody holds anything yet."""
    with storage() as fresh:
        yield fresh.leases


def hold(leases: Leases, holder: str, now: datetime = NOW, work: str = "relay") -> frozenset[int]:
    """What it holds then, for a while."""
    return leases.hold(work, holder, SHARDS, now, now + A_WHILE)


def test_whoever_is_alone_holds_everything(leases: Leases) -> None:
    """Also when it calls again."""
    assert hold(leases, "a") == ALL
    assert hold(leases, "a", NOW + A_WHILE / 3) == ALL


def test_a_newcomer_gets_its_share_as_soon_as_it_is_given_up(leases: Leases) -> None:
    """No shard has two holders on the way, and none changes hands that need not."""
    before = hold(leases, "a")
    assert hold(leases, "b") == frozenset()
    a = hold(leases, "a")
    b = hold(leases, "b")
    assert len(a) == len(b) == SHARDS // 2
    assert a < before
    assert a | b == ALL
    assert hold(leases, "a") == a


def test_what_lapses_is_anybodys(leases: Leases) -> None:
    """From the very instant on, not before; whoever lapsed is not counted any more."""
    assert hold(leases, "a") == ALL
    assert hold(leases, "b", NOW + A_WHILE - timedelta(microseconds=1)) == frozenset()
    assert hold(leases, "b", NOW + A_WHILE) == ALL


def test_renewing_puts_the_end_off(leases: Leases) -> None:
    """The lease counts from the last call."""
    hold(leases, "a")
    hold(leases, "a", NOW + A_WHILE / 2)
    assert hold(leases, "b", NOW + A_WHILE) == frozenset()


def test_what_is_released_is_free_at_once(leases: Leases) -> None:
    """Others need not wait until it lapses; releasing nothing is harmless."""
    hold(leases, "a")
    leases.release("relay", "a")
    leases.release("relay", "a")
    assert hold(leases, "b") == ALL


def test_one_that_was_frozen_gets_nothing_back_that_others_took(leases: Leases) -> None:
    """It learns so at its next call, and is a newcomer then."""
    hold(leases, "a")
    later = NOW + 2 * A_WHILE
    assert hold(leases, "b", later) == ALL
    assert hold(leases, "a", later) == frozenset()
    assert len(hold(leases, "b", later)) == SHARDS // 2
    assert len(hold(leases, "a", later)) == SHARDS // 2


def test_one_that_was_frozen_keeps_what_nobody_wanted(leases: Leases) -> None:
    """Lapsing takes nothing away; somebody has to take it."""
    held = hold(leases, "a")
    assert hold(leases, "a", NOW + 5 * A_WHILE) == held


def test_each_work_has_leases_of_its_own(leases: Leases) -> None:
    """Holding all shards of one says nothing about another."""
    assert hold(leases, "a", work="relay") == ALL
    assert hold(leases, "b", work="webhooks") == ALL
    leases.release("webhooks", "a")
    assert hold(leases, "a", work="relay") == ALL


def test_more_holders_than_shards(leases: Leases) -> None:
    """Some have nothing to do, and stand by."""
    names = ["a", "b", "c"]
    for _ in range(3):
        held = [leases.hold("tiny", name, 2, NOW, NOW + A_WHILE) for name in names]
    assert sorted(map(len, held)) == [0, 1, 1]
    assert frozenset().union(*held) == {0, 1}


def test_two_storages_share_no_leases(storage: Storages) -> None:
    """Each has holders of its own."""
    with storage() as one, storage() as other:
        assert hold(one.leases, "a") == hold(other.leases, "b") == ALL


def test_many_at_once_never_hold_the_same(leases: Leases) -> None:
    """Eight that begin at one moment leave no shard lying, and soon have their parts."""
    names = [f"holder-{number}" for number in range(8)]
    start = Barrier(len(names))

    def one(work: str, name: str) -> frozenset[int]:
        start.wait()
        return hold(leases, name, work=work)

    with ThreadPoolExecutor(len(names)) as threads:
        for work in ("one", "two", "three", "four"):
            rounds = [list(threads.map(partial(one, work), names)) for _ in range(4)]
            for held in rounds:
                assert sum(map(len, held)) == len(frozenset().union(*held))
            assert frozenset().union(*rounds[0]) == frozenset().union(*rounds[-1]) == ALL
            assert {len(each) for each in rounds[-1]} == {SHARDS // len(names)}


names = st.sampled_from("abcde")
steps = st.one_of(
    st.tuples(st.just("hold"), names),
    st.tuples(st.just("release"), names),
    st.tuples(st.just("wait"), st.integers(1, 20)),
)


@settings(max_examples=20)
@given(acts=st.lists(steps, max_size=30), last=st.sets(names, min_size=1))
def test_shares_are_fair_whoever_comes_and_goes(
    storages: Storages, acts: list[tuple[str, object]], last: set[str]
) -> None:
    """Never do two hold one shard; and when all but some stay away, those share everything."""
    with storages() as storage:
        now = walk(storage, acts) + A_WHILE
        for _ in range(3):
            held = {name: hold(storage.leases, name, now) for name in sorted(last)}
    share = -(-SHARDS // len(last))
    assert all(len(each) <= share for each in held.values())
    assert sum(map(len, held.values())) == SHARDS
    assert frozenset().union(*held.values()) == ALL


def walk(storage: Storage, acts: list[tuple[str, object]]) -> datetime:
    """Do all of it; when it is over."""
    now, held = NOW, {}
    for act, what in acts:
        if act == "wait":
            assert isinstance(what, int)
            now += timedelta(seconds=what)
            continue
        name = str(what)
        held.pop(name, None)
        if act == "release":
            storage.leases.release("relay", name)
            continue
        mine = hold(storage.leases, name, now)
        for shards, until in held.values():
            assert until <= now or not mine & shards
        held[name] = (mine, now + A_WHILE)
    return now


@given(
    shards=st.integers(1, 100),
    holders=st.integers(1, 10),
    owned=st.sets(st.integers(0, 99)),
    free=st.sets(st.integers(0, 99)),
)
def test_a_share_is_of_what_one_has_and_what_is_free(
    shards: int, holders: int, owned: set[int], free: set[int]
) -> None:
    """At most the share; nothing is given up, and nothing left, without need."""
    free -= owned
    had = fair_share(shards, holders, owned, free)
    share = -(-shards // holders)
    assert had <= owned | free
    assert len(had) == min(share, len(owned) + len(free))
    assert owned <= had or had <= owned
