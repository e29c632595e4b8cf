"""Receipts go when they are old, a few at a time."""

from __future__ import annotations

from datetime import timedelta

from booking_core.application.messaging.forget_receipts import ForgetReceipts
from tests.unit.application.messaging.desk import SECOND, Desk

DAY = timedelta(days=1)


def test_old_receipts_go_and_what_is_late_is_stale_all_the_same() -> None:
    """Of a consumer that is told in order; younger receipts stay."""
    desk = Desk()
    worker = desk.worker()
    forget = ForgetReceipts(inbox=desk.inbox, clock=desk.clock, keep=90 * DAY)
    desk.happens("a", 1, 2)
    worker.turn()
    desk.clock.advance(60 * DAY)
    desk.happens("a", 3)
    worker.turn()
    assert forget() == 0
    desk.clock.advance(31 * DAY)
    assert forget() == 2
    desk.happens("a", 1, 2, 3)
    worker.turn()
    assert desk.effects == [("a", 1), ("a", 2), ("a", 3)]


def test_it_looks_once_a_minute() -> None:
    """However often it is called; also after the clock was set back."""
    desk = Desk()
    forget = ForgetReceipts(inbox=desk.inbox, clock=desk.clock, keep=-DAY)  # All of them are old.
    assert forget() == 0
    desk.happens("a", 1)
    desk.worker().turn()
    desk.clock.advance(59 * SECOND)
    assert forget() == 0
    desk.clock.advance(-3600 * SECOND)
    assert forget() == 1
