"""An event that cannot be told keeps no other waiting: it becomes a dead letter of the relay."""

from __future__ import annotations

import json

from booking_core.application.messaging.route import Route
from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.domain.kernel.events import DomainEvent
from booking_core.ports.clock import Clock
from booking_core.ports.inbox import NewLetter
from booking_core.ports.publisher import Message

CONSUMER = "relay"
AWAITED = "awaited"  # In the letter: which consumer was told, and has no receipt.
CAUSE_LONGEST = 500


def put_into_words(route: Route, event: DomainEvent, clock: Clock) -> Message | NewLetter | None:
    """The message by which the route tells it; a letter to be kept if it cannot.

    None for an event that the route does not tell. Raises Busy when storage cannot be reached.
    """
    try:
        return route.encode(event)
    except Exception as error:
        if isinstance(error, BookingError) and error.kind is Kind.BUSY:
            raise
        return set_aside(event, route.name, error, clock)


def set_aside(
    event: DomainEvent, route: str, error: Exception, clock: Clock, *, awaited: str | None = None
) -> NewLetter:
    """A letter that says which event it is, and why: what it tells is in its booking's history.

    `awaited` is the consumer that did not answer, if that is why.
    """
    facts: dict[str, object] = {
        "route": route,
        "eventId": event.event_id,
        "eventType": event.type,
        "tenantId": event.tenant_id,
        "aggregateId": event.booking_id,
        "sequence": event.sequence,
    }
    if awaited is not None:
        facts[AWAITED] = awaited
    code, cause = why(error)
    return NewLetter(
        consumer=CONSUMER,
        message=Message(
            key=event.booking_id,
            topic=event.type,
            body=json.dumps(facts).encode(),
            headers={"content-type": "application/json"},
        ),
        attempts=1,
        due_at=None,
        code=code,
        cause=cause,
        at=clock.now(),
    )


def why(error: Exception) -> tuple[str, str]:
    """A code, and a sentence."""
    if isinstance(error, BookingError):
        return error.code, error.message[:CAUSE_LONGEST]
    return "untellable-event", f"{type(error).__name__}: {error}"[:CAUSE_LONGEST].replace("\0", "�")
