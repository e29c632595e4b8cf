"""All or nothing: overdue holds expired by the batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.ids import PaymentId
from booking_core.domain.payment.account import EMPTY_ACCOUNT
from booking_core.ports.booking_repository import Dossier, OverdueHold
from booking_core.ports.page import PageRequest
from booking_core.ports.storage import Storage
from booking_core.ports.unit_of_work import Lapse
from tests.contract.builders import (
    ACME,
    GLOBEX,
    HOLD,
    NOW,
    UNITS,
    a_booking,
    a_hold,
    an_attempt,
    an_event,
    at,
    change,
    changing,
    claims,
    furnish,
    holders,
    id_of,
    make,
    next_of,
    saved,
    span,
    standing,
)

A, B, C, D = UNITS
LATER = NOW + HOLD


def lapses(store: Storage, now: datetime = LATER) -> Sequence[Lapse]:
    """Everything that is overdue, as a sweeper expires it."""
    found = store.bookings.overdue(now, limit=100)
    return [lapse_of(store.bookings.get(h.tenant_id, h.booking_id).booking) for h in found]


def lapse_of(hold: Booking) -> Lapse:
    """The end of that hold."""
    from_ = {
        "tenant_id": hold.tenant_id,
        "booking_id": hold.id,
        "state": hold.state,
        "version": hold.version,
        "sequence": hold.sequence,
    }
    expired = next_of(hold, hold.expire())
    return Lapse(
        hold=OverdueHold(**from_),
        state=expired.state,
        reason_code=expired.reason_code or "",
        event=an_event(expired, "booking.changed"),
    )


def seen(store: Storage, *bookings: Booking) -> Sequence[object]:
    """All that can be read of those bookings and of what is claimed."""
    dossiers = [standing(store, booking) for booking in bookings]
    told = [
        store.bookings.history(booking.tenant_id, booking.id, PageRequest()).entries
        for booking in bookings
    ]
    return [dossiers, told, claims(store), claims(store, GLOBEX), lapses(store)]


def test_a_lapsed_hold_is_expired_and_frees_its_units(store: Storage) -> None:
    """State, reason, version, history and claims are those of a booking that expired."""
    hold = make(store, a_hold("hold", span(9, 10), A, B))
    assert store.unit_of_work.lapse(lapses(store), LATER) == 1
    expired = next_of(hold, hold.expire())
    assert standing(store, hold) == Dossier(booking=expired, account=EMPTY_ACCOUNT)
    assert claims(store) == ()
    history = store.bookings.history(ACME, hold.id, PageRequest()).entries
    assert [event.sequence for event in history] == [1, 2]
    make(store, a_booking("next", span(9, 10), A, B))


def test_no_lapses_are_no_trouble(store: Storage) -> None:
    """An empty batch expires nothing."""
    assert store.unit_of_work.lapse((), LATER) == 0


def test_one_batch_serves_all_tenants(store: Storage) -> None:
    """A sweeper takes what is overdue wherever it is, and nothing else."""
    make(store, a_hold("hold", span(9, 10)))
    make(store, a_hold("hold", span(9, 10), tenant_id=GLOBEX))
    waiting = a_hold(
        "waiting", span(10, 11), state=BookingState.PENDING_CONFIRMATION, expires_at=NOW
    )
    make(store, waiting)
    kept = make(store, a_booking("confirmed", span(11, 12)))
    assert store.unit_of_work.lapse(lapses(store), LATER) == 3
    assert tuple(claims(store)) == tuple(kept.claims())
    assert claims(store, GLOBEX) == ()


def test_one_tenants_lapse_leaves_the_others_alone(store: Storage) -> None:
    """The same id in another tenant is another hold."""
    make(store, a_hold("hold", span(9, 10)))
    theirs = make(store, a_hold("hold", span(9, 10), tenant_id=GLOBEX))
    (ours, _) = sorted(lapses(store), key=lambda lapse: lapse.hold.tenant_id)
    assert store.unit_of_work.lapse((ours,), LATER) == 1
    assert standing(store, theirs).booking == theirs
    assert holders(store, GLOBEX) == ["hold"]


@pytest.mark.parametrize(
    "move",
    [
        lambda hold: hold.pay(),
        lambda hold: hold.extend(at(8)),
        lambda hold: hold.extend(LATER),
        lambda hold: hold.cancel("changed_my_mind"),
        lambda hold: hold.flagged("odd"),
    ],
    ids=["paid", "extended", "touched", "cancelled", "flagged"],
)
def test_a_hold_that_was_changed_meanwhile_is_passed_over(
    store: Storage, move: Callable[[Booking], Booking]
) -> None:
    """What the sweeper read does not stand any more: nothing of it is done, the others go."""
    hold = make(store, a_hold("hold", span(9, 10)))
    other = make(store, a_hold("other", span(10, 11)))
    batch = lapses(store)
    changed = change(store, hold, move(hold))
    before = seen(store, hold)
    assert store.unit_of_work.lapse(batch, LATER) == 1
    assert standing(store, hold).booking == changed
    assert standing(store, other).booking.state is BookingState.EXPIRED
    assert len(seen(store, hold)[1][0]) == len(before[1][0])
    assert holders(store) == (["hold"] if changed.is_live else [])


def test_a_lapse_happens_once(store: Storage) -> None:
    """The same batch again, or the same hold twice in one batch, finds nothing left to do."""
    hold = make(store, a_hold("hold", span(9, 10)))
    (lapse,) = lapses(store)
    assert store.unit_of_work.lapse((lapse, lapse), LATER) == 1
    assert store.unit_of_work.lapse((lapse,), LATER) == 0
    assert standing(store, hold).booking.version == 2
    assert len(store.bookings.history(ACME, hold.id, PageRequest()).entries) == 2


def test_a_hold_that_is_not_overdue_is_passed_over(store: Storage) -> None:
    """A sweeper whose clock runs ahead ends nobody's hold: `now` judges."""
    hold = make(store, a_hold("hold", span(9, 10)))
    early = LATER - timedelta(microseconds=1)
    assert store.unit_of_work.lapse((lapse_of(hold),), early) == 0
    assert standing(store, hold).booking == hold
    assert store.unit_of_work.lapse((lapse_of(hold),), LATER) == 1


def test_what_never_was_cannot_lapse(store: Storage) -> None:
    """A hold that does not exist, here or in that tenant, is passed over."""
    make(store, a_hold("hold", span(9, 10)))
    stranger = lapse_of(a_hold("hold", span(9, 10), tenant_id=GLOBEX))
    assert store.unit_of_work.lapse((stranger,), LATER) == 0
    assert len(claims(store)) == 1


def test_a_lapse_keeps_the_money(store: Storage) -> None:
    """Attempts stay as they are: a payment may still come, late."""
    hold = make(store, a_hold("hold", span(9, 10)))
    account = EMPTY_ACCOUNT.begin(an_attempt("pay"), attempts_max=3)
    paying = next_of(hold, hold)
    store.unit_of_work.commit(
        changing((hold, hold), saved=(saved(paying, EMPTY_ACCOUNT, account),))
    )
    assert store.unit_of_work.lapse(lapses(store), LATER) == 1
    assert store.bookings.of_payment(ACME, PaymentId(id_of("pay"))) == Dossier(
        booking=next_of(paying, paying.expire()), account=account
    )


holds = st.lists(
    st.builds(
        lambda n, minutes, many: (n, NOW + timedelta(minutes=minutes), many),
        n=st.integers(0, 7),
        minutes=st.integers(1, 20),
        many=st.integers(1, 4),
    ),
    max_size=6,
    unique_by=lambda hold: hold[0],
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(holds=holds, reverse=st.booleans())
def test_lapsing_is_the_same_as_committing_each_expiry(
    storage: Callable[[], AbstractContextManager[Storage]],
    holds: list[tuple[int, datetime, int]],
    reverse: bool,
) -> None:
    """After one batch, or after one commit for each, there is no telling which it was."""
    bookings = [
        a_hold(f"hold-{n}", span(n, n + 1), *UNITS[:many], expires_at=expires_at)
        for n, expires_at, many in holds
    ]
    overdue = [booking for booking in bookings if booking.is_overdue(LATER)]
    with storage() as batched, storage() as one_by_one:
        for store in (batched, one_by_one):
            furnish(store)
            for booking in bookings:
                make(store, booking)
        for booking in reversed(overdue) if reverse else overdue:
            change(one_by_one, booking, booking.expire(), now=LATER)
        assert batched.unit_of_work.lapse(lapses(batched), LATER) == len(overdue)
        assert seen(batched, *bookings) == seen(one_by_one, *bookings)
