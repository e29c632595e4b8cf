"""A domain event: a fact about one booking, in its order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from booking_core.domain.kernel.ids import BookingId, CorrelationId, EventId, TenantId

Json: TypeAlias = "str | int | bool | Mapping[str, Json] | tuple[Json, ...] | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainEvent:
    """What happened to a booking: `type` is past tense and is the routing key (SPEC §5).

    `sequence` rises by one per booking; `data` holds ids and numbers, never personal data;
    `actor` is who caused it, as "role:id".
    """

    event_id: EventId
    type: str
    tenant_id: TenantId
    booking_id: BookingId
    sequence: int
    at: datetime
    correlation_id: CorrelationId
    actor: str
    data: Mapping[str, Json]
    causation_id: EventId | None = None
    schema_version: int = 1
