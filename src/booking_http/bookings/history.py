"""What happened to a booking."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import get
from litestar.params import FromPath

from booking_core.domain.kernel.events import DomainEvent, Json
from booking_core.domain.kernel.ids import BookingId
from booking_http.call import Call
from booking_http.paging import After, Limit, cursor, page_request
from booking_http.refused import refused
from booking_http.strict_body import View


class EventView(View, frozen=True, kw_only=True):
    """One thing that happened; `actor` is by whom, as role:id."""

    event_id: str
    event_type: str
    sequence: int
    timestamp: datetime
    correlation_id: str
    actor: str
    data: dict[str, Any]


class HistoryPage(View, frozen=True, kw_only=True):
    """Some events, and the cursor of those that follow."""

    items: list[EventView]
    next: str | None


@get(
    "/bookings/{booking_id:str}/history",
    operation_id="readHistory",
    summary="What happened to a booking",
    tags=["Bookings"],
    responses=refused(404),
)
async def read_history(
    booking_id: FromPath[str], request: Call, limit: Limit = 50, after: After = None
) -> HistoryPage:
    """In order."""
    page = await request.ask(
        request.engine.read_bookings.history,
        BookingId(booking_id),
        page_request(limit, after),
        request.user,
    )
    return HistoryPage(items=[_view(each) for each in page.entries], next=cursor(page.next))


def _view(event: DomainEvent) -> EventView:
    return EventView(
        event_id=event.event_id,
        event_type=event.type,
        sequence=event.sequence,
        timestamp=event.at,
        correlation_id=event.correlation_id,
        actor=event.actor,
        data={name: _plain(fact) for name, fact in event.data.items()},
    )


def _plain(fact: Json) -> Any:
    """Mappings of any kind as the one kind that JSON is written from."""
    if isinstance(fact, Mapping):
        return {name: _plain(part) for name, part in fact.items()}
    if isinstance(fact, tuple):
        return [_plain(part) for part in fact]
    return fact
