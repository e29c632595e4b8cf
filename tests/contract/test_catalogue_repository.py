"""Where tenants, resources, services and performances rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from booking_core.domain.catalogue.offer import Offer, OnPaymentFailure, Per
from booking_core.domain.catalogue.resource import Assignment, Unit
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.catalogue.schedule import ALL_DAY, OpeningHours, Schedule
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.cancellation_policy import CancellationPolicy, RefundTier
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import TenantId, UnitId
from booking_core.domain.kernel.money import Money
from booking_core.ports.catalogue_repository import CatalogueRepository, UnitsInUse
from booking_core.ports.storage import Storage
from booking_core.ports.unit_of_work import StaleCatalogue
from tests.contract.builders import (
    ACME,
    ATTIC,
    GLOBEX,
    ROOM,
    UNITS,
    a_block,
    a_booking,
    a_hold,
    a_performance,
    a_room,
    a_service,
    change,
    euros,
    holders,
    keep,
    make,
    span,
)
from tests.contract.paging import all_pages

A, B, C, D = UNITS
OFFER = Offer(
    price=Money(1234, "KWD"),
    per=Per.DAY,
    needs_approval=True,
    approval_within=timedelta(days=2),
    hold_for=timedelta(minutes=33),
    on_payment_failure=OnPaymentFailure.RELEASE,
    attempts_max=7,
    release_on_no_show=True,
    cancellation=CancellationPolicy(
        tiers=(
            RefundTier(notice=timedelta(days=7), share_bp=10_000),
            RefundTier(notice=timedelta(hours=1), share_bp=3333, fee_minor=5),
        )
    ),
    text='Ünï " \\ ☂',
)
SCHEDULE = Schedule(
    weekly=(
        (OpeningHours(540, 720), OpeningHours(780, 1080)),
        (OpeningHours(1320, 1560),),
        (),
        ALL_DAY,
        (),
        (),
        (),
    ),
    exceptions={date(2030, 12, 25): (), date(2030, 12, 31): (OpeningHours(0, 1440),)},
)
RULES = Rules(
    step=timedelta(minutes=15),
    offset=timedelta(minutes=5),
    duration_min=timedelta(minutes=30),
    duration_max=timedelta(hours=4),
    notice_min=timedelta(hours=1),
    advance_max=timedelta(days=90),
    buffer_before=timedelta(minutes=10),
    buffer_after=timedelta(minutes=5),
    units_max=3,
    holds_max=2,
)


@dataclass(frozen=True)
class Kind:
    """One kind of the catalogue's nouns, and how it is built, saved, read and listed."""

    noun: str
    build: Callable[..., Any]
    save: Callable[[CatalogueRepository, Any], None]
    get: Callable[..., Any]
    page: Callable[..., Any]


KINDS = (
    Kind(
        noun="resource",
        build=a_room,
        save=lambda catalogue, it: catalogue.save_resource(it),
        get=lambda catalogue, *ids, **how: catalogue.resource(*ids, **how),
        page=lambda catalogue, *args: catalogue.resources(*args),
    ),
    Kind(
        noun="service",
        build=a_service,
        save=lambda catalogue, it: catalogue.save_service(it),
        get=lambda catalogue, *ids, **how: catalogue.service(*ids, **how),
        page=lambda catalogue, *args: catalogue.services(*args),
    ),
    Kind(
        noun="performance",
        build=a_performance,
        save=lambda catalogue, it: catalogue.save_performance(it),
        get=lambda catalogue, *ids, **how: catalogue.performance(*ids, **how),
        page=lambda catalogue, *args: catalogue.performances(*args),
    ),
)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.noun)


# Tenants


def test_tenants_are_kept_and_changed(store: Storage) -> None:
    """A tenant comes back as it was last saved; all of them by id."""
    changed = Tenant(id=ACME, name="Acmé & fils", cancels_on_external_refund=True)
    store.catalogue.save_tenant(changed)
    assert store.catalogue.tenant(ACME) == changed
    assert [tenant.id for tenant in store.catalogue.tenants()] == [ACME, GLOBEX]


def test_a_tenant_that_is_not_there_is_not_found(store: Storage) -> None:
    """Nobody is made up."""
    with pytest.raises(NotFound) as refusal:
        store.catalogue.tenant(TenantId("nobody"))
    assert (refusal.value.noun, refusal.value.id) == ("tenant", "nobody")


# Every kind alike


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        (KINDS[0], {"name": "Ünï ☂", "zone": "Asia/Kathmandu", "units": (Unit(A),)}),
        (KINDS[0], {"assignment": Assignment.NAMED, "schedule": SCHEDULE}),
        (KINDS[0], {"rules": RULES, "offer": OFFER}),
        (KINDS[0], {"units": (Unit(B, "stalls", 2, 1), Unit(A, "balcony", 1, 2), Unit(D))}),
        (KINDS[1], {"resource_ids": (ATTIC, ROOM), "offer": OFFER}),
        (KINDS[1], {"duration": timedelta(minutes=25), "name": "x" * 200}),
        (KINDS[2], {"prices": {"stalls": euros(30), "balcony": euros(0)}}),
        (KINDS[2], {"resource_id": ATTIC, "prices": {"": Money(5, "JPY")}}),
    ],
)
def test_every_fact_is_kept(store: Storage, kind: Kind, facts: dict[str, Any]) -> None:
    """All fields come back equal, units and resources in their order."""
    new = kind.build(id="new", **facts)
    kind.save(store.catalogue, new)
    assert kind.get(store.catalogue, ACME, "new") == new
    assert kind.get(store.catalogue, ACME, "new", fresh=True) == new


@every_kind
def test_what_is_not_there_is_not_found(store: Storage, kind: Kind) -> None:
    """What is missing, and what is another tenant's, look alike."""
    kind.save(store.catalogue, kind.build(GLOBEX, "theirs"))
    for tenant_id, id in ((ACME, "missing"), (ACME, "theirs"), (TenantId("nobody"), "theirs")):
        with pytest.raises(NotFound) as refusal:
            kind.get(store.catalogue, tenant_id, id)
        assert (refusal.value.noun, refusal.value.id) == (kind.noun, id)


@every_kind
def test_a_change_is_read_afresh(store: Storage, kind: Kind) -> None:
    """`fresh` asks past anything kept: the last revision is had."""
    for revision in (1, 2, 3):
        changed = kind.build(id="new", name=f"Revision {revision}", revision=revision)
        kind.save(store.catalogue, changed)
        assert kind.get(store.catalogue, ACME, "new", fresh=True) == changed


@every_kind
@pytest.mark.parametrize("revision", [1, 2, 4], ids=["new", "again", "ahead"])
def test_only_the_next_revision_is_taken(store: Storage, kind: Kind, revision: int) -> None:
    """Over revision 2 only 3 can be saved: two who change the same thing cannot both win."""
    for standing in (1, 2):
        kind.save(store.catalogue, kind.build(id="new", name="Standing", revision=standing))
    with pytest.raises(StaleCatalogue) as refusal:
        kind.save(store.catalogue, kind.build(id="new", name="Other", revision=revision))
    assert (refusal.value.noun, refusal.value.id) == (kind.noun, "new")
    assert kind.get(store.catalogue, ACME, "new", fresh=True).name == "Standing"


@every_kind
def test_nothing_begins_with_a_later_revision(store: Storage, kind: Kind) -> None:
    """What does not exist has no revision that 2 could follow."""
    with pytest.raises(StaleCatalogue):
        kind.save(store.catalogue, kind.build(id="new", revision=2))
    with pytest.raises(NotFound):
        kind.get(store.catalogue, ACME, "new")


@every_kind
def test_two_tenants_may_use_one_name(store: Storage, kind: Kind) -> None:
    """A change in one tenant is none in the other."""
    theirs = kind.build(GLOBEX, "same")
    kind.save(store.catalogue, theirs)
    for revision in (1, 2):
        kind.save(store.catalogue, kind.build(ACME, "same", name="Ours", revision=revision))
    assert kind.get(store.catalogue, GLOBEX, "same", fresh=True) == theirs


@every_kind
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_show_everything_once_by_id(store: Storage, kind: Kind, limit: int) -> None:
    """Cursors lead through a tenant's own, upper case before lower as Python orders them."""
    wanted = ["B", "Z-1", "a", "a.b", "b", "z"]
    for id in ("b", "Z-1", "a.b", "z", "B", "a"):
        kind.save(store.catalogue, kind.build(id=id))
    kind.save(store.catalogue, kind.build(GLOBEX, "c"))
    listed = all_pages(lambda page: kind.page(store.catalogue, ACME, page), limit)
    found = [entry.id for entry in listed]
    furnished = {ROOM, ATTIC, "cut", "concert"}
    assert [id for id in found if id not in furnished] == wanted
    assert found == sorted(found)


# Units that go and come


def with_units(units: Sequence[UnitId], revision: int) -> Any:
    """The room with those units."""
    return a_room(units=tuple(map(Unit, units)), revision=revision)


def test_a_unit_that_has_claims_cannot_go(store: Storage) -> None:
    """Bookings and blocks keep their units; the refusal names them, and nothing is changed."""
    make(store, a_booking("b", span(9, 10), C))
    keep(store, a_block("block", span(9, 10), B))
    with pytest.raises(UnitsInUse) as refusal:
        store.catalogue.save_resource(with_units((A,), 2))
    assert refusal.value.resource_id == ROOM
    assert tuple(refusal.value.unit_ids) == (B, C)
    assert store.catalogue.resource(ACME, ROOM, fresh=True) == a_room()
    store.catalogue.save_resource(with_units((C, B), 2))
    assert holders(store) == ["block", "b"]


def test_a_unit_that_is_free_can_go(store: Storage) -> None:
    """A claim that was released holds its unit no more, nor does one of another's unit."""
    booking = make(store, a_hold("b", span(9, 10), B))
    make(store, a_booking("theirs", span(9, 10), B, tenant_id=GLOBEX))
    change(store, booking, booking.cancel("changed_my_mind"))
    without = with_units((A, C, D), 2)
    store.catalogue.save_resource(without)
    assert store.catalogue.resource(ACME, ROOM, fresh=True) == without


def test_a_unit_may_go_and_come_back(store: Storage) -> None:
    """It can be booked again as if it had never been away."""
    store.catalogue.save_resource(with_units((A, C), 2))
    again = with_units((D, C, B, A), 3)
    store.catalogue.save_resource(again)
    assert store.catalogue.resource(ACME, ROOM, fresh=True) == again
    make(store, a_booking("b", span(9, 10), B, D))
    assert holders(store) == ["b", "b"]


def test_a_stale_change_is_stale_before_its_units_are_looked_at(store: Storage) -> None:
    """Who read an old revision is told that, whatever else is wrong."""
    make(store, a_booking("b", span(9, 10), B))
    store.catalogue.save_resource(replace(a_room(), name="Changed", revision=2))
    with pytest.raises(StaleCatalogue):
        store.catalogue.save_resource(with_units((A,), 2))
