"""Events that could not be told, and that somebody wants to be told after all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from booking_core.application.messaging.route import Route
from booking_core.application.messaging.set_aside import AWAITED, CONSUMER, why
from booking_core.domain.kernel.errors import Busy, NotFound
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import BookingId, TenantId
from booking_core.ports.booking_repository import BookingRepository
from booking_core.ports.clock import Clock
from booking_core.ports.inbox import Inbox, Letter, Returned
from booking_core.ports.page import PageRequest
from booking_core.ports.publisher import NotPublished, told_again

CLAIM = timedelta(seconds=60)
MOST = 100
ATTEMPTS_MAX = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TellAgain:
    """Relays do it beside their other work: each letter that was replayed, by the route it names.

    Its event comes out of its order, after those that were told meanwhile.
    """

    inbox: Inbox
    bookings: BookingRepository
    routes: Sequence[Route]
    clock: Clock

    def __call__(self) -> int:
        """Tell what is due; how many events it was.

        Raises Busy when storage cannot be reached; what was claimed is due again after a while.
        """
        now = self.clock.now()
        told = 0
        for letter in self.inbox.claim(CONSUMER, now, now + CLAIM, MOST):
            told += self._tell(letter)
        return told

    def _tell(self, letter: Letter) -> bool:
        """Whether it was told; if not, it waits, or is dead again."""
        try:
            self._publish(letter)
        except Busy:
            raise
        except Exception as error:  # noqa: BLE001  # Whatever it is, it is kept with the letter.
            waits = isinstance(error, NotPublished) and letter.attempts < ATTEMPTS_MAX
            due_at = self.clock.now() + CLAIM if waits else None
            code, cause = why(error)
            returned = Returned(
                letter=letter.id, due_at=due_at, attempts=letter.attempts, code=code, cause=cause
            )
            self.inbox.put_back([returned])
            return False
        with self.inbox.together(CONSUMER, self.clock.now()) as reception:
            reception.settle([letter.id])
        return True

    def _publish(self, letter: Letter) -> None:
        facts = json.loads(letter.message.body)
        route, event = self._found(facts)
        message = route.encode(event)
        if message is not None:
            route.publisher.publish([told_again(message) if AWAITED in facts else message])

    def _found(self, facts: Mapping[str, Any]) -> tuple[Route, DomainEvent]:
        sequence = int(facts["sequence"])
        after = str(sequence - 1) if sequence > 1 else None
        page = PageRequest(limit=1, after=after)
        tenant_id, booking_id = TenantId(facts["tenantId"]), BookingId(facts["aggregateId"])
        for event in self.bookings.history(tenant_id, booking_id, page).entries:
            if event.event_id == facts["eventId"]:
                for route in self.routes:
                    if route.name == facts["route"]:
                        return route, event
                raise NotFound("route", facts["route"])
        raise NotFound("event", facts["eventId"])
