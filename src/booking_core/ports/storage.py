"""One storage, seen through each of its ports."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol

from booking_core.ports.audit import Audit
from booking_core.ports.awaited import Awaited
from booking_core.ports.block_repository import BlockRepository
from booking_core.ports.booking_repository import BookingRepository
from booking_core.ports.catalogue_repository import CatalogueRepository
from booking_core.ports.doorbell import Doorbell
from booking_core.ports.idempotency import Idempotency
from booking_core.ports.inbox import Inbox
from booking_core.ports.leases import Leases
from booking_core.ports.occupancy import Occupancy
from booking_core.ports.outbox import Outbox
from booking_core.ports.unit_of_work import UnitOfWork
from booking_core.ports.webhook_deliveries import WebhookDeliveries
from booking_core.ports.webhooks import Webhooks


class Storage(Protocol):
    """What one of them commits, all of them show; contract: tests/contract/test_storage.py."""

    @property
    @abstractmethod
    def catalogue(self) -> CatalogueRepository: ...

    @property
    @abstractmethod
    def occupancy(self) -> Occupancy: ...

    @property
    @abstractmethod
    def bookings(self) -> BookingRepository: ...

    @property
    @abstractmethod
    def blocks(self) -> BlockRepository: ...

    @property
    @abstractmethod
    def idempotency(self) -> Idempotency: ...

    @property
    @abstractmethod
    def unit_of_work(self) -> UnitOfWork: ...

    @property
    @abstractmethod
    def audit(self) -> Audit: ...

    @property
    @abstractmethod
    def outbox(self) -> Outbox: ...

    @property
    @abstractmethod
    def awaited(self) -> Awaited: ...

    @property
    @abstractmethod
    def doorbell(self) -> Doorbell: ...

    @property
    @abstractmethod
    def leases(self) -> Leases: ...

    @property
    @abstractmethod
    def inbox(self) -> Inbox: ...

    @property
    @abstractmethod
    def webhooks(self) -> Webhooks: ...

    @property
    @abstractmethod
    def webhook_deliveries(self) -> WebhookDeliveries: ...

    @abstractmethod
    def close(self) -> None:
        """Let go of connections. Nobody uses it afterwards."""
        ...
