"""A post office for tests of relays: events that are committed, and a broker with moods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from uuid import NAMESPACE_OID, uuid5

from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.storage import MemoryStorage
from booking_core.application.messaging.relay_events import RelayEvents
from booking_core.application.messaging.route import Route
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.errors import Busy
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import BookingId
from booking_core.ports.awaited import Awaiting
from booking_core.ports.outbox import Backlog, Outbox, Unsent
from booking_core.ports.publisher import Message, NotPublished, Publisher
from tests.contract import builders as b


class Mood(Enum):
    """What becomes of one message."""

    TAKEN = "it is there, and that is said"
    REFUSED = "it is not there, and nothing is said"
    UNSAID = "it is there, but nothing is said"
    LATE = "nothing is said, and it comes when the next ones do"


class Died(BaseException):
    """The relay's process is gone: nothing in it hears of this."""


class MoodyBroker(Publisher):
    """Whatever a real one may do; everything it has is in `arrived`, in that order."""

    def __init__(self) -> None:
        """In a good mood."""
        self.arrived: list[tuple[BookingId, int]] = []
        self.waves: list[list[BookingId]] = []
        self.moods: list[Mood] = []
        self.meanwhile: Callable[[], None] | None = None
        self._late: list[Message] = []

    def publish(self, messages: Sequence[Message]) -> None:
        """All of it at once."""
        self.begin(messages)()

    def begin(self, messages: Sequence[Message]) -> Callable[[], None]:
        """Treat each by the next of the moods, and by a good one where there is none."""
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        self.waves.append([BookingId(message.key) for message in messages])
        late, self._late = self._late, []
        confirmed = {
            place for place, message in enumerate(messages) if self._treat(message) is Mood.TAKEN
        }
        for message in late:
            self._take(message)

        def confirm() -> None:
            if len(confirmed) < len(messages):
                raise NotPublished("a bad mood", frozenset(confirmed))

        return confirm

    def close(self) -> None:
        """There is no connection."""

    def _treat(self, message: Message) -> Mood:
        mood = self.moods.pop(0) if self.moods else Mood.TAKEN
        if mood in (Mood.TAKEN, Mood.UNSAID):
            self._take(message)
        elif mood is Mood.LATE:
            self._late.append(message)
        return mood

    def _take(self, message: Message) -> None:
        self.arrived.append((BookingId(message.key), int(message.body)))


@dataclass(slots=True)
class MortalOutbox(Outbox):
    """The storage's own, until the process that uses it dies before it can mark anything.

    Or until storage is away.
    """

    outbox: Outbox
    dies: bool = False
    is_away: bool = False

    def unsent(
        self, shards: Collection[int], most: int, but: Collection[int] = ()
    ) -> Sequence[Unsent]:
        """As it is."""
        return self.outbox.unsent(shards, most, but)

    def mark_sent(
        self, positions: Collection[int], at: datetime, awaiting: Awaiting | None = None
    ) -> None:
        """As it is, or never."""
        if self.dies:
            raise Died
        if self.is_away:
            raise Busy("the database cannot be reached")
        self.outbox.mark_sent(positions, at, awaiting)

    def backlog(self) -> Backlog:
        """As it is."""
        return self.outbox.backlog()


def encode(event: DomainEvent) -> Message:
    """As little of it as tests look at."""
    return Message(key=event.booking_id, topic=event.type, body=str(event.sequence).encode())


@dataclass
class Post:
    """One storage, one clock, one broker, and any number of relays."""

    storage: MemoryStorage = field(default_factory=MemoryStorage)
    clock: ManualClock = field(default_factory=lambda: ManualClock(b.NOW))
    broker: MoodyBroker = field(default_factory=MoodyBroker)
    bookings: list[Booking] = field(default_factory=list)
    hired: int = 0

    def __post_init__(self) -> None:
        """Have something to book."""
        b.furnish(self.storage)

    def relay(self, batch: int = 500) -> RelayEvents:
        """One more."""
        self.hired += 1
        return RelayEvents(
            outbox=MortalOutbox(self.storage.outbox),
            leases=self.storage.leases,
            inbox=self.storage.inbox,
            routes=[Route(name="all", publisher=self.broker, encode=encode)],
            clock=self.clock,
            holder=f"relay-{self.hired}",
            batch=batch,
        )

    def book(self) -> int:
        """Commit a new booking, in a shard like no other's; its number."""
        number = len(self.bookings)
        new = b.a_hold(str(number), b.span(number, number + 1))
        id = BookingId(str(uuid5(NAMESPACE_OID, str(number))))
        self.bookings.append(b.make(self.storage, replace(new, id=id)))
        return number

    def change(self, number: int) -> None:
        """Commit a change of that booking."""
        booking = self.bookings[number]
        later = replace(booking, expires_at=b.at(7 + booking.version))
        self.bookings[number] = b.change(self.storage, booking, later)

    def happened(self) -> set[tuple[BookingId, int]]:
        """All that was committed."""
        return {
            (booking.id, number)
            for booking in self.bookings
            for number in range(1, booking.sequence + 1)
        }

    def out_of_order(self) -> dict[BookingId, list[int]]:
        """The bookings whose events did not first arrive one after the other."""
        first: dict[BookingId, list[int]] = defaultdict(list)
        for id, number in self.broker.arrived:
            if number not in first[id]:
                first[id].append(number)
        return {
            id: numbers
            for id, numbers in first.items()
            if numbers != list(range(1, len(numbers) + 1))
        }

    def unsent(self) -> set[tuple[BookingId, int]]:
        """What is not marked."""
        found = self.storage.outbox.unsent(range(64), 10_000)
        return {(each.event.booking_id, each.event.sequence) for each in found}
