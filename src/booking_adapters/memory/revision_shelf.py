"""One kind of the catalogue's nouns, each in its latest revision."""

from __future__ import annotations

from collections import defaultdict
from typing import Generic, Protocol, TypeVar

from booking_adapters.memory.listing import first_page
from booking_adapters.memory.sorted_index import SortedIndex
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import TenantId
from booking_core.ports.page import Page, PageRequest
from booking_core.ports.unit_of_work import StaleCatalogue


class Revised(Protocol):
    """What has a revision that rises by one with every change."""

    @property
    def tenant_id(self) -> TenantId: ...
    @property
    def id(self) -> str: ...
    @property
    def revision(self) -> int: ...


Entry = TypeVar("Entry", bound=Revised)


class RevisionShelf(Generic[Entry]):
    """`noun` is what refusals call an entry."""

    __slots__ = ("_entries", "_ids", "noun")

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._entries: dict[tuple[TenantId, str], Entry] = {}
        self._ids: dict[TenantId, SortedIndex[str]] = defaultdict(SortedIndex)

    def find(self, tenant_id: TenantId, id: str) -> Entry | None:
        """The entry, if there is one."""
        return self._entries.get((tenant_id, id))

    def get(self, tenant_id: TenantId, id: str) -> Entry:
        """The entry, or NotFound."""
        found = self.find(tenant_id, id)
        if found is None:
            raise NotFound(self.noun, id)
        return found

    def page(self, tenant_id: TenantId, page: PageRequest) -> Page[Entry]:
        """A tenant's entries by id."""
        ids = self._ids.get(tenant_id, SortedIndex()).above(page.after)
        entries = (self._entries[tenant_id, id] for id in ids)
        return first_page(entries, page.limit, lambda entry: entry.id)

    def refuse_stale(self, entry: Entry) -> None:
        """Raise StaleCatalogue unless the revision before it stands."""
        standing = self.find(entry.tenant_id, entry.id)
        if entry.revision != (standing.revision if standing else 0) + 1:
            raise StaleCatalogue(self.noun, entry.id)

    def put(self, entry: Entry) -> None:
        """Keep it in place of the revision before, or raise StaleCatalogue."""
        self.refuse_stale(entry)
        if entry.revision == 1:
            self._ids[entry.tenant_id].add(entry.id)
        self._entries[entry.tenant_id, entry.id] = entry
