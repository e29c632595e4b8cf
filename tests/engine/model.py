"""What the engine must be, in a few lists and integers: written without a look at how it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from booking_core.application.caller import Caller
from tests.unit.application.house import NOON

HOUR = timedelta(hours=1)
UNITS = {"room": 1, "cellar": 1, "barn": 3, "attic": 3}
HOLDS_MOST = {"attic": 2}  # Of one customer.
BUFFER = {"cellar": HOUR / 2}
SEATS = ("A1", "A2", "A3", "B1", "B2", "B3")
CONCERT = (NOON + 168 * HOUR, NOON + 170 * HOUR)
HOLDING = ("PENDING", "PENDING_CONFIRMATION")
KEEPS_OTHERS_OUT = (*HOLDING, "CONFIRMED", "COMPLETED", "NO_SHOW")
MOVES = {
    "pay": dict.fromkeys((*HOLDING, "EXPIRED", "FAILED"), "CONFIRMED"),
    "approve": {"PENDING_CONFIRMATION": "PENDING"},
    "reject": {"PENDING_CONFIRMATION": "REJECTED"},
    "cancel": dict.fromkeys((*HOLDING, "CONFIRMED"), "CANCELLED"),
    "reschedule": {state: state for state in (*HOLDING, "CONFIRMED")},
    "check in": {"CONFIRMED": "CONFIRMED"},
    "complete": {"CONFIRMED": "COMPLETED"},
    "no-show": {"CONFIRMED": "NO_SHOW"},
}


@dataclass(frozen=True)
class Part:
    """So many units of a resource, or one seat of the hall, from one time to another."""

    resource: str
    start: datetime
    end: datetime
    count: int = 1
    seat: str | None = None
    ended: datetime | None = None

    @property
    def claimed(self) -> tuple[datetime, datetime]:
        """With its buffers, unless it ended early."""
        buffer = BUFFER.get(self.resource, timedelta(0))
        return self.start - buffer, self.ended or self.end + buffer

    @property
    def price(self) -> int:
        if self.seat is not None:
            return 3000 if self.seat.startswith("A") else 2000
        return 1000 * self.count


def hours(resource: str, start: int, length: int = 1, count: int = 1) -> Part:
    """A part that begins so many hours after noon."""
    begins = NOON + start * HOUR
    return Part(resource, begins, begins + length * HOUR, count)


@dataclass
class Payment:
    """One attempt: what was asked for, what came, and what was promised back of it."""

    asked: int
    open: bool = True
    processing: bool = False
    sent: bool = False  # It is on its way, and nobody was told of it.
    silent: int | None = None  # So much came, and nobody was told of it.
    captured: int | None = None
    owed_back: int = 0

    @property
    def earned(self) -> int:
        """What counts: money of a wrong amount waits for a person."""
        right = self.captured is not None and self.captured == self.asked
        return self.asked - self.owed_back if right else 0


@dataclass
class Stay:
    """A booking."""

    id: str
    by: Caller
    parts: tuple[Part, ...]
    expires: datetime | None
    price: int
    gives_all_back: bool
    created: datetime
    state: str = "PENDING"
    payments: dict[str, Payment] = field(default_factory=dict)
    has_checked_in: bool = False

    @property
    def start(self) -> datetime:
        return min(part.start for part in self.parts)

    @property
    def end(self) -> datetime:
        return max(part.ended or part.end for part in self.parts)

    @property
    def earned(self) -> int:
        return sum(payment.earned for payment in self.payments.values())

    @property
    def due(self) -> int:
        return max(0, self.price - self.earned)

    def is_overdue(self, now: datetime) -> bool:
        return self.state in HOLDING and self.expires is not None and self.expires <= now

    def may(self, act: str) -> bool:
        return self.state in MOVES[act]

    def move(self, act: str) -> None:
        self.state = MOVES[act][self.state]
        if self.state not in HOLDING:
            self.expires = None

    def share_back(self, now: datetime) -> int:
        """What a cancellation by its customer gives back."""
        notice = self.start - now
        if self.state in HOLDING or (self.gives_all_back and notice >= timedelta(0)):
            return self.earned
        if self.gives_all_back or notice < 12 * HOUR:
            return 0
        return self.earned if notice >= 24 * HOUR else max(0, self.earned // 2 - 100)

    def owe(self, amount: int) -> None:
        """Of what was earned, the newest first."""
        for payment in reversed(self.payments.values()):
            part = min(amount, payment.earned)
            payment.owed_back += part
            amount -= part
        assert amount == 0

    def void_open_payment(self) -> None:
        for payment in self.payments.values():
            payment.open = False


@dataclass
class Model:
    """A dictionary of bookings, one of blocks, and the time."""

    now: datetime = NOON + timedelta(minutes=3)
    stays: dict[str, Stay] = field(default_factory=dict)
    blocks: dict[str, Part] = field(default_factory=dict)

    def standing(self, apart_from: Iterable[str] = ()) -> Iterator[Part]:
        """Whatever keeps others out now."""
        yield from self.blocks.values()
        for stay in self.stays.values():
            is_there = stay.state in KEEPS_OTHERS_OUT and not stay.is_overdue(self.now)
            if is_there and stay.id not in apart_from:
                yield from stay.parts

    def fits(self, wanted: Iterable[Part], apart_from: Iterable[str] = ()) -> bool:
        """Whether all of it is free: by counting, unit by unit only where units have names."""
        there = list(self.standing(apart_from))
        for part in wanted:
            if self._is_full(part, there):
                return False
            there.append(part)
        return True

    def _is_full(self, part: Part, there: list[Part]) -> bool:
        start, end = part.claimed
        rivals = [
            other
            for other in there
            if other.resource == part.resource
            and other.claimed[0] < end
            and start < other.claimed[1]
            and (part.seat is None or other.seat == part.seat)
        ]
        if part.seat is not None:
            return bool(rivals)
        moments = {start, *(other.claimed[0] for other in rivals)}
        most = max(
            sum(o.count for o in rivals if o.claimed[0] <= moment < o.claimed[1])
            for moment in moments
            if start <= moment
        )
        return most + part.count > UNITS[part.resource]

    def hoards(self, by: Caller, wanted: Iterable[Part]) -> bool:
        """Whether the customer would hold too much of anything."""
        for resource in {part.resource for part in wanted} & HOLDS_MOST.keys():
            held = sum(
                stay.by == by
                and stay.state in HOLDING
                and not stay.is_overdue(self.now)
                and any(part.resource == resource for part in stay.parts)
                for stay in self.stays.values()
            )
            if held >= HOLDS_MOST[resource]:
                return True
        return False

    def free_seats(self, category: str | None = None) -> set[str]:
        """Those of the concert that nobody has; row A is the front."""
        taken = {part.seat for part in self.standing() if part.resource == "hall"}
        rows = {None: "AB", "front": "A", "back": "B"}[category]
        return {seat for seat in SEATS if seat[0] in rows and seat not in taken}

    def best_together(self, count: int, category: str | None) -> set[str] | None:
        """The best so many side by side: leaves few alone, then front, centre and left."""
        free, blocks = self.free_seats(category), []
        for row in "AB":
            for first in range(1, 4):
                seats = [f"{row}{number}" for number in range(first, first + count)]
                if not free.issuperset(seats):
                    continue
                last, left = first + count - 1, free.difference(seats)
                alone = sum(
                    f"{row}{near}" in left and f"{row}{beyond}" not in left
                    for near, beyond in ((first - 1, first - 2), (last + 1, last + 2))
                )
                blocks.append((alone, row, abs(first + last - 4), first, seats))
        return set(min(blocks)[-1]) if blocks else None

    def capture(self, stay: Stay, payment: Payment, amount: int) -> None:
        """Money came: what becomes of it, of the booking, and of what else was begun."""
        if payment.captured is not None:
            return
        self._keep_or_give_back(stay, payment, amount)
        if stay.due == 0:
            stay.void_open_payment()

    def _keep_or_give_back(self, stay: Stay, payment: Payment, amount: int) -> None:
        due = stay.due
        payment.captured, payment.open = amount, False
        if amount != payment.asked:
            return  # Somebody has to look at it.
        if due == 0 or amount < due:
            payment.owed_back = amount
        elif stay.state in HOLDING or self._can_come_back(stay):
            stay.move("pay")
            payment.owed_back = amount - due
        elif stay.state in KEEPS_OTHERS_OUT:
            payment.owed_back = amount - due
        else:
            payment.owed_back = amount

    def _can_come_back(self, stay: Stay) -> bool:
        return stay.may("pay") and stay.start > self.now and self.fits(stay.parts, (stay.id,))
