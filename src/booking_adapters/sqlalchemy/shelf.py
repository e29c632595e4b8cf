"""One kind of the catalogue's nouns: read once, kept for a while, and asked whether it changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import sqlalchemy as sa

from booking_adapters.sqlalchemy.cache import Cache
from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.paging import cut
from booking_adapters.sqlalchemy.statement import Statement, at_most
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import TenantId
from booking_core.ports.page import Page, PageRequest
from booking_core.ports.unit_of_work import StaleCatalogue

ENTRIES_KEPT = 10_000
SECONDS_UNASKED = 2.0  # As long as this, what was read is believed to stand.

_tenant = sa.bindparam("tenant", type_=sa.Integer())


class Revised(Protocol):
    """What has a revision that rises by one with every change."""

    @property
    def tenant_id(self) -> TenantId: ...
    @property
    def id(self) -> str: ...
    @property
    def revision(self) -> int: ...


Entry = TypeVar("Entry", bound=Revised)


@dataclass(frozen=True, slots=True)
class Noun(Generic[Entry]):
    """How it is called in refusals, where it stands, and how a row of those columns is read."""

    name: str
    table: sa.Table
    columns: Sequence[sa.ColumnElement[Any]]
    read: Callable[[TenantId, Sequence[Any]], Entry]


class Shelf(Generic[Entry]):
    """Reads of one noun, and the two statements that change it."""

    def __init__(self, noun: Noun[Entry], database: Database, keys: Keys) -> None:
        table = noun.table
        one = (table.c.tenant_id == _tenant, table.c.id == sa.bindparam("id"))
        entries = sa.select(*noun.columns)
        self._noun = noun
        self._database = database
        self._keys = keys
        self._kept: Cache[tuple[TenantId, str], tuple[Entry, float]] = Cache(ENTRIES_KEPT)
        self._entry = Statement(entries.where(*one))
        self._revision = Statement(sa.select(table.c.revision).where(*one))
        self._page = Statement(
            at_most(
                entries.where(
                    table.c.tenant_id == _tenant, table.c.id > sa.bindparam("after")
                ).order_by(table.c.id)
            )
        )

    def get(self, tenant_id: TenantId, id: str, *, fresh: bool) -> Entry:
        """The entry, or NotFound; at most a moment old unless it has to be fresh."""
        kept = None if fresh else self._kept.get((tenant_id, id))
        if kept is not None:
            entry, asked_at = kept
            if time.monotonic() - asked_at < SECONDS_UNASKED:
                return entry
            if self._ask(self._revision, tenant_id, id=id) == [(entry.revision,)]:
                return self._keep(entry)
        rows = self._ask(self._entry, tenant_id, id=id)
        if not rows:
            self._kept.drop((tenant_id, id))
            raise NotFound(self._noun.name, id)
        return self._keep(self._noun.read(tenant_id, rows[0]))

    def page(self, tenant_id: TenantId, page: PageRequest) -> Page[Entry]:
        """A tenant's entries by id."""
        rows = self._ask(self._page, tenant_id, after=page.after or "", most=page.limit + 1)
        entries = [self._noun.read(tenant_id, row) for row in rows]
        return cut(entries, page.limit, lambda entry: entry.id)

    def put(self, connection: Any, entry: Entry, facts: dict[str, Any]) -> None:
        """Store it as new or over the revision before it, or StaleCatalogue."""
        self._kept.drop((entry.tenant_id, entry.id))
        table = self._noun.table
        named: dict[str, Any] = {name: sa.bindparam(name) for name in facts}
        if entry.revision == 1:
            change: Any = sa.insert(table).values(named)
        else:
            keep = {"tenant_id", "id", "key"}
            change = (
                sa.update(table)
                .where(
                    table.c.tenant_id == sa.bindparam("tenant_id"),
                    table.c.id == sa.bindparam("id"),
                    table.c.revision == sa.bindparam("before"),
                )
                .values({name: param for name, param in named.items() if name not in keep})
            )
        facts = facts | {"before": entry.revision - 1}
        text = Statement(change).text(self._database.driver.dialect)
        try:
            changed = connection.execute(text, facts).rowcount
        except self._database.driver.integrity:
            changed = 0
        if changed != 1:
            raise StaleCatalogue(self._noun.name, entry.id)

    def forget(self, tenant_id: TenantId, id: str) -> None:
        """It may have changed."""
        self._kept.drop((tenant_id, id))

    def _keep(self, entry: Entry) -> Entry:
        self._kept.put((entry.tenant_id, entry.id), (entry, time.monotonic()))
        return entry

    def _ask(self, statement: Statement, tenant_id: TenantId, **asked: Any) -> list[Any]:
        tenant = self._keys.find_tenant(tenant_id)
        if tenant is None:
            return []
        return self._database.rows(statement, {"tenant": tenant} | asked)
