"""The seats of a performance."""

from __future__ import annotations

from litestar import get
from litestar.params import FromPath

from booking_core.domain.availability.seat_map import Seat, SeatState
from booking_core.domain.kernel.ids import PerformanceId
from booking_http.amounts import Amount, shown
from booking_http.call import Call
from booking_http.refused import refused
from booking_http.strict_body import View


class SeatView(View, frozen=True, kw_only=True):
    """One seat: free, held, taken or blocked; its price where it is sold."""

    unit_id: str
    category: str
    row: int
    number: int
    state: SeatState
    price: Amount | None


class SeatMap(View, frozen=True, kw_only=True):
    """Every seat of the hall, in its order."""

    performance_id: str
    free: int
    seats: list[SeatView]


@get(
    "/performances/{performance_id:str}/seats",
    operation_id="showSeats",
    summary="The seat map of a performance",
    tags=["Availability"],
    responses=refused(404),
)
async def show_seats(performance_id: FromPath[str], request: Call) -> SeatMap:
    """What can be had, and for how much."""
    seats = await request.ask(
        request.engine.find_free.seats, PerformanceId(performance_id), request.user
    )
    return SeatMap(
        performance_id=performance_id,
        free=sum(seat.state is SeatState.FREE for seat in seats),
        seats=[_view(seat) for seat in seats],
    )


def _view(seat: Seat) -> SeatView:
    unit = seat.unit
    return SeatView(
        unit_id=unit.id,
        category=unit.category,
        row=unit.row,
        number=unit.number,
        state=seat.state,
        price=shown(seat.price),
    )
