"""Three well-known mistakes, each made on purpose: each loses what is promised."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from booking_adapters.memory.inbox import MemoryInbox
from booking_core.application.messaging.consume_events import ConsumeEvents
from booking_core.ports.inbox import Letter, Reception, Returned, Standing, Told
from booking_core.ports.receiver import Delivery
from tests.unit.application.messaging.desk import SECOND, Desk, Died

LIVES = 30


class InboxBesideTheTransaction(MemoryInbox):
    """Receipts become durable when they are taken, whatever becomes of the effect."""

    @contextmanager
    def together(self, consumer: str, now: datetime) -> Iterator[Any]:
        """As it is, but for the receipts."""
        with super().together(consumer, now) as reception:
            yield Beside(reception, lambda: reception.commit(now))


@dataclass
class Beside(Reception):
    """Commits too early."""

    reception: Any
    commit: Callable[[], None]

    @property
    def connection(self) -> Any:
        """As it is."""
        return self.reception.connection

    def take(self, told: Sequence[Told], *, in_order: bool) -> Sequence[Standing]:
        """And be done with it."""
        found: Sequence[Standing] = self.reception.take(told, in_order=in_order)
        self.commit()
        return found

    def settle(self, letters: Collection[int]) -> None:
        """As it is."""
        self.reception.settle(letters)


class AttemptsCountedAfterwards(MemoryInbox):
    """What is claimed has had no attempt yet."""

    def claim(
        self, consumer: str, now: datetime, until: datetime, most: int, *, early: bool | None = None
    ) -> Sequence[Letter]:
        """As it is, but for the count."""
        found = super().claim(consumer, now, until, most, early=early)
        self.put_back(
            [
                Returned(
                    letter=letter.id,
                    due_at=letter.due_at,
                    attempts=letter.attempts - 1,
                    code=letter.code,
                    cause=letter.cause,
                )
                for letter in found
            ]
        )
        return found


def sound(desk: Desk) -> ConsumeEvents:
    """No mistake."""
    return desk.worker()


def accept_before_commit(desk: Desk) -> ConsumeEvents:
    """What is received is accepted, and then handled."""
    worker = desk.worker()
    receive, accept = worker.receiver.receive, worker.receiver.accept

    def receive_and_accept(most: int, seconds: float) -> Sequence[Delivery]:
        found = receive(most, seconds)
        accept(found)
        return found

    worker.receiver.receive = receive_and_accept  # type: ignore[method-assign]
    return worker


def inbox_beside_the_transaction(desk: Desk) -> ConsumeEvents:
    """Receipts in a transaction of their own."""
    return desk.worker(inbox=InboxBesideTheTransaction(desk.storage.audit.state))


def attempts_counted_afterwards(desk: Desk) -> ConsumeEvents:
    """Attempts are counted when they have failed."""
    return desk.worker(inbox=AttemptsCountedAfterwards(desk.storage.audit.state))


def what_came_of_it(hire: Callable[[Desk], ConsumeEvents]) -> tuple[list[object], list[str]]:
    """The effects and the dead, after one event killed a worker once, and another one always."""
    desk = Desk()
    desk.will("once", 1, Died())
    desk.will("always", 1, *[Died() for _ in range(99)])
    desk.happens("once", 1)
    desk.happens("well", 1)
    desk.happens("always", 1)
    for _ in range(LIVES):
        worker = hire(desk)
        try:
            desk.settle(worker, minutes=1)
        except Died:
            worker.close()
        desk.clock.advance(20 * SECOND)
    return sorted(desk.effects), [letter.code for letter in desk.dead()]


def test_without_a_mistake_all_is_as_promised() -> None:
    """One effect of each that can have one, and one dead letter."""
    assert what_came_of_it(sound) == ([("once", 1), ("well", 1)], ["worker-died"])


@pytest.mark.parametrize(
    "mistake", [accept_before_commit, inbox_beside_the_transaction, attempts_counted_afterwards]
)
def test_each_mistake_shows(mistake: Callable[[Desk], ConsumeEvents]) -> None:
    """Something is lost, or never ends."""
    assert what_came_of_it(mistake) != what_came_of_it(sound)
