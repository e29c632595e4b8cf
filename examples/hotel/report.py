"""What came of a replay, read back from the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from booking_core.application.caller import Caller
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.ids import BookingId
from booking_core.domain.kernel.money import Money
from booking_core.engine import BookingEngine
from booking_core.ports.audit import Violation
from booking_core.ports.booking_repository import BookingFilter, Dossier
from booking_core.ports.page import PAGE_LARGEST, Page, PageRequest
from hotel.catalogue import CURRENCY
from hotel.stay import Stay

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`states` counts bookings by the one they ended in, `rearranged` every move of a booking.

    `revenue_minor` is what the ledger has kept of all payments, in cents.
    """

    rooms: Mapping[str, int]
    states: Mapping[BookingState, int]
    refused: Sequence[tuple[Stay, BookingError]]
    rearranged: int
    revenue_minor: int
    promises: int
    violations: Sequence[Violation]

    def as_json(self) -> dict[str, object]:
        """For programs; refusals are counted by room type."""
        return {
            "created": sum(self.states.values()),
            "refused": len(self.refused),
            "completed": self.states[BookingState.COMPLETED],
            "cancelled": self.states[BookingState.CANCELLED],
            "no_show": self.states[BookingState.NO_SHOW],
            "rearranged": self.rearranged,
            "violations": len(self.violations),
            "revenue_minor": self.revenue_minor,
            "rooms": dict(self.rooms),
            "refused_by_type": _sorted(stay.room_type for stay, _ in self.refused),
        }

    def as_text(self) -> str:
        """For people."""
        rows = [
            ("rooms", " ".join(f"{kind}={count}" for kind, count in self.rooms.items())),
            ("created", f"{sum(self.states.values())}"),
            *((f"  {state.value}", f"{count}") for state, count in sorted(self.states.items())),
            ("refused", f"{len(self.refused)}"),
            *((f"  type {kind}", text) for kind, text in self._refused_lines()),
            ("re-arranged", f"{self.rearranged}"),
            ("revenue", f"{Money(self.revenue_minor, CURRENCY)}"),
            ("verify", f"{self.promises} promises, {len(self.violations)} violations"),
            *(
                ("  " + broken.promise, f"{broken.subject}: {broken.detail}")
                for broken in self.violations
            ),
        ]
        return "\n".join(f"{name:<16} {text}" for name, text in rows)

    def _refused_lines(self) -> Iterator[tuple[str, str]]:
        for kind, count in _sorted(stay.room_type for stay, _ in self.refused).items():
            codes = _sorted(why.code for stay, why in self.refused if stay.room_type == kind)
            yield kind, f"{count} ({', '.join(codes)})"


def read_report(
    engine: BookingEngine,
    hotelier: Caller,
    rooms: Mapping[str, int],
    refused: Sequence[tuple[Stay, BookingError]],
    told: Callable[[Iterable[Dossier]], Iterable[Dossier]] = iter,
) -> Report:
    """Count what is stored, and have the engine verify it; `told` may watch the bookings pass."""
    states: Counter[BookingState] = Counter()
    rearranged = revenue_minor = 0
    for dossier in told(_bookings(engine, hotelier)):
        states[dossier.booking.state] += 1
        revenue_minor += dossier.account.earned(CURRENCY).amount_minor
        rearranged += _times_moved(engine, hotelier, dossier.booking.id)
    verification = engine.verify()
    return Report(
        rooms=rooms,
        states=states,
        refused=refused,
        rearranged=rearranged,
        revenue_minor=revenue_minor,
        promises=len(verification.promises),
        violations=verification.violations,
    )


def _bookings(engine: BookingEngine, by: Caller) -> Iterator[Dossier]:
    """All that the hotel sold, newest first."""
    return entries(lambda request: engine.read_bookings.page(BookingFilter(), request, by))


def _times_moved(engine: BookingEngine, by: Caller, booking_id: BookingId) -> int:
    history = entries(lambda request: engine.read_bookings.history(booking_id, request, by))
    return sum(event.type == "booking.rearranged" for event in history)


def entries(read: Callable[[PageRequest], Page[T]]) -> Iterator[T]:
    """The entries of a listing, page after page."""
    page = read(PageRequest(limit=PAGE_LARGEST))
    yield from page.entries
    while page.next is not None:
        page = read(PageRequest(limit=PAGE_LARGEST, after=page.next))
        yield from page.entries


def _sorted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))
