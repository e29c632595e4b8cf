"""What refuses a commit: a list of sentences, in the order that the unit of work promises.

Each looks at what stands and at what is wanted, raises if it does not hold, and changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from booking_adapters.memory.claim_shelf import following, holder, place
from booking_adapters.memory.state import State
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.payment.ledger import LedgerAccount, Overdrawn, Transfer
from booking_core.ports.unit_of_work import (
    AlreadyAnswered,
    Changes,
    HoldLimit,
    OverdueHoldsInTheWay,
    StaleBooking,
    StaleCatalogue,
    Taken,
    TooManyHolds,
)


def request_was_not_answered_before(state: State, changes: Changes) -> None:
    """Or AlreadyAnswered."""
    if changes.answer is not None and changes.answer.request in state.answers:
        raise AlreadyAnswered


def catalogue_stands_as_judged_by(state: State, changes: Changes) -> None:
    """Or StaleCatalogue: by its revisions, and by each unit that shall be claimed."""
    for judged_by in changes.judged_by:
        standing = state.revised(judged_by.noun, changes.tenant_id, judged_by.id)
        if standing is None or standing.revision != judged_by.revision:
            raise StaleCatalogue(judged_by.noun, judged_by.id)
    for claim in changes.claimed:
        resource = state.resources.find(changes.tenant_id, claim.resource_id)
        if resource is None or claim.unit_id not in resource.units_by_id:
            raise StaleCatalogue("resource", claim.resource_id)


def bookings_and_blocks_stand_as_read(state: State, changes: Changes) -> None:
    """Or StaleBooking: by their version, and by each claim that shall go."""
    for saved in changes.saved:
        standing = state.bookings.get(changes.tenant_id, saved.booking.id)
        if saved.booking.version != (standing.booking.version if standing else 0) + 1:
            raise StaleBooking(saved.booking.id)
    for block in changes.blocks:
        stood = state.blocks.get((changes.tenant_id, block.id))
        if block.version != (stood.version if stood else 0) + 1:
            raise StaleBooking(block.id)
    released = Counter((holder(claim), place(claim)) for claim in changes.released)
    for claim in changes.released:
        once = released[holder(claim), place(claim)] == 1
        if not once or not state.claims.stands(changes.tenant_id, claim):
            raise StaleBooking(str(claim.booking_id or claim.block_id))


def no_customer_hoards(state: State, changes: Changes) -> None:
    """Or TooManyHolds."""
    for limit in changes.hold_limits:
        holds = dict(state.bookings.holds(changes.tenant_id, limit.customer_id))
        holds |= {saved.booking.id: saved.booking for saved in changes.saved}
        if sum(_counts(hold, limit, changes) for hold in holds.values()) > limit.holds_max:
            raise TooManyHolds(limit.resource_id, limit.holds_max)


def nothing_is_in_the_way(state: State, changes: Changes) -> None:
    """Or OverdueHoldsInTheWay, naming all of them, or Taken."""
    in_the_way = list(_in_the_way(state, changes))
    overdue = {str(claim.booking_id) for claim in in_the_way if claim.is_overdue(changes.now)}
    if overdue:
        raise OverdueHoldsInTheWay(tuple(sorted(overdue)))
    if in_the_way:
        resource_id = in_the_way[0].resource_id
        spans = {claim.span for claim in in_the_way if claim.resource_id == resource_id}
        raise Taken(resource_id, tuple(sorted(spans)))


def no_account_is_overdrawn(state: State, changes: Changes) -> None:
    """Or Overdrawn: at no moment may an account hold less than nothing."""
    for saved in changes.saved:
        standing = state.bookings.get(changes.tenant_id, saved.booking.id)
        held: Counter[tuple[LedgerAccount, str]] = Counter()
        for transfer in standing.account.transfers if standing else ():
            _tell(held, transfer)
        for transfer in saved.transfers:
            _tell(held, transfer)
            # All money comes from the provider: what is owed there has no bound.
            if transfer.debit is not LedgerAccount.PROVIDER and held[_debited(transfer)] < 0:
                raise Overdrawn(transfer.debit.value, str(transfer.amount))


REFUSALS = (
    request_was_not_answered_before,
    catalogue_stands_as_judged_by,
    bookings_and_blocks_stand_as_read,
    no_customer_hoards,
    nothing_is_in_the_way,
    no_account_is_overdrawn,
)


def _counts(booking: Booking, limit: HoldLimit, changes: Changes) -> bool:
    """Whether it is one of the live holds that are limited."""
    return (
        booking.is_held
        and not booking.is_overdue(changes.now)
        and booking.customer_id == limit.customer_id
        and any(item.resource_id == limit.resource_id for item in booking.items)
    )


def _in_the_way(state: State, changes: Changes) -> Iterator[Claim]:
    """Each claim that will stand after the commit and overlaps one that is wanted."""
    released = {(holder(claim), place(claim)) for claim in changes.released}
    saved = {saved.booking.id: saved.booking for saved in changes.saved}
    for wanted in changes.claimed:
        for claim in state.claims.in_the_way(changes.tenant_id, wanted):
            if (holder(claim), place(claim)) not in released:
                booking = saved.get(claim.booking_id) if claim.booking_id else None
                yield following(claim, booking) if booking else claim
    for claim, next_claim in pairwise(sorted(changes.claimed, key=place)):
        on_one_unit = place(claim)[:2] == place(next_claim)[:2]
        if on_one_unit and claim.span.overlaps(next_claim.span):
            yield claim


def _tell(held: Counter[tuple[LedgerAccount, str]], transfer: Transfer) -> None:
    held[_debited(transfer)] -= transfer.amount.amount_minor
    held[transfer.credit, transfer.amount.currency] += transfer.amount.amount_minor


def _debited(transfer: Transfer) -> tuple[LedgerAccount, str]:
    return transfer.debit, transfer.amount.currency
