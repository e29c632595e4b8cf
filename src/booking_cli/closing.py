"""Closing at the payment provider what lapsed holds have left open there."""

from __future__ import annotations

from threading import Event

from booking_core.application.payment.close_attempts import CloseAttempts
from booking_core.domain.kernel.ids import BookingId


def close_outlived(close_attempts: CloseAttempts, batch: int, stopped: Event) -> None:
    """Batch after batch; what cannot be closed now is tried again the next time."""
    after: BookingId | None = None
    while not stopped.is_set():
        after = close_attempts.outlived(batch, after)
        if after is None:
            return
