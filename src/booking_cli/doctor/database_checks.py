"""Checks that ask the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from booking_adapters.composition import Composition, compose
from booking_adapters.settings import Settings
from booking_cli.doctor.finding import Finding, failure, ok, warning
from booking_cli.schema import require_usable
from booking_core.domain.kernel.errors import BookingError

ZERO = timedelta(0)
SKEW_ODD, SKEW_FATAL = timedelta(seconds=1), timedelta(seconds=30)
BACKLOG_AFTER = timedelta(minutes=5)
BACKLOG_MOST = 1000


def check_database(settings: Settings) -> Iterator[Finding]:
    """Whether it can be reached, has our schema unharmed, and tells the same time as we do."""
    try:
        with compose(settings) as composition:
            problems = composition.schema_problems()
            yield from (failure("schema", problem) for problem in problems)
            if not problems:
                yield ok("schema", "as this version makes it, and all of its guards are on")
            require_usable(composition)
            yield _tenants(composition)
            yield judge_clocks(composition.clock_skew())
            yield _backlog(composition)
            if settings.broker is not None:
                yield _outbox(composition)
            yield _letters(composition)
    except BookingError as refusal:
        yield failure("database", refusal.message)


def _tenants(composition: Composition) -> Finding:
    tenants = len(composition.storage.catalogue.tenants())
    return ok("database", f"reachable; number of tenants: {tenants}")


def judge_clocks(skew: timedelta | None) -> Finding:
    """Holds end by our clock: machines that disagree about the time disagree about holds."""
    if skew is None:
        return ok("clocks", "there is but one")
    said = (
        f"the database is {abs(skew).total_seconds():.3f} s {'behind' if skew < ZERO else 'ahead'}"
    )
    if abs(skew) >= SKEW_FATAL:
        return failure("clocks", said)
    return warning("clocks", said) if abs(skew) >= SKEW_ODD else ok("clocks", said)


def _backlog(composition: Composition) -> Finding:
    """Overdue holds harm nobody; many old ones mean that nobody sweeps."""
    late = composition.engine.ports.clock.now() - BACKLOG_AFTER
    found = len(composition.storage.bookings.overdue(late, BACKLOG_MOST))
    if found:
        count = f"{found} or more" if found == BACKLOG_MOST else str(found)
        return warning("overdue holds", f"{count} for over five minutes: does anybody sweep?")
    return ok("overdue holds", "none for over five minutes")


def _outbox(composition: Composition) -> Finding:
    """What waits for long waits for a relay, or for the broker."""
    backlog = composition.storage.outbox.backlog()
    late = composition.engine.ports.clock.now() - BACKLOG_AFTER
    if backlog.oldest is not None and backlog.oldest < late:
        told = f"events that wait: {backlog.count}, some for over five minutes: does a relay run?"
        return warning("outbox", told)
    return ok("outbox", "no event has waited for over five minutes")


def _letters(composition: Composition) -> Finding:
    """A dead letter waits for a person."""
    dead = {it.consumer: it.dead for it in composition.storage.inbox.counts() if it.dead}
    if dead:
        told = ", ".join(f"{consumer}: {count}" for consumer, count in sorted(dead.items()))
        return warning("dead letters", told)
    return ok("dead letters", "none")
