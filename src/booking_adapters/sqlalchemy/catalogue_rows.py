"""The catalogue's nouns as rows: what is looked up by, and the rest as one document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from booking_adapters.sqlalchemy.codec import decode, encode
from booking_core.domain.catalogue.offer import Offer
from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.catalogue.resource import Assignment, Resource, Unit
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.catalogue.schedule import Schedule
from booking_core.domain.catalogue.service import Service
from booking_core.domain.kernel.ids import ResourceId, TenantId, UnitId
from booking_core.domain.kernel.money import Money
from booking_core.domain.kernel.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceDocument:
    """A resource but for its names, its units and its revision."""

    name: str
    zone: str
    assignment: Assignment
    schedule: Schedule
    rules: Rules
    offer: Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDocument:
    """A service but for its names and its revision."""

    name: str
    resource_ids: tuple[ResourceId, ...]
    offer: Offer
    duration: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceDocument:
    """A performance but for its names and its revision."""

    name: str
    during: Span
    prices: Mapping[str, Money]
    offer: Offer


def resource_document(it: Resource) -> str:
    """What is kept whole of a resource."""
    return encode(
        ResourceDocument(
            name=it.name,
            zone=it.zone,
            assignment=it.assignment,
            schedule=it.schedule,
            rules=it.rules,
            offer=it.offer,
        )
    )


def service_document(it: Service) -> str:
    """What is kept whole of a service."""
    document = ServiceDocument(
        name=it.name, resource_ids=it.resource_ids, offer=it.offer, duration=it.duration
    )
    return encode(document)


def performance_document(it: Performance) -> str:
    """What is kept whole of a performance."""
    document = PerformanceDocument(name=it.name, during=it.during, prices=it.prices, offer=it.offer)
    return encode(document)


def resource_of(
    tenant_id: TenantId, row: Sequence[Any], units: Iterable[Sequence[Any]]
) -> Resource:
    """From (id, provider_id, revision, document) and, in order, (id, category, row, number)."""
    id, provider_id, revision, document = row
    kept = decode(document, ResourceDocument)
    return Resource(
        tenant_id=tenant_id,
        id=id,
        provider_id=provider_id,
        name=kept.name,
        zone=kept.zone,
        units=tuple(Unit(UnitId(unit), *place) for unit, *place in units),
        assignment=kept.assignment,
        schedule=kept.schedule,
        rules=kept.rules,
        offer=kept.offer,
        revision=revision,
    )


def service_of(tenant_id: TenantId, row: Sequence[Any]) -> Service:
    """From (id, provider_id, revision, document)."""
    id, provider_id, revision, document = row
    kept = decode(document, ServiceDocument)
    return Service(
        tenant_id=tenant_id,
        id=id,
        provider_id=provider_id,
        name=kept.name,
        resource_ids=kept.resource_ids,
        offer=kept.offer,
        duration=kept.duration,
        revision=revision,
    )


def performance_of(tenant_id: TenantId, row: Sequence[Any]) -> Performance:
    """From (id, provider_id, revision, document, resource_id)."""
    id, provider_id, revision, document, resource_id = row
    kept = decode(document, PerformanceDocument)
    return Performance(
        tenant_id=tenant_id,
        id=id,
        provider_id=provider_id,
        resource_id=resource_id,
        name=kept.name,
        during=kept.during,
        prices=kept.prices,
        offer=kept.offer,
        revision=revision,
    )
