"""The hotel in the engine's catalogue: a pool for each room type, a service for each rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from booking_core.application.caller import Caller, admin
from booking_core.application.catalogue.keep_catalogue import KeepCatalogue
from booking_core.domain.catalogue.offer import Offer, Per
from booking_core.domain.catalogue.resource import Resource, Unit
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.catalogue.service import Service
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.cancellation_policy import FULL_REFUND
from booking_core.domain.kernel.ids import ProviderId, ResourceId, ServiceId, UnitId
from booking_core.domain.kernel.money import Money
from hotel.stay import Stay
from hotel.timeline import ZONE

CURRENCY = "EUR"
# The file has stays that were booked two years ahead; whatever it has, only room decides here.
ANY_STAY = Rules(duration_max=timedelta(days=400), advance_max=timedelta(days=3660))


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Each `adr` is a rate of its own, put into the catalogue when a guest first books at it."""

    keep: KeepCatalogue
    hotelier: Caller
    rates: dict[tuple[str, int], ServiceId] = field(default_factory=dict)

    def open_rooms(self, rooms: Mapping[str, int]) -> None:
        """A pool of interchangeable rooms for each type: A-1, A-2, …"""
        tenant = Tenant(id=self.hotelier.tenant_id, name="Hotel")
        self.keep.tenant(tenant, admin(tenant_id=tenant.id))
        for room_type, count in rooms.items():
            room = Resource(
                tenant_id=self.hotelier.tenant_id,
                id=ResourceId(room_type),
                provider_id=ProviderId(self.hotelier.id),
                name=f"Rooms of type {room_type}",
                zone=ZONE,
                units=tuple(Unit(UnitId(f"{room_type}-{n}")) for n in range(1, count + 1)),
                rules=ANY_STAY,
            )
            self.keep.resource(room, self.hotelier)

    def rate(self, stay: Stay) -> ServiceId:
        """What the guest of that stay buys: a night is a begun day, from check-in to check-out."""
        key = stay.room_type, stay.rate_minor
        if key not in self.rates:
            rate = Service(
                tenant_id=self.hotelier.tenant_id,
                id=ServiceId(f"{stay.room_type}:{stay.rate_minor}"),
                provider_id=ProviderId(self.hotelier.id),
                name=f"{stay.room_type} at {Money(stay.rate_minor, CURRENCY)} a night",
                resource_ids=(ResourceId(stay.room_type),),
                offer=Offer(
                    price=Money(stay.rate_minor, CURRENCY), per=Per.DAY, cancellation=FULL_REFUND
                ),
            )
            self.rates[key] = self.keep.service(rate, self.hotelier).id
        return self.rates[key]
