"""Checks that ask the broker."""

from __future__ import annotations

from collections.abc import Iterator

from booking_adapters.brokers.inspection import Grade
from booking_adapters.brokers.open import open_inspector
from booking_adapters.settings import Settings
from booking_cli.doctor.finding import Finding, Verdict, failure, ok, warning
from booking_core.domain.kernel.errors import BookingError

VERDICTS = {
    Grade.OK: Verdict.OK,
    Grade.WORRY: Verdict.WARNING,
    Grade.FAULT: Verdict.FAILURE,
}


def check_broker(settings: Settings) -> Iterator[Finding]:
    """Whether it can be reached, and keeps what it is told."""
    broker = settings.broker
    if broker is None:
        yield ok("broker", "none is set: nobody else is told what happens")
        return
    if broker.scheme == "memory":
        yield warning("broker", "in memory: no other process hears of anything")
        return
    try:
        inspector = open_inspector(broker.url.reveal(), broker.exchange)
        yield ok("broker", f"{inspector.reach()} at {broker.shown}")
        for seen in inspector.observe():
            yield Finding("broker", VERDICTS[seen.grade], seen.detail)
    except BookingError as refusal:
        yield failure("broker", f"{broker.shown}: {refusal.message}")
