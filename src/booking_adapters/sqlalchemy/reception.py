"""One transaction of one consumer, in a database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from booking_adapters.sqlalchemy.driver import Driver
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.positions import Place, Positions
from booking_adapters.sqlalchemy.receipts import Event, Receipts
from booking_adapters.sqlalchemy.statement import Statement, one_of
from booking_adapters.sqlalchemy.tables import letter
from booking_core.domain.kernel.errors import Busy
from booking_core.ports.inbox import RECEIPTED, Reception, Standing, Told, standings

TRIES_MAX = 8  # Of those who tell of one booking at one moment all but one have to look again.

_SETTLE = Statement(sa.delete(letter).where(one_of(letter.c.id, "letters")))


@dataclass(slots=True, kw_only=True)
class SqlReception(Reception):
    """It begins when something is asked of it, not before: names are looked up elsewhere."""

    driver: Driver
    keys: Keys
    receipts: Receipts
    positions: Positions
    consumer: str
    at: Any
    begin: Callable[[], Any]
    _begun: Any = field(default=None, init=False)

    @property
    def connection(self) -> Any:
        if self._begun is None:
            self._begun = self.begin()
        return self._begun

    def take(self, told: Sequence[Told], *, in_order: bool) -> Sequence[Standing]:
        if not told:
            return ()
        for tenant_id in {each.tenant_id for each in told}:
            self.keys.tenant(tenant_id)
        events = {(each.tenant_id, each.event_id) for each in told}
        fresh = self.receipts.add(self.connection, self.consumer, events, self.at)
        if not in_order:
            return standings(told, events - fresh, {}, in_order=False)
        found = self._take_in_order(told, events - fresh)
        early = fresh - {
            (each.tenant_id, each.event_id)
            for each, standing in zip(told, found, strict=True)
            if standing in RECEIPTED
        }
        if early:
            self.receipts.take_back(self.connection, self.consumer, early)
        return found

    def settle(self, letters: Collection[int]) -> None:
        if letters:
            asked = {"letters": self.driver.numbers(letters)}
            self.connection.execute(_SETTLE.text(self.driver.dialect), asked)

    def _take_in_order(self, told: Sequence[Told], done: set[Event]) -> Sequence[Standing]:
        """Mostly it is their turn: that is believed, and looked at where it was wrong."""
        applied = _as_if_it_were_their_turn(told, done)
        reached: dict[Place, int] = {}
        for _ in range(TRIES_MAX):
            found = standings(told, done, applied, in_order=True)
            # One that has moved goes on where another booking's event of the same id proved early.
            moves = {
                place: (reached.get(place, applied[place]), sequence)
                for place, sequence in _reached(told, found).items()
                if reached.get(place) != sequence
            }
            if not moves:
                return found
            moved = self.positions.move(self.connection, self.consumer, moves)
            reached |= {place: moves[place][1] for place in moved}
            missed = moves.keys() - moved
            if not missed:
                return found
            applied |= self.positions.applied(self.connection, self.consumer, missed)
        raise Busy("others kept changing the same")


def _as_if_it_were_their_turn(told: Sequence[Told], done: set[Event]) -> dict[Place, int]:
    applied: dict[Place, int] = {}
    for each in told:
        if each.booking_id is None or each.sequence is None:
            continue
        if (each.tenant_id, each.event_id) not in done:
            place = (each.tenant_id, each.booking_id)
            applied[place] = min(applied.get(place, each.sequence), each.sequence - 1)
    return applied


def _reached(told: Sequence[Told], found: Sequence[Standing]) -> dict[Place, int]:
    """How far each booking is then."""
    return {
        (each.tenant_id, each.booking_id): each.sequence
        for each, standing in zip(told, found, strict=True)
        if standing is Standing.NEW and each.booking_id is not None and each.sequence is not None
    }
