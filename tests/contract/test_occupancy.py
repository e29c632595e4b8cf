"""What is claimed when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking_core.domain.kernel.ids import ResourceId
from booking_core.domain.kernel.span import Span, to_microseconds
from booking_core.ports.storage import Storage
from tests.contract.builders import (
    ACME,
    ATTIC,
    GLOBEX,
    HOLD,
    NOW,
    ROOM,
    UNITS,
    a_block,
    a_booking,
    a_hold,
    an_item,
    at,
    claims,
    holders,
    keep,
    make,
    span,
)

A, B, C, D = UNITS
CELLAR = ResourceId("cellar")


def microseconds(during: Span) -> tuple[int, int]:
    """The period in whole microseconds since 1970."""
    return to_microseconds(during.start), to_microseconds(during.end)


def test_a_resource_without_claims_is_empty(store: Storage) -> None:
    """Nothing is claimed of a resource that is free, nor of one that does not exist."""
    assert claims(store) == ()
    assert claims(store, resource_id=CELLAR) == ()
    busy = store.occupancy.busy(ACME, (ROOM, CELLAR), span(0, 24), NOW)
    assert {id: tuple(found) for id, found in busy.items()} == {ROOM: (), CELLAR: ()}


def test_claims_say_all_there_is_to_know(store: Storage) -> None:
    """Holder, unit, period, whether it is pinned and when it lapses come back as claimed."""
    hold = make(store, a_hold("hold", span(9, 10), A))
    promised = an_item(span(9, 11), B, promised=True, claimed=span(8.5, 11.5))
    sold = make(store, a_booking("sold", span(9, 11), items=(promised,)))
    block = keep(store, a_block("block", span(12, 13), A, D))
    assert tuple(claims(store)) == (*sold.claims(), *hold.claims(), *block.claims())


def test_claims_are_in_order_of_start_and_unit(store: Storage) -> None:
    """The order does not depend on the order in which they were made."""
    for id, during, unit in (
        ("late", span(11, 12), A),
        ("d", span(9, 10), D),
        ("b", span(9, 12), B),
        ("early", span(8, 9), C),
        ("c", span(9, 11), C),
    ):
        make(store, a_booking(id, during, unit))
    assert holders(store) == ["early", "b", "c", "d", "late"]


@pytest.mark.parametrize(
    ("window", "seen"),
    [
        (span(10, 11), ["in"]),
        (span(9, 10.5), ["before", "in"]),
        (span(10.5, 11.5), ["in", "after"]),
        (span(8, 13), ["before", "in", "after"]),
        (span(10.25, 10.75), ["in"]),
        (span(12, 13), []),
        (span(7, 9), []),
    ],
)
def test_the_window_is_half_open(store: Storage, window: Span, seen: list[str]) -> None:
    """A claim is seen if it shares a moment with the window; touching it is not enough."""
    for hour, id in enumerate(("before", "in", "after"), start=9):
        make(store, a_booking(id, span(hour, hour + 1)))
    assert holders(store, window=window) == seen
    busy = store.occupancy.busy(ACME, (ROOM,), window, NOW)
    assert len(busy[ROOM]) == len(seen)


def test_a_claim_around_the_window_is_seen(store: Storage) -> None:
    """Also a stay of three months that began long before."""
    long = Span(at(0) - timedelta(days=60), at(0) + timedelta(days=32))
    make(store, a_booking("long", long, A))
    make(store, a_booking("short", span(9, 10), B))
    assert holders(store, window=span(9, 10)) == ["long", "short"]
    busy = store.occupancy.busy(ACME, (ROOM,), span(9, 10), NOW)
    assert tuple(busy[ROOM]) == (microseconds(long), microseconds(span(9, 10)))


def test_overdue_holds_are_not_shown(store: Storage) -> None:
    """Whether swept or not, a hold blocks nobody from the moment at which it lapses."""
    make(store, a_hold("hold", span(9, 10), A))
    make(store, a_booking("sold", span(9, 10), B))
    lapses = NOW + HOLD
    for now, shown in ((lapses - timedelta(microseconds=1), 2), (lapses, 1), (at(24), 1)):
        assert len(claims(store, now=now)) == shown
        assert len(store.occupancy.busy(ACME, (ROOM,), span(0, 24), now)[ROOM]) == shown


def test_busy_tells_of_each_claim_by_start(store: Storage) -> None:
    """Every unit's claim counts, whole and with its buffers, also where several are alike."""
    make(store, a_booking("two", span(11, 12), A, B))
    buffered = an_item(span(9, 10), C, claimed=span(8.5, 10.5))
    make(store, a_booking("one", span(9, 10), items=(buffered,)))
    busy = store.occupancy.busy(ACME, (ROOM,), span(10, 11.5), NOW)
    assert tuple(busy[ROOM]) == (
        microseconds(span(8.5, 10.5)),
        microseconds(span(11, 12)),
        microseconds(span(11, 12)),
    )


def test_busy_keeps_resources_apart(store: Storage) -> None:
    """One question about many resources answers for each of them."""
    make(store, a_booking("down", span(9, 10)))
    upstairs = (an_item(span(11, 12), resource_id=ATTIC),)
    make(store, a_booking("up", span(11, 12), items=upstairs))
    busy = store.occupancy.busy(ACME, (ATTIC, CELLAR, ROOM), span(0, 24), NOW)
    assert {id: tuple(found) for id, found in busy.items()} == {
        ROOM: (microseconds(span(9, 10)),),
        ATTIC: (microseconds(span(11, 12)),),
        CELLAR: (),
    }
    assert store.occupancy.busy(ACME, (), span(0, 24), NOW) == {}


def test_busy_and_claims_agree(store: Storage) -> None:
    """Both see the same periods, of every kind of claim."""
    make(store, a_hold("hold", span(9, 10), A, B))
    make(store, a_hold("overdue", span(9, 12), C, expires_at=NOW))
    make(store, a_booking("sold", span(9.5, 13), D))
    shown = sorted(microseconds(claim.span) for claim in claims(store))
    assert list(store.occupancy.busy(ACME, (ROOM,), span(0, 24), NOW)[ROOM]) == shown


def test_tenants_do_not_see_each_others_claims(store: Storage) -> None:
    """The same resource, unit and booking in two tenants are two of each."""
    make(store, a_booking("b", span(9, 10)))
    make(store, a_booking("b", span(9.5, 11), tenant_id=GLOBEX))
    assert [claim.span for claim in claims(store)] == [span(9, 10)]
    assert [claim.span for claim in claims(store, GLOBEX)] == [span(9.5, 11)]
    busy = store.occupancy.busy(GLOBEX, (ROOM,), span(0, 24), NOW)
    assert tuple(busy[ROOM]) == (microseconds(span(9.5, 11)),)
