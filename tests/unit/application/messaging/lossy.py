"""A broker that loses on purpose, for tests of what is told again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from booking_adapters.memory.broker import MemoryBroker
from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.publisher import MemoryPublisher
from booking_adapters.memory.randomness import SeededRandomness
from booking_adapters.memory.receiver import MemoryReceiver
from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.memory.telemetry import MemoryTelemetry
from booking_core.application.messaging.await_receipts import AwaitReceipts
from booking_core.application.messaging.consume_events import ConsumeEvents
from booking_core.application.messaging.consumer import Consumer, Decode, Writes
from booking_core.application.messaging.relay_events import RelayEvents
from booking_core.application.messaging.republish import Republish
from booking_core.application.messaging.retry_schedule import RetrySchedule
from booking_core.application.messaging.route import Route
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import BookingId
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.inbox import Letter, LetterState, NewLetter, Reception
from booking_core.ports.publisher import Message, Publisher
from booking_core.ports.receiver import Delivery, Receiver, Subscription
from booking_core.ports.telemetry import Fate
from tests.contract import builders as b

EXCHANGE = "events"
WITHIN = timedelta(seconds=60)
LONG = timedelta(days=365)

Event = tuple[str, str, int]  # A consumer, a booking, and a number.


def encode(event: DomainEvent) -> Message:
    """As little of it as is needed."""
    facts = [event.event_id, event.tenant_id, event.sequence]
    return Message(key=event.booking_id, topic=event.type, body=json.dumps(facts).encode())


def decode(message: Message) -> Incoming:
    """The same again."""
    event_id, tenant_id, sequence = json.loads(message.body)
    return Incoming(
        event_id=event_id,
        type=message.topic,
        tenant_id=tenant_id,
        booking_id=BookingId(message.key),
        data={},
        sequence=sequence,
    )


class LossyReceiver(MemoryReceiver):
    """What `losses` say that it loses nobody ever hears of."""

    def __init__(self, world: Lossy, consumer: str) -> None:
        """That consumer's."""
        subscription = Subscription(consumer=consumer, topics=("#",))
        super().__init__(world.broker, EXCHANGE, subscription, f"queue.{consumer}")
        self.losses, self.consumer = world.losses, consumer

    def receive(self, most: int, seconds: float) -> Sequence[Delivery]:
        """What is left of it."""
        found = super().receive(most, seconds)
        lost = [each for each in found if self._is_lost(each)]
        self.accept(lost)
        return [each for each in found if each not in lost]

    def _is_lost(self, delivery: Delivery) -> bool:
        incoming = decode(delivery.message)
        event = (self.consumer, str(incoming.booking_id), incoming.sequence or 0)
        self.losses[event] -= 1
        return self.losses[event] >= 0


@dataclass
class Lossy:
    """One storage and one broker; what consumers did is in `effects`, each time that they did."""

    storage: MemoryStorage = field(default_factory=MemoryStorage)
    broker: MemoryBroker = field(default_factory=MemoryBroker)
    clock: ManualClock = field(default_factory=lambda: ManualClock(b.NOW))
    telemetry: MemoryTelemetry = field(default_factory=MemoryTelemetry)
    losses: Counter[Event] = field(default_factory=Counter)
    effects: list[Event] = field(default_factory=list)
    alarms: list[NewLetter] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    schedule: RetrySchedule = field(default_factory=lambda: RetrySchedule(gap=LONG))
    hired: int = 0

    def __post_init__(self) -> None:
        """Have something to book."""
        b.furnish(self.storage)

    def relay(self, *consumers: str, publisher: Publisher | None = None) -> RelayEvents:
        """One more, which awaits receipts of these."""
        self.hired += 1
        publisher = publisher or MemoryPublisher(self.broker, EXCHANGE)
        routes = [Route(name="canonical", publisher=publisher, encode=encode)]
        republish = Republish(
            awaited=self.storage.awaited,
            inbox=self.storage.inbox,
            routes=routes,
            clock=self.clock,
            consumers=consumers,
            within=WITHIN,
            telemetry=self.telemetry,
            alarm=self.alarms.append,
        )
        return RelayEvents(
            outbox=self.storage.outbox,
            leases=self.storage.leases,
            inbox=self.storage.inbox,
            routes=routes,
            clock=self.clock,
            holder=f"relay-{self.hired}",
            tell_again=republish,
            awaiting=AwaitReceipts(wants=dict.fromkeys(consumers, bool), within=WITHIN),
        )

    def worker(
        self,
        consumer: str,
        *,
        decode_by: Decode | None = None,
        receiver: Receiver | None = None,
    ) -> ConsumeEvents:
        """One more of that consumer's; its queue is there from now on."""

        def handle(incoming: Incoming, reception: Reception) -> None:
            event = (consumer, str(incoming.booking_id), incoming.sequence or 0)
            reception.connection.append(lambda: self.effects.append(event))

        receiver = receiver or LossyReceiver(self, consumer)
        receiver.receive(1, 0)
        return ConsumeEvents(
            consumer=Consumer(
                name=consumer,
                topics=("#",),
                decode=decode_by or decode,
                handler=Writes(handle),
                in_order=True,
            ),
            inbox=self.storage.inbox,
            receiver=receiver,
            clock=self.clock,
            randomness=SeededRandomness(1),
            schedule=self.schedule,
            wait_seconds=0.0,
        )

    def book(self, changes: int = 0) -> str:
        """Commit a new booking, and so many changes of it; its id."""
        number = len(self.bookings)
        new = b.a_hold(f"lossy-{number}", b.span(number, number + 1))
        booking = b.make(self.storage, new)
        for _ in range(changes):
            booking = self.change(booking)
        self.bookings.append(booking)
        return booking.id

    def change(self, booking: Booking) -> Booking:
        """Commit a change of it."""
        later = replace(booking, expires_at=b.at(7 + booking.version))
        return b.change(self.storage, booking, later)

    def lose(self, consumer: str, booking: str, number: int = 1, times: int = 1) -> None:
        """So many deliveries of it to that consumer are lost."""
        self.losses[consumer, booking, number] = times

    def run(
        self, *workers: RelayEvents | ConsumeEvents, seconds: float = 0, step: float = 10
    ) -> None:
        """Each does all there is to do, again and again for so long."""
        until = self.clock.now() + timedelta(seconds=seconds)
        while True:
            for worker in workers:
                while worker.turn():
                    pass
            if self.clock.now() >= until:
                return
            self.clock.advance(timedelta(seconds=step))

    def told_again(self) -> int:
        """How often anything was told again to anybody."""
        fates = self.telemetry.fates.items()
        return sum(count for (*_, fate), count in fates if fate is Fate.TOLD_AGAIN)

    def awaited(self) -> int:
        """How many receipts are owed."""
        return sum(each.count for each in self.storage.awaited.counts())

    def dead(self) -> Sequence[Letter]:
        """The relay's dead letters."""
        return self.storage.inbox.letters("relay", LetterState.DEAD)

    def told(self, consumer: str, booking: str, number: int = 1) -> int:
        """How many deliveries of it the consumer's receiver saw, after those that were lost."""
        return -self.losses[consumer, booking, number]
