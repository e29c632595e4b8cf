"""One storage in memory, seen through each of its ports."""

from __future__ import annotations

from booking_adapters.memory.audit import MemoryAudit
from booking_adapters.memory.awaited import MemoryAwaited
from booking_adapters.memory.block_repository import MemoryBlockRepository
from booking_adapters.memory.booking_repository import MemoryBookingRepository
from booking_adapters.memory.catalogue_repository import MemoryCatalogueRepository
from booking_adapters.memory.idempotency import MemoryIdempotency
from booking_adapters.memory.inbox import MemoryInbox
from booking_adapters.memory.leases import MemoryLeases
from booking_adapters.memory.occupancy import MemoryOccupancy
from booking_adapters.memory.outbox import MemoryOutbox
from booking_adapters.memory.state import State
from booking_adapters.memory.unit_of_work import MemoryUnitOfWork
from booking_adapters.memory.webhook_deliveries import MemoryWebhookDeliveries
from booking_adapters.memory.webhooks import MemoryWebhooks


class MemoryStorage:
    """Empty when it is made, gone when it is dropped; any number of threads may share it."""

    def __init__(self, state: State | None = None) -> None:
        state = State() if state is None else state
        self.catalogue = MemoryCatalogueRepository(state)
        self.occupancy = MemoryOccupancy(state)
        self.bookings = MemoryBookingRepository(state)
        self.blocks = MemoryBlockRepository(state)
        self.idempotency = MemoryIdempotency(state)
        self.unit_of_work = MemoryUnitOfWork(state)
        self.audit = MemoryAudit(state)
        self.outbox = MemoryOutbox(state)
        self.awaited = MemoryAwaited(state)
        self.doorbell = state.doorbell
        self.leases = MemoryLeases(state)
        self.inbox = MemoryInbox(state)
        self.webhooks = MemoryWebhooks(state)
        self.webhook_deliveries = MemoryWebhookDeliveries(state)

    def close(self) -> None:
        """Nothing to let go of."""
