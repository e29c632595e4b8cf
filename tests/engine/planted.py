"""Bugs, each planted around a port of a storage that has none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from booking_adapters.memory.refusals import REFUSALS
from booking_adapters.memory.storage import MemoryStorage
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.errors import BookingError, NotFound
from booking_core.domain.kernel.ids import DEFAULT_TENANT, UnitId
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
EXTENDING = ("payment.processing", "booking.extended")


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


@of_changes
def holds_are_not_limited(changes: Changes) -> Changes:
    """Whoever comes first takes all."""
    return replace(changes, hold_limits=())


@of_changes
def a_rejected_booking_keeps_its_place(changes: Changes) -> Changes:
    """The provider does not want it, and nobody else gets it."""
    rejected = any(each.booking.state is BookingState.REJECTED for each in changes.saved)
    return replace(changes, released=()) if rejected else changes


@of_changes
def an_extended_hold_ends_as_before(changes: Changes) -> Changes:
    """It was told to last for longer."""
    if not any(event.type in EXTENDING for event in changes.events):
        return changes
    saved = tuple(
        replace(each, booking=replace(each.booking, expires_at=_first_end(each.booking)))
        for each in changes.saved
    )
    return replace(changes, saved=saved)


def _first_end(booking: Booking) -> datetime:
    return booking.created_at + booking.terms.hold_for


@of_changes
def a_refund_at_the_provider_goes_untold(changes: Changes) -> Changes:
    """It is heard of, and its money is not counted."""
    foreign = any(e.data.get("reason") == "refunded_at_provider" for e in changes.events)
    if not foreign:
        return changes
    return replace(changes, saved=tuple(replace(each, transfers=()) for each in changes.saved))


@bug
def nobody_knows_a_payment_of_the_dead(storage: MemoryStorage) -> Any:
    """What comes too late is of no interest."""
    bookings = storage.bookings

    def of_payment(tenant_id: Any, payment_id: Any) -> Any:
        dossier = bookings.of_payment(tenant_id, payment_id)
        if not dossier.booking.is_live:
            raise NotFound("payment", payment_id)
        return dossier

    return around(storage, bookings=Port(bookings, of_payment=of_payment))


@bug
def a_key_has_one_answer_for_every_request(storage: MemoryStorage) -> Any:
    """Whatever is asked for with it."""
    answers = storage.idempotency

    def answer(request: Any) -> Any:
        found = answers.answer(request)
        return found and replace(found, fingerprint=_LikeEveryOther(found.fingerprint))

    return around(storage, idempotency=Port(answers, answer=answer))


class _LikeEveryOther(str):
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


@bug
def bookings_are_found_next_door(storage: MemoryStorage) -> Any:
    """Whoever knows its id opens it, whosever customer they are."""
    bookings = storage.bookings

    def get(tenant_id: Any, booking_id: Any) -> Any:
        for whose in (tenant_id, DEFAULT_TENANT):
            with suppress(NotFound):
                return bookings.get(whose, booking_id)
        raise NotFound("booking", booking_id)

    return around(storage, bookings=Port(bookings, get=get))


@bug
def our_claims_count_next_door(storage: MemoryStorage) -> Any:
    """Their pools are full when ours are."""
    real = storage.occupancy

    def claims(tenant_id: Any, resource_id: Any, window: Any, now: Any) -> Any:
        return [
            claim
            for whose in {tenant_id, DEFAULT_TENANT}
            for claim in real.claims(whose, resource_id, window, now)
        ]

    return around(storage, occupancy=Port(real, claims=claims))


@bug
def the_best_seats_are_chosen_blindly(storage: MemoryStorage) -> Any:
    """Of the hall nobody knows who sits where."""
    real = storage.occupancy

    def claims(tenant_id: Any, resource_id: Any, window: Any, now: Any) -> Any:
        found = list(real.claims(tenant_id, resource_id, window, now))
        if resource_id != "hall":
            return found
        return found and [replace(claim, unit_id=UnitId("A2")) for claim in found]

    return around(storage, occupancy=Port(real, claims=claims))


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


def _forgetful_of(**forgotten: Any) -> Callable[[MemoryStorage], Any]:
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


BUGS["a_key_counts_next_door_too"] = _forgetful_of(tenant_id=DEFAULT_TENANT)
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
