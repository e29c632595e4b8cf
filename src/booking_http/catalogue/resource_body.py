"""A resource on the wire."""

from __future__ import annotations

from typing import Annotated

import msgspec

from booking_core.application.caller import Caller
from booking_core.domain.catalogue.offer import FREE
from booking_core.domain.catalogue.resource import Assignment, Resource, Unit
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.catalogue.schedule import ALWAYS_OPEN
from booking_core.domain.kernel.ids import ResourceId, UnitId
from booking_http.catalogue.hours import Timetable
from booking_http.catalogue.keeping import owner
from booking_http.catalogue.rules import RuleBook
from booking_http.catalogue.terms import OfferTerms
from booking_http.strict_body import Body, View
from booking_http.texts import Category, Name, Title

Place = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
ZoneName = Annotated[
    str,
    msgspec.Meta(max_length=100, description="An IANA time zone", examples=["Europe/Paris", "UTC"]),
]


class UnitBody(Body, frozen=True, kw_only=True):
    """The smallest thing that is booked as a whole; a seat has a category, a row and a number."""

    id: Name
    category: Category = ""
    row: Place = 0
    number: Place = 0

    @classmethod
    def of(cls, unit: Unit) -> UnitBody:
        return cls(id=unit.id, category=unit.category, row=unit.row, number=unit.number)


class ResourceBody(Body, frozen=True, kw_only=True):
    """Something that can be booked. A number of `units` stands for so many, named 1, 2, 3, …

    `assignment` says who picks the units: the engine (any), or the customer (named). Without a
    `schedule` it is always open. Without a `providerId` it is the caller's.
    """

    name: Title
    zone: ZoneName
    units: (
        Annotated[int, msgspec.Meta(ge=1, le=100_000)]
        | Annotated[list[UnitBody], msgspec.Meta(min_length=1)]
    ) = 1
    assignment: Assignment = Assignment.ANY
    schedule: Timetable | None = None
    rules: RuleBook | None = None
    offer: OfferTerms | None = None
    provider_id: Name | None = None

    def resource(self, id: str, by: Caller) -> Resource:
        """What it means, or InvalidInput."""
        return Resource(
            tenant_id=by.tenant_id,
            id=ResourceId(id),
            provider_id=owner(self.provider_id, by),
            name=self.name,
            zone=self.zone,
            units=self._units(),
            assignment=self.assignment,
            schedule=ALWAYS_OPEN if self.schedule is None else self.schedule.schedule(),
            rules=Rules() if self.rules is None else self.rules.rules(),
            offer=FREE if self.offer is None else self.offer.offer(),
        )

    def _units(self) -> tuple[Unit, ...]:
        if isinstance(self.units, int):
            return tuple(Unit(UnitId(str(number))) for number in range(1, self.units + 1))
        return tuple(
            Unit(UnitId(unit.id), category=unit.category, row=unit.row, number=unit.number)
            for unit in self.units
        )


class NewResource(ResourceBody, frozen=True, kw_only=True):
    """The same, under a name of the client's choice or of ours."""

    id: Name | None = None


class ResourceSummary(View, frozen=True, kw_only=True):
    """A resource without its units."""

    id: str
    provider_id: str
    name: str
    zone: str
    assignment: Assignment
    unit_count: int
    revision: int


class ResourcePage(View, frozen=True, kw_only=True):
    """Some resources, and the cursor of those that follow."""

    items: list[ResourceSummary]
    next: str | None


class ResourceView(View, frozen=True, kw_only=True):
    """A resource; without a `schedule` it is always open."""

    id: str
    provider_id: str
    name: str
    zone: str
    assignment: Assignment
    unit_count: int
    units: list[UnitBody]
    schedule: Timetable | None
    rules: RuleBook
    offer: OfferTerms
    revision: int


def summary(resource: Resource) -> ResourceSummary:
    """What a listing shows of it."""
    return ResourceSummary(
        id=resource.id,
        provider_id=resource.provider_id,
        name=resource.name,
        zone=resource.zone,
        assignment=resource.assignment,
        unit_count=len(resource.units),
        revision=resource.revision,
    )


def view(resource: Resource) -> ResourceView:
    """All of it."""
    return ResourceView(
        id=resource.id,
        provider_id=resource.provider_id,
        name=resource.name,
        zone=resource.zone,
        assignment=resource.assignment,
        unit_count=len(resource.units),
        units=[UnitBody.of(unit) for unit in resource.units],
        schedule=None if resource.schedule.always_open else Timetable.of(resource.schedule),
        rules=RuleBook.of(resource.rules),
        offer=OfferTerms.of(resource.offer),
        revision=resource.revision,
    )
