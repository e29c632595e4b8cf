"""Everything that one storage in memory keeps, behind one lock."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from threading import RLock

from booking_adapters.memory.awaited_shelf import AwaitedShelf
from booking_adapters.memory.booking_shelf import BookingShelf
from booking_adapters.memory.claim_shelf import ClaimShelf
from booking_adapters.memory.doorbell import MemoryDoorbell
from booking_adapters.memory.inbox_shelf import InboxShelf
from booking_adapters.memory.lease_shelf import LeaseShelf
from booking_adapters.memory.outbox_shelf import OutboxShelf
from booking_adapters.memory.revision_shelf import Revised, RevisionShelf
from booking_adapters.memory.webhook_shelf import WebhookShelf
from booking_core.domain.availability.block import Block
from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.catalogue.resource import Resource
from booking_core.domain.catalogue.service import Service
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import BlockId, TenantId
from booking_core.ports.idempotency import Answer, RequestKey


@dataclass(frozen=True, slots=True)
class State:
    """Only immutable values rest here, so what is handed out can be shared between threads.

    Whoever reads or writes anything of it holds the lock meanwhile.
    """

    lock: RLock = field(default_factory=RLock)
    tenants: dict[TenantId, Tenant] = field(default_factory=dict)
    resources: RevisionShelf[Resource] = field(default_factory=lambda: RevisionShelf("resource"))
    services: RevisionShelf[Service] = field(default_factory=lambda: RevisionShelf("service"))
    performances: RevisionShelf[Performance] = field(
        default_factory=lambda: RevisionShelf("performance")
    )
    claims: ClaimShelf = field(default_factory=ClaimShelf)
    bookings: BookingShelf = field(default_factory=BookingShelf)
    blocks: dict[tuple[TenantId, BlockId], Block] = field(default_factory=dict)
    answers: dict[RequestKey, Answer] = field(default_factory=dict)
    outbox: OutboxShelf = field(default_factory=OutboxShelf)
    doorbell: MemoryDoorbell = field(default_factory=MemoryDoorbell)
    leases: defaultdict[str, LeaseShelf] = field(default_factory=lambda: defaultdict(LeaseShelf))
    awaited: AwaitedShelf = field(default_factory=AwaitedShelf)
    inbox: InboxShelf = field(default_factory=InboxShelf)
    webhooks: WebhookShelf = field(default_factory=WebhookShelf)

    def tell(self, event: DomainEvent) -> None:
        """Add it to the history of its booking, and to what has to be told."""
        self.outbox.add(self.bookings.tell(event))

    def revised(self, noun: str, tenant_id: TenantId, id: str) -> Revised | None:
        """The resource, service or performance, if there is one."""
        for shelf in (self.resources, self.services, self.performances):
            if shelf.noun == noun:
                return shelf.find(tenant_id, id)
        return None
