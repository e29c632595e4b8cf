"""A desk for tests of consumers: a storage, a broker in memory, and a handler with moods."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from booking_adapters.memory.broker import MemoryBroker
from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.publisher import MemoryPublisher
from booking_adapters.memory.randomness import SeededRandomness
from booking_adapters.memory.receiver import MemoryReceiver
from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.memory.telemetry import MemoryTelemetry
from booking_core.application.messaging.consume_events import ConsumeEvents
from booking_core.application.messaging.consumer import Acts, Consumer, Decode, Writes
from booking_core.application.messaging.retry_schedule import RetrySchedule
from booking_core.domain.kernel.errors import Busy
from booking_core.domain.kernel.ids import BookingId, EventId, TenantId
from booking_core.domain.kernel.incoming import Incoming, UnknownMessage, UnreadableMessage
from booking_core.ports.inbox import Inbox, Letter, LetterState, Reception
from booking_core.ports.publisher import Message
from booking_core.ports.receiver import Receiver, Subscription
from booking_core.ports.telemetry import Fate
from tests.contract import builders as b

EXCHANGE, QUEUE, CONSUMER = "events", "events.desk", "desk"
SECOND = timedelta(seconds=1)


class Died(BaseException):
    """The worker's process is gone: nothing in it hears of this."""


def an_event(booking: str, sequence: int | None, tenant_id: str = b.ACME) -> Message:
    """What happened to that booking, as that number; None where nobody counts."""
    facts = {"booking": booking, "sequence": sequence, "tenant": tenant_id}
    return Message(key=booking, topic="booking.created", body=json.dumps(facts).encode())


def decode(message: Message) -> Incoming:
    """As the codecs do, of as little as tests look at."""
    try:
        facts = json.loads(message.body)
    except ValueError:
        raise UnreadableMessage("not JSON") from None
    if "booking" not in facts:
        raise UnknownMessage(message.topic, 9)
    number = facts["sequence"]
    return Incoming(
        event_id=EventId(b.id_of(f"{facts['booking']}.{number}")),
        type=message.topic,
        tenant_id=TenantId(facts["tenant"]),
        booking_id=BookingId(b.id_of(facts["booking"])),
        data={"name": facts["booking"]},
        sequence=number,
    )


@dataclass
class Desk:
    """What was done is in `effects`: a booking's name and a number, each time that it was done."""

    storage: MemoryStorage = field(default_factory=MemoryStorage)
    broker: MemoryBroker = field(default_factory=MemoryBroker)
    clock: ManualClock = field(default_factory=lambda: ManualClock(b.NOW))
    telemetry: MemoryTelemetry = field(default_factory=MemoryTelemetry)
    schedule: RetrySchedule = field(default_factory=RetrySchedule)
    in_order: bool = True
    acts: bool = False
    decode: Decode = decode
    effects: list[tuple[str, int | None]] = field(default_factory=list)
    tried: Counter[tuple[str, int | None]] = field(default_factory=Counter)
    moods: dict[tuple[str, int | None], list[BaseException]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Have tenants, and a queue."""
        b.furnish(self.storage)
        self.broker.bind(EXCHANGE, ["#"], QUEUE)

    @property
    def inbox(self) -> Inbox:
        """The storage's."""
        return self.storage.inbox

    def worker(
        self,
        *,
        inbox: Inbox | None = None,
        receiver: Receiver | None = None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> ConsumeEvents:
        """One more."""
        return ConsumeEvents(
            consumer=Consumer(
                name=CONSUMER,
                topics=("#",),
                decode=self.decode,
                handler=Acts(self.act) if self.acts else Writes(self.handle),
                in_order=self.in_order,
            ),
            inbox=inbox or self.inbox,
            receiver=receiver or self.receiver(),
            clock=self.clock,
            randomness=SeededRandomness(1),
            schedule=self.schedule,
            telemetry=self.telemetry,
            wait_seconds=0.0,
            stopping=stopping,
        )

    def receiver(self) -> MemoryReceiver:
        """A line to the queue."""
        subscription = Subscription(consumer=CONSUMER, topics=("#",))
        return MemoryReceiver(self.broker, EXCHANGE, subscription, QUEUE)

    def send(self, *messages: Message) -> None:
        """Publish them."""
        MemoryPublisher(self.broker, EXCHANGE).publish(messages)

    def happens(self, booking: str, *sequences: int | None) -> None:
        """Publish these events of a booking."""
        self.send(*(an_event(booking, sequence) for sequence in sequences))

    def will(self, booking: str, sequence: int | None, *errors: BaseException) -> None:
        """Let the handler fail so, try by try."""
        self.moods[booking, sequence] = list(errors)

    def handle(self, incoming: Incoming, reception: Reception) -> None:
        """Do it within the transaction."""
        done = self._try(incoming)
        reception.connection.append(lambda: self.effects.append(done))

    def act(self, incoming: Incoming) -> None:
        """Do it at once, if it is not done."""
        done = self._try(incoming)
        if done not in self.effects:
            self.effects.append(done)

    def settle(self, worker: ConsumeEvents, *, minutes: int = 10) -> None:
        """Turn by turn, as time passes, until there is nothing to be done in so many minutes."""
        until = self.clock.now() + timedelta(minutes=minutes)
        while self.clock.now() < until:
            try:
                while worker.turn():
                    pass
            except Busy:
                pass
            waiting = self.letters()
            if not waiting and not self.queued():
                return
            due = [letter.due_at for letter in waiting if letter.due_at is not None]
            later = self.clock.now() + SECOND
            self.clock.set(min(max(min(due, default=later), later), until))

    def queued(self) -> int:
        """How many deliveries wait in the broker."""
        receiver = self.receiver()
        found = receiver.receive(1000, 0)
        receiver.give_back(found)
        return len(found)

    def letters(self, state: LetterState = LetterState.WAITING) -> Sequence[Letter]:
        """Those that wait; or the dead ones."""
        return self.inbox.letters(CONSUMER, state)

    def dead(self) -> Sequence[Letter]:
        """The dead ones."""
        return self.letters(LetterState.DEAD)

    def fared(self, fate: Fate) -> int:
        """How many came to that."""
        return sum(count for (*_, told), count in self.telemetry.fates.items() if told is fate)

    def _try(self, incoming: Incoming) -> tuple[str, int | None]:
        event = (str(incoming.data["name"]), incoming.sequence)
        self.tried[event] += 1
        moods = self.moods.get(event)
        if moods:
            raise moods.pop(0)
        return event


def times(error: BaseException, count: int) -> Iterable[BaseException]:
    """The same, again and again."""
    return [error] * count
