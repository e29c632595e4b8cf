"""Checks that ask the broker."""

from __future__ import annotations

from collections.abc import Iterator

from booking_adapters.brokers.inspection import Grade
from booking_adapters.brokers.open import open_inspector
from booking_adapters.consumers.awaited import LOSES, awaited_consumers
from booking_adapters.consumers.settings import RECEIPTS_NAME
from booking_adapters.settings import Settings
from booking_cli.doctor.finding import Finding, Verdict, failure, ok, warning
from booking_core.domain.kernel.errors import BookingError

TELLINGS = 3  # The first, and one more, whose receipt may take twice as long.
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
    yield from _receipts(settings)


def _receipts(settings: Settings) -> Iterator[Finding]:
    """Who says what arrived, where a broker may lose something."""
    broker, patience = settings.broker, settings.consumers
    try:
        consumers = awaited_consumers(settings)
    except BookingError as refusal:
        yield failure("receipts", refusal.message)
        return
    if not consumers:
        if broker is not None and broker.scheme in LOSES:
            yield warning(
                "receipts", f"nobody's are awaited: what Redis loses is lost; see {RECEIPTS_NAME}"
            )
        return
    seconds, gap = patience.receipt_seconds, patience.gap_seconds
    who = f"awaited from {', '.join(consumers)} within {seconds:g} s"
    if TELLINGS * seconds > gap:
        yield warning("receipts", f"{who}: consumers in order wait for a gap for only {gap:g} s")
    else:
        yield ok("receipts", who)
