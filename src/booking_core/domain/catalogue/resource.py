"""A resource: what can be booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from booking_core.domain.catalogue.offer import FREE, Offer
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.catalogue.schedule import ALWAYS_OPEN, Schedule
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import ProviderId, ResourceId, TenantId, UnitId, named
from booking_core.domain.kernel.localtime import zone

UNITS_MOST = 100_000


class Assignment(StrEnum):
    """Who picks the units."""

    ANY = "any"  # The engine: they are interchangeable.
    NAMED = "named"  # The customer: they are seats.


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest thing that is booked as a whole.

    Seats have a category, and a place for best-available: row and number from the front left.
    """

    id: UnitId
    category: str = ""
    row: int = 0
    number: int = 0

    def __post_init__(self) -> None:
        named("units", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A doctor, a room type, a car park, a hall; `revision` rises by one whenever it changes."""

    tenant_id: TenantId
    id: ResourceId
    provider_id: ProviderId
    name: str
    zone: str
    units: tuple[Unit, ...]
    assignment: Assignment = Assignment.ANY
    schedule: Schedule = ALWAYS_OPEN
    rules: Rules = field(default_factory=Rules)
    offer: Offer = FREE
    revision: int = 1
    units_by_id: Mapping[UnitId, Unit] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        named("resourceId", self.id)
        zone(self.zone)
        if not 1 <= len(self.name) <= 200:
            raise InvalidInput("name", "1 to 200 characters")
        if not 1 <= len(self.units) <= UNITS_MOST:
            raise InvalidInput("units", f"1 to {UNITS_MOST} units")
        units_by_id = {unit.id: unit for unit in self.units}
        if len(units_by_id) != len(self.units):
            raise InvalidInput("units", "names that differ")
        object.__setattr__(self, "units_by_id", MappingProxyType(units_by_id))

    @property
    def unit_ids(self) -> tuple[UnitId, ...]:
        """The names of its units, in their order."""
        return tuple(self.units_by_id)

    @property
    def is_exclusive(self) -> bool:
        """Whether there is only one unit, so that nothing needs to be picked."""
        return len(self.units) == 1
