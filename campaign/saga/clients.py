"""Clients who book at a pace, and take some of it back."""

from __future__ import annotations

import time
from collections import deque

from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_core.application.booking.cancel_booking import CancelBooking
from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.caller import customer
from booking_core.domain.kernel.ids import BookingId, CustomerId
from campaign.saga.stage import Stage, slot
from campaign.world import engine_on

CANCELS_EVERY = 10  # Of so many bookings, one is cancelled.
THINKS_SECONDS = 2.0  # Before it cancels: by then it is paid, or the payment is under way.


def book(stage: Stage, numbers: range, per_second: float) -> int:
    """Book these, so many a second or as fast as can be; how many were cancelled."""
    storage = SqlStorage.open(stage.database, pool_size=1, rings=True)
    engine, ann = engine_on(storage), customer("ann")
    regretted: deque[tuple[float, BookingId]] = deque()
    begun, cancelled = time.monotonic(), 0
    for place, number in enumerate(numbers):
        command = CreateBooking(customer_id=CustomerId(ann.id), items=(slot(number),))
        booking = engine.create_booking(command, ann, f"saga-{number}").dossier.booking
        now = time.monotonic()
        if number % CANCELS_EVERY == 0:
            regretted.append((now + THINKS_SECONDS, booking.id))
        while regretted and regretted[0][0] <= now:
            engine.cancel_booking(CancelBooking(booking_id=regretted.popleft()[1]), ann)
            cancelled += 1
        if per_second:
            time.sleep(max(0.0, begun + (place + 1) / per_second - time.monotonic()))
    for _, booking_id in regretted:
        engine.cancel_booking(CancelBooking(booking_id=booking_id), ann)
        cancelled += 1
    storage.close()
    return cancelled
