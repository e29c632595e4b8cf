"""One storage in a database, seen through each of its ports."""

from __future__ import annotations

from datetime import datetime

from booking_adapters.sqlalchemy.audit import SqlAudit
from booking_adapters.sqlalchemy.awaited import SqlAwaited
from booking_adapters.sqlalchemy.block_repository import SqlBlockRepository
from booking_adapters.sqlalchemy.booking_repository import SqlBookingRepository
from booking_adapters.sqlalchemy.catalogue_repository import SqlCatalogueRepository
from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.idempotency import SqlIdempotency
from booking_adapters.sqlalchemy.inbox import SqlInbox
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.leases import SqlLeases
from booking_adapters.sqlalchemy.occupancy import SqlOccupancy
from booking_adapters.sqlalchemy.outbox import SqlOutbox
from booking_adapters.sqlalchemy.refusals import Refusals
from booking_adapters.sqlalchemy.row_maker import RowMaker
from booking_adapters.sqlalchemy.schema_check import schema_problems
from booking_adapters.sqlalchemy.server_clock import server_time
from booking_adapters.sqlalchemy.unit_of_work import SqlUnitOfWork
from booking_adapters.sqlalchemy.url import parsed
from booking_adapters.sqlalchemy.webhook_deliveries import SqlWebhookDeliveries
from booking_adapters.sqlalchemy.webhooks import SqlWebhooks
from booking_adapters.sqlalchemy.writer import Writer
from booking_core.ports.doorbell import Doorbell


class SqlStorage:
    """Any number of threads and processes may share the database."""

    def __init__(
        self, database: Database, writer: Writer, doorbell: Doorbell, *, rings: bool
    ) -> None:
        keys = Keys(database)
        at = database.driver.to_instant
        self._database = database
        self.doorbell = doorbell
        self.catalogue = SqlCatalogueRepository(database, keys)
        self.occupancy = SqlOccupancy(database, keys)
        self.bookings = SqlBookingRepository(database, keys)
        self.blocks = SqlBlockRepository(database, keys)
        self.idempotency = SqlIdempotency(database, keys)
        self.unit_of_work = SqlUnitOfWork(
            writer,
            RowMaker(keys, at),
            Refusals(database, keys),
            keys,
            at,
            doorbell.ring if rings else None,
        )
        self.audit = SqlAudit(database, keys)
        self.outbox = SqlOutbox(database, keys)
        self.awaited = SqlAwaited(database, keys)
        self.leases = SqlLeases(database)
        self.webhooks = SqlWebhooks(database, keys)
        self.webhook_deliveries = SqlWebhookDeliveries(database, keys)
        self.inbox = SqlInbox(database, keys)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        role: str | None = None,
        pool_size: int = 8,
        sqlite_synchronous: str = "FULL",
        rings: bool = False,
    ) -> SqlStorage:
        """The storage at that URL, or InvalidInput; nothing connects before it is used.

        `sqlite:///file.db` or `postgresql://user@host/name`; `role` is whom the session acts as
        on PostgreSQL, where it connects as somebody else. It `rings` where there may be a relay: on
        PostgreSQL that takes a connection more.
        """
        at = parsed(url)
        if at.get_backend_name() == "postgresql":
            from booking_adapters.sqlalchemy.postgresql.doorbell import PostgresDoorbell
            from booking_adapters.sqlalchemy.postgresql.driver import PostgresDriver
            from booking_adapters.sqlalchemy.postgresql.writer import PostgresWriter

            postgres = PostgresDriver(at, role=role, pool_size=pool_size)
            database = Database(postgres)
            doorbell = PostgresDoorbell(postgres.connect)
            return cls(database, PostgresWriter(database), doorbell, rings=rings)
        from booking_adapters.sqlalchemy.sqlite.doorbell import SqliteDoorbell
        from booking_adapters.sqlalchemy.sqlite.driver import SqliteDriver
        from booking_adapters.sqlalchemy.sqlite.writer import SqliteWriter

        sqlite = SqliteDriver(at, synchronous=sqlite_synchronous, pool_size=pool_size)
        database = Database(sqlite)
        return cls(database, SqliteWriter(database), SqliteDoorbell(sqlite.connect), rings=rings)

    def schema_problems(self) -> tuple[str, ...]:
        """What of the schema is missing, switched off or changed; nothing if all is well."""
        return tuple(schema_problems(self._database))

    def server_time(self) -> datetime | None:
        """What time it is at the database server; None where there is no server."""
        return server_time(self._database)

    def close(self) -> None:
        """Let go of all connections."""
        self.doorbell.close()
        self._database.close()
