"""Failures whose cause is the database's schema, told as such."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from booking_adapters.composition import Composition
from booking_core.domain.kernel.errors import BookingError, Kind


@dataclass(eq=False)
class UnsoundSchema(BookingError):
    """The database is not as this version needs it: {problems}"""

    code: ClassVar[str] = "unsound-schema"
    kind: ClassVar[Kind] = Kind.CONFLICT
    problems: tuple[str, ...]


@contextmanager
def schema_blamed(composition: Composition) -> Iterator[None]:
    """UnsoundSchema in place of a fault that it explains; other faults stay what they are."""
    try:
        yield
    except BookingError:
        raise
    except Exception as fault:
        problems = composition.schema_problems()
        if problems:
            raise UnsoundSchema(problems) from fault
        raise


def require_usable(composition: Composition) -> None:
    """UnsoundSchema if nothing can be read, or Busy while the database is away."""
    with schema_blamed(composition):
        composition.storage.catalogue.tenants()
