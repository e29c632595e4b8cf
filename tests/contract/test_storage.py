"""One storage, seen through each of its ports."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from booking_core.domain.kernel.errors import NotFound
from booking_core.ports.page import PageRequest
from booking_core.ports.storage import Storage
from tests.contract.builders import (
    ACME,
    NOW,
    a_booking,
    a_hold,
    an_answer,
    claims,
    furnish,
    holders,
    id_of,
    make,
    span,
)


def test_a_storage_begins_empty(storage: Callable[[], AbstractContextManager[Storage]]) -> None:
    """No tenant, no claim, nothing to sweep, nothing to reconcile."""
    with storage() as fresh:
        assert tuple(fresh.catalogue.tenants()) == ()
        assert tuple(claims(fresh)) == ()
        assert tuple(fresh.bookings.overdue(NOW, limit=10)) == ()
        assert tuple(fresh.bookings.unsettled(limit=10)) == ()
        assert fresh.catalogue.resources(ACME, PageRequest()).entries == ()


def test_what_one_port_commits_all_of_them_show(store: Storage) -> None:
    """There is one truth behind a storage's ports."""
    hold = a_hold("b", span(9, 10), expires_at=NOW)
    make(store, hold, answer=an_answer(hold))
    assert store.bookings.get(ACME, hold.id).booking == hold
    assert holders(store, now=NOW.replace(hour=5)) == ["b"]
    assert [found.booking_id for found in store.bookings.overdue(NOW, limit=10)] == [hold.id]
    assert store.idempotency.answer(an_answer(hold).request) == an_answer(hold)


def test_two_storages_share_nothing(storage: Callable[[], AbstractContextManager[Storage]]) -> None:
    """What is stored here is not there: the same slot can be sold in both."""
    with storage() as one, storage() as other:
        for each in (one, other):
            furnish(each)
        make(one, a_booking("b", span(9, 10)))
        assert claims(other) == ()
        with pytest.raises(NotFound):
            other.bookings.get(ACME, id_of("b"))
        make(other, a_booking("b", span(9, 10)))
        assert holders(one) == holders(other) == ["b"]
