"""Storing something of the catalogue under a name: new, changed, or as it is already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Generic, TypeVar
from uuid import NAMESPACE_URL, uuid4, uuid5

from booking_core.application.caller import Caller, Role
from booking_core.application.once import KeyReused
from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.catalogue.resource import Resource
from booking_core.domain.catalogue.service import Service
from booking_core.domain.kernel.errors import BookingError, InvalidInput, Kind, NotFound
from booking_core.domain.kernel.ids import ProviderId

Noun = TypeVar("Noun", Resource, Service, Performance)


@dataclass(eq=False)
class AlreadyExists(BookingError):
    """There is a {noun} {id} already, and it is another"""

    code: ClassVar[str] = "already-exists"
    kind: ClassVar[Kind] = Kind.CONFLICT
    noun: str
    id: str


@dataclass(eq=False)
class RevisionMismatch(BookingError):
    """It is at revision {actual}, not {expected}"""

    code: ClassVar[str] = "revision-mismatch"
    kind: ClassVar[Kind] = Kind.STALE
    expected: int
    actual: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Generic[Noun]):
    """What stands now, and whether it did before."""

    noun: Noun
    was_there: bool


@dataclass(frozen=True, slots=True)
class Shelf(Generic[Noun]):
    """How one kind of thing is read and stored."""

    read: Callable[[], Noun]
    save: Callable[[Noun, Caller], Noun]
    by: Caller

    def put(self, wanted: Noun, expected: int | None) -> Kept[Noun]:
        """Make it so. Asked for again, it is so already, whatever revision was expected."""
        self.by.own(wanted.provider_id)
        standing = self._standing()
        revision = 0 if standing is None else standing.revision
        if standing is not None and replace(wanted, revision=revision) == standing:
            return Kept(noun=standing, was_there=True)
        if expected is not None and expected != revision:
            raise RevisionMismatch(expected, revision)
        kept = self.save(replace(wanted, revision=revision + 1), self.by)
        return Kept(noun=kept, was_there=standing is not None)

    def post(self, wanted: Noun, named_by_key: str | None) -> Kept[Noun]:
        """Make a new one, or find that this very request made it before."""
        self.by.own(wanted.provider_id)
        standing = self._standing()
        if standing is None:
            return Kept(noun=self.save(replace(wanted, revision=1), self.by), was_there=False)
        if replace(wanted, revision=standing.revision) == standing:
            return Kept(noun=standing, was_there=True)
        if named_by_key is not None:
            raise KeyReused(named_by_key)
        raise AlreadyExists(type(wanted).__name__.lower(), wanted.id)

    def _standing(self) -> Noun | None:
        try:
            return self.read()
        except NotFound:
            return None


def name_for(noun: str, given: str | None, key: str | None, by: Caller) -> str:
    """The name that was given, or one out of the key: the same request names the same thing."""
    if given is not None:
        return given
    if key is None:
        return str(uuid4())
    return str(uuid5(NAMESPACE_URL, f"{by.tenant_id}\n{by.id}\n{noun}\n{key}"))


def owner(given: str | None, by: Caller) -> ProviderId:
    """The provider that is named, or the caller if it is one."""
    if given is None and by.is_office and Role.PROVIDER not in by.roles:
        raise InvalidInput("providerId", "whose it shall be")
    return ProviderId(by.id if given is None else given)
