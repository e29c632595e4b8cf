"""Things to store: a tenant, a room, a booking; and the changes that make and move them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from booking_core.domain.availability.block import Block
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.code import Code
from booking_core.domain.booking.item import Item
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.booking.terms import Terms
from booking_core.domain.catalogue.offer import Offer
from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.catalogue.resource import Resource, Unit
from booking_core.domain.catalogue.service import Service
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.cancellation_policy import CancellationPolicy, RefundTier
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.events import DomainEvent, Json
from booking_core.domain.kernel.ids import (
    BlockId,
    BookingId,
    CorrelationId,
    CustomerId,
    EventId,
    PaymentId,
    PerformanceId,
    ProviderId,
    ResourceId,
    ServiceId,
    TenantId,
    UnitId,
)
from booking_core.domain.kernel.money import Money
from booking_core.domain.kernel.span import Span
from booking_core.domain.payment.account import EMPTY_ACCOUNT, Account
from booking_core.domain.payment.attempt import Attempt
from booking_core.ports.booking_repository import Dossier
from booking_core.ports.idempotency import Answer, RequestKey
from booking_core.ports.storage import Storage
from booking_core.ports.unit_of_work import Changes, HoldLimit, Saved

MIDNIGHT = datetime(2030, 1, 7, tzinfo=UTC)
HOLD = timedelta(minutes=10)
ACME, GLOBEX = TenantId("acme"), TenantId("globex")
ROOM, ATTIC = ResourceId("room"), ResourceId("attic")
CUT, CONCERT = ServiceId("cut"), PerformanceId("concert")
ANN, BOB = CustomerId("ann"), CustomerId("bob")
OWNER = ProviderId("owner")
UNITS = tuple(UnitId(name) for name in "ABCD")
TERMS = Terms(
    zone="Europe/Paris",
    cancellation=CancellationPolicy(
        tiers=(RefundTier(notice=timedelta(days=2), share_bp=8000, fee_minor=150),)
    ),
    hold_for=HOLD,
    attempts_max=3,
    releases_on_payment_failure=True,
    releases_on_no_show=False,
    text="Chaises à côté; 10 % off",
)


def at_most(holds: int) -> tuple[HoldLimit, ...]:
    """Ann may hold the room so many times."""
    return (HoldLimit(customer_id=ANN, resource_id=ROOM, holds_max=holds),)


def id_of(name: str) -> str:
    """A UUID that spells the name: what the engine names is named by UUIDs, tests by words."""
    return str(UUID(bytes=name.encode().ljust(16, b"\0")))


def name_of(id: str | None) -> str:
    """The name that the id spells."""
    assert id is not None
    return UUID(id).bytes.rstrip(b"\0").decode()


def at(hour: float) -> datetime:
    """That hour of the day on which all of this happens."""
    return MIDNIGHT + timedelta(hours=hour)


NOW = at(6)


def span(start: float, end: float) -> Span:
    """From one hour of that day to another."""
    return Span(at(start), at(end))


def a_room(tenant_id: TenantId = ACME, id: ResourceId = ROOM, **facts: Any) -> Resource:
    """Four units that anybody may take at any time."""
    facts = {"name": "Room", "zone": "Europe/Paris", "units": tuple(map(Unit, UNITS))} | facts
    return Resource(tenant_id=tenant_id, id=id, provider_id=OWNER, **facts)


def a_service(tenant_id: TenantId = ACME, id: ServiceId = CUT, **facts: Any) -> Service:
    """Something to be had in the room."""
    facts = {"name": "Cut", "resource_ids": (ROOM,), "offer": Offer()} | facts
    return Service(tenant_id=tenant_id, id=id, provider_id=OWNER, **facts)


def a_performance(
    tenant_id: TenantId = ACME, id: PerformanceId = CONCERT, **facts: Any
) -> Performance:
    """Something to be seen in the room, from 20 to 22 h."""
    facts = {"name": "Concert", "resource_id": ROOM, "prices": {"": euros(10)}} | facts
    return Performance(
        tenant_id=tenant_id, id=id, provider_id=OWNER, during=span(20, 22), offer=Offer(), **facts
    )


def furnish(storage: Storage) -> None:
    """Two tenants that have the same: a room, an attic, a service and a performance."""
    for tenant_id in (ACME, GLOBEX):
        storage.catalogue.save_tenant(Tenant(id=tenant_id, name=tenant_id.title()))
        storage.catalogue.save_resource(a_room(tenant_id))
        storage.catalogue.save_resource(a_room(tenant_id, ATTIC))
        storage.catalogue.save_service(a_service(tenant_id))
        storage.catalogue.save_performance(a_performance(tenant_id))


def euros(whole: int) -> Money:
    """So many euros."""
    return Money(whole * 100, "EUR")


def an_item(during: Span, *units: UnitId, **facts: Any) -> Item:
    """Some units of the room for that period, without buffers."""
    facts = {"resource_id": ROOM, "claimed": during} | facts
    return Item(unit_ids=units or UNITS[:1], span=during, **facts)


def a_hold(name: str, during: Span, *units: UnitId, **facts: Any) -> Booking:
    """A new booking of Ann's that is not paid: of unit A unless told, until 10 past 6."""
    facts = {"state": BookingState.PENDING, "expires_at": NOW + HOLD} | facts
    return _new(name, during, units, facts)


def a_booking(name: str, during: Span, *units: UnitId, **facts: Any) -> Booking:
    """A new booking of Ann's that is confirmed: of unit A unless told."""
    return _new(name, during, units, {"state": BookingState.CONFIRMED} | facts)


def _new(name: str, during: Span, units: Sequence[UnitId], facts: dict[str, Any]) -> Booking:
    usual = {
        "tenant_id": ACME,
        "code": Code(f"CODE-{name}"),
        "customer_id": ANN,
        "provider_id": OWNER,
        "items": (an_item(during, *units),),
        "price": euros(40),
        "terms": TERMS,
        "created_at": NOW,
        "version": 1,
        "sequence": 1,
    }
    return Booking(id=BookingId(id_of(name)), **usual | facts)


def a_block(name: str, during: Span, *units: UnitId, **facts: Any) -> Block:
    """Some units of the room kept from sale: A unless told."""
    facts = {"tenant_id": ACME, "resource_id": ROOM, "reason": "painting"} | facts
    return Block(
        id=BlockId(id_of(name)), unit_ids=units or UNITS[:1], span=during, created_at=NOW, **facts
    )


def an_attempt(name: str, number: int = 1, **facts: Any) -> Attempt:
    """A first try to pay 40 euros."""
    facts = {"amount": euros(40), "provider": "simulated", "created_at": NOW} | facts
    return Attempt(id=PaymentId(id_of(name)), number=number, **facts)


def an_event(booking: Booking, type: str, **data: Json) -> DomainEvent:
    """The latest event of that booking."""
    return DomainEvent(
        event_id=EventId(
            str(uuid5(NAMESPACE_OID, f"{booking.tenant_id} {booking.id} {booking.sequence}"))
        ),
        type=type,
        tenant_id=booking.tenant_id,
        booking_id=booking.id,
        sequence=booking.sequence,
        at=NOW,
        correlation_id=CorrelationId("c-1"),
        actor="customer:ann",
        data=data,
    )


def an_answer(booking: Booking, key: str = "key-1", **facts: Any) -> Answer:
    """What Ann was told when she asked for that booking."""
    request = RequestKey(
        tenant_id=booking.tenant_id, principal="ann", operation="PlaceHold", key=key
    )
    facts = {"fingerprint": "f", "at": NOW, "account": EMPTY_ACCOUNT} | facts
    return Answer(request=request, booking=booking, **facts)


def saved(booking: Booking, before: Account, after: Account) -> Saved:
    """The booking with what is new or changed of its money."""
    return Saved(
        booking=booking,
        account=after,
        attempts=tuple(a for a in after.attempts if a not in before.attempts),
        refunds=tuple(r for r in after.refunds if r not in before.refunds),
        transfers=after.transfers[len(before.transfers) :],
    )


def next_of(before: Booking, after: Booking) -> Booking:
    """The booking as it is afterwards, numbered for its commit and the one event of it."""
    return replace(after, version=before.version + 1, sequence=before.sequence + 1)


def making(*bookings: Booking, **also: Any) -> Changes:
    """The change that brings new bookings about, each with its claims and an event."""
    usual = {
        "tenant_id": bookings[0].tenant_id,
        "now": NOW,
        "saved": tuple(Saved(booking=new, account=EMPTY_ACCOUNT) for new in bookings),
        "claimed": tuple(claim for new in bookings for claim in new.claims()),
        "events": tuple(an_event(new, "booking.created") for new in bookings),
    }
    return Changes(**usual | also)


def changing(*moves: tuple[Booking, Booking], **also: Any) -> Changes:
    """The change from what stands to what shall stand, of one booking or of several together.

    Claims that are no longer held are released, and those that were not held are claimed.
    """
    numbered = [(before, next_of(before, after)) for before, after in moves]
    usual = {
        "tenant_id": moves[0][0].tenant_id,
        "now": NOW,
        "saved": tuple(Saved(booking=after, account=EMPTY_ACCOUNT) for _, after in numbered),
        "released": tuple(claim for old, new in numbered for claim in _only(old, new)),
        "claimed": tuple(claim for old, new in numbered for claim in _only(new, old)),
        "events": tuple(an_event(after, "booking.changed") for _, after in numbered),
    }
    return Changes(**usual | also)


def _only(booking: Booking, other: Booking) -> list[Claim]:
    places = {(claim.unit_id, claim.span) for claim in other.claims()}
    return [claim for claim in booking.claims() if (claim.unit_id, claim.span) not in places]


def make(storage: Storage, *bookings: Booking, **also: Any) -> Booking:
    """Commit new bookings; the first of them."""
    storage.unit_of_work.commit(making(*bookings, **also))
    return bookings[0]


def change(storage: Storage, before: Booking, after: Booking, **also: Any) -> Booking:
    """Commit a booking's change; the booking as it stands then."""
    storage.unit_of_work.commit(changing((before, after), **also))
    return next_of(before, after)


def keep(storage: Storage, block: Block) -> Block:
    """Commit a new block with its claims."""
    storage.unit_of_work.commit(
        Changes(tenant_id=block.tenant_id, now=NOW, blocks=(block,), claimed=tuple(block.claims()))
    )
    return block


def lift(storage: Storage, block: Block) -> Block:
    """Commit the end of a block; the block as it stands then."""
    lifted = block.lift(at(7))
    storage.unit_of_work.commit(
        Changes(
            tenant_id=block.tenant_id, now=NOW, blocks=(lifted,), released=tuple(block.claims())
        )
    )
    return lifted


def standing(storage: Storage, booking: Booking) -> Dossier:
    """What is stored of that booking."""
    return storage.bookings.get(booking.tenant_id, booking.id)


def claims(
    storage: Storage, tenant_id: TenantId = ACME, now: datetime = NOW, **where: Any
) -> Sequence[Claim]:
    """What is claimed of the room on that day and the days around it."""
    where = {"resource_id": ROOM, "window": span(-48, 72)} | where
    return storage.occupancy.claims(tenant_id, now=now, **where)


def holders(storage: Storage, tenant_id: TenantId = ACME, **where: Any) -> list[str]:
    """By what the room is claimed, in order of time and unit."""
    found = claims(storage, tenant_id, **where)
    return [name_of(claim.booking_id or claim.block_id) for claim in found]
