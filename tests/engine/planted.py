"""Bugs, each planted around a port of a storage that has none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from booking_adapters.memory.refusals import REFUSALS
from booking_adapters.memory.storage import MemoryStorage
from booking_core.domain.kernel.errors import BookingError
from booking_core.ports.booking_repository import OverdueHold
from booking_core.ports.unit_of_work import (
    AlreadyAnswered,
    Changes,
    OverdueHoldsInTheWay,
    StaleBooking,
    Taken,
)

Commit = Callable[[Changes], None]
BUGS: dict[str, Callable[[MemoryStorage], Any]] = {}


def around(storage: MemoryStorage, **ports: Any) -> Any:
    """The storage with other ports in place of some of its own."""
    return SimpleNamespace(**vars(storage) | ports | {"close": storage.close})


class Port:
    """A port with some of its methods replaced."""

    def __init__(self, real: Any, **methods: Callable[..., Any]) -> None:
        self._real = real
        vars(self).update(methods)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def bug(plant: Callable[[MemoryStorage], Any]) -> Callable[[MemoryStorage], Any]:
    """Keep it under its name."""
    BUGS[plant.__name__] = plant
    return plant


def changing(change: Callable[[Changes], Changes]) -> Callable[[MemoryStorage], Any]:
    """A storage that commits something else than it was told to."""

    def plant(storage: MemoryStorage) -> Any:
        work = storage.unit_of_work
        return around(
            storage, unit_of_work=Port(work, commit=lambda changes: work.commit(change(changes)))
        )

    return plant


def of_changes(change: Callable[[Changes], Changes]) -> Callable[[Changes], Changes]:
    """Keep the storage that it spoils under its name."""
    BUGS[change.__name__] = changing(change)
    return change


@of_changes
def claims_are_not_released(changes: Changes) -> Changes:
    """What was given up stays taken."""
    return replace(changes, released=())


@of_changes
def claims_are_not_made(changes: Changes) -> Changes:
    """What was sold stays free."""
    return replace(changes, claimed=())


@of_changes
def the_last_claim_of_several_is_forgotten(changes: Changes) -> Changes:
    """All but one."""
    return replace(changes, claimed=changes.claimed[:-1] or changes.claimed)


@of_changes
def answers_are_not_stored(changes: Changes) -> Changes:
    """Whoever asks again is served again."""
    return replace(changes, answer=None)


@of_changes
def a_saved_booking_is_dropped(changes: Changes) -> Changes:
    """Made it is; whatever it becomes afterwards is told, and not so."""
    return replace(changes, saved=tuple(s for s in changes.saved if s.booking.version == 1))


@of_changes
def transfers_are_dropped(changes: Changes) -> Changes:
    """Money comes and goes untold."""
    return replace(changes, saved=tuple(replace(each, transfers=()) for each in changes.saved))


@of_changes
def transfers_are_told_twice(changes: Changes) -> Changes:
    """Money comes and goes in double."""
    saved = tuple(replace(each, transfers=each.transfers * 2) for each in changes.saved)
    return replace(changes, saved=saved)


@of_changes
def the_last_event_of_several_is_dropped(changes: Changes) -> Changes:
    """The booking counts it, nobody hears of it."""
    return replace(changes, events=changes.events[:-1] or changes.events)


@of_changes
def a_number_is_left_out_of_a_history(changes: Changes) -> Changes:
    """Whoever waits for it waits for ever."""
    later = tuple(replace(e, sequence=e.sequence + (e.sequence > 1)) for e in changes.events)
    return replace(changes, events=later)


@of_changes
def buffers_are_lost(changes: Changes) -> Changes:
    """Half an hour on each side, where there are any."""
    half = timedelta(minutes=30)
    return replace(
        changes,
        claimed=tuple(
            replace(claim, span=claim.span.widened(-half, -half))
            if claim.span.start.minute == 30
            else claim
            for claim in changes.claimed
        ),
    )


@of_changes
def a_hold_never_lapses(changes: Changes) -> Changes:
    """It keeps others out for good."""
    saved = tuple(
        replace(each, booking=replace(each.booking, expires_at=None)) for each in changes.saved
    )
    return replace(changes, saved=saved)


@bug
def overlaps_are_accepted(storage: MemoryStorage) -> Any:
    """Who comes second is let in."""
    work = storage.unit_of_work

    def commit(changes: Changes) -> None:
        for refuse in REFUSALS:
            with suppress(Taken, OverdueHoldsInTheWay):
                refuse(work.state, changes)
        work._apply(changes)

    return around(storage, unit_of_work=Port(work, commit=commit))


@bug
def an_overdue_hold_blocks(storage: MemoryStorage) -> Any:
    """Until a sweeper comes."""
    work = storage.unit_of_work

    def commit(changes: Changes) -> None:
        try:
            work.commit(changes)
        except OverdueHoldsInTheWay:
            raise Taken("whatever") from None

    return around(storage, unit_of_work=Port(work, commit=commit))


@bug
def an_overdue_hold_occupies(storage: MemoryStorage) -> Any:
    """For an hour more it looks taken."""
    real = storage.occupancy

    def claims(tenant_id: Any, resource_id: Any, window: Any, now: Any) -> Any:
        return real.claims(tenant_id, resource_id, window, now - timedelta(hours=1))

    return around(storage, occupancy=Port(real, claims=claims))


@bug
def the_sweeper_takes_whom_it_likes(storage: MemoryStorage) -> Any:
    """Also a hold that has an hour left, or was renewed meanwhile."""
    work, bookings = storage.unit_of_work, storage.bookings

    def overdue(now: Any, limit: int) -> list[OverdueHold]:
        return list(bookings.overdue(now + timedelta(hours=1), limit))

    def lapse(lapses: Any, now: Any) -> int:
        return work.lapse(lapses, now + timedelta(hours=1))

    return around(
        storage, bookings=Port(bookings, overdue=overdue), unit_of_work=Port(work, lapse=lapse)
    )


@bug
def the_release_is_a_commit_of_its_own(storage: MemoryStorage) -> Any:
    """What is refused afterwards has lost its old place."""
    work = storage.unit_of_work

    def commit(changes: Changes) -> None:
        if changes.released and changes.claimed:
            for claim in changes.released:
                with suppress(KeyError):
                    work.state.claims.take(changes.tenant_id, claim)
            changes = replace(changes, released=())
        work.commit(changes)

    return around(storage, unit_of_work=Port(work, commit=commit))


def _forgetful_of(**forgotten: str) -> Callable[[MemoryStorage], Any]:
    """A storage that files answers by less than the whole request."""

    def plant(storage: MemoryStorage) -> Any:
        work, answers = storage.unit_of_work, storage.idempotency

        def commit(changes: Changes) -> None:
            if changes.answer is not None:
                request = replace(changes.answer.request, **forgotten)
                changes = replace(changes, answer=replace(changes.answer, request=request))
            work.commit(changes)

        return around(
            storage,
            unit_of_work=Port(work, commit=commit),
            idempotency=Port(
                answers, answer=lambda request: answers.answer(replace(request, **forgotten))
            ),
        )

    return plant


BUGS["a_key_counts_for_everybody"] = _forgetful_of(principal="anybody")
BUGS["a_key_counts_for_every_operation"] = _forgetful_of(operation="anything")


@bug
def a_repeated_request_is_served_again(storage: MemoryStorage) -> Any:
    """No answer is ever found."""
    work, answers = storage.unit_of_work, storage.idempotency

    def commit(changes: Changes) -> None:
        with suppress(AlreadyAnswered):
            work.commit(changes)
            return
        work.commit(replace(changes, answer=None))

    return around(
        storage,
        unit_of_work=Port(work, commit=commit),
        idempotency=Port(answers, answer=lambda request: None),
    )


@bug
def a_refused_commit_is_half_done(storage: MemoryStorage) -> Any:
    """The claims that were free are kept by a booking that is not."""
    work = storage.unit_of_work

    def commit(changes: Changes) -> None:
        try:
            work.commit(changes)
        except BookingError as refusal:
            if isinstance(refusal, Taken | StaleBooking) and not changes.released:
                for claim in changes.claimed:
                    alone = Changes(
                        tenant_id=changes.tenant_id,
                        now=changes.now,
                        saved=changes.saved,
                        claimed=(claim,),
                    )
                    with suppress(BookingError):
                        work.commit(alone)
            raise

    return around(storage, unit_of_work=Port(work, commit=commit))
