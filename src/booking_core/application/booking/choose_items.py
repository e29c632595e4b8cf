"""Turn the lines of a request into the items of a booking: judged, picked and priced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from booking_core.application.booking.line import LINES_MOST, Line
from booking_core.application.booking.offered import Offered, Shelf
from booking_core.application.booking.pick_units import Circumstances, Picked, PickUnits
from booking_core.application.once import Turn
from booking_core.domain.availability.policies import judge
from booking_core.domain.availability.rearrange import Move, composed
from booking_core.domain.booking.item import Item
from booking_core.domain.booking.terms import Terms
from booking_core.domain.catalogue.offer import Offer, OnPaymentFailure
from booking_core.domain.catalogue.resource import Assignment
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.errors import BookingError, InvalidInput
from booking_core.domain.kernel.ids import BookingId, ProviderId, ResourceId
from booking_core.domain.kernel.money import Money
from booking_core.ports.catalogue_repository import CatalogueRepository
from booking_core.ports.unit_of_work import JudgedBy, Taken

# An event may tell of the items before and after, and a message of one holds 64 KiB.
TOLD_BYTES_MOST = 28_000
_BYTES_OF_A_LINE = 200  # Without its ids.
_BYTES_OF_A_UNIT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the lines come to. `moves` are what other bookings have to do for it."""

    items: tuple[Item, ...]
    offer: Offer
    terms: Terms
    provider_id: ProviderId
    price: Money | None
    judged_by: tuple[JudgedBy, ...]
    hold_limits: tuple[tuple[ResourceId, int], ...]
    moves: tuple[Move, ...]
    contended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseItems:
    """Every line is judged by the same rules that availability is offered by."""

    catalogue: CatalogueRepository
    pick_units: PickUnits

    def __call__(
        self, lines: Sequence[Line], turn: Turn, *, own: BookingId | None = None
    ) -> Chosen:
        """What they come to, or the first refusal; `own` is the booking that makes way itself."""
        if not 1 <= len(lines) <= LINES_MOST:
            raise InvalidInput("items", f"1 to {LINES_MOST} items")
        draft = turn.draft
        shelf = Shelf(catalogue=self.catalogue, tenant_id=draft.by.tenant_id, fresh=turn.fresh)
        offers = [tuple(shelf.offered(line)) for line in lines]
        sold: dict[int, tuple[Offered, Item, Picked]] = {}
        earlier: tuple[Claim, ...] = ()
        moves: tuple[Move, ...] = ()
        # What one line got stays put for the next, and room is found for certain only where
        # nothing that stays begins after the wish.
        for number in _by_start(offers):
            at = Circumstances(
                tenant_id=draft.by.tenant_id,
                now=draft.now,
                retried=turn.number > 0,
                own=own,
                earlier=earlier,
                moves=moves,
            )
            offered, picked = self._first_that_can(offers[number], at)
            item = _item(offered, picked)
            sold[number] = offered, item, picked
            if len(sold) < len(lines):
                earlier += _claims(item)
            if picked.moves:
                moves = composed(moves, picked.moves)
        _require_tellable([item for _, item, _ in sold.values()])
        return _together([sold[number] for number in range(len(lines))], moves)

    def _first_that_can(
        self, candidates: Sequence[Offered], at: Circumstances
    ) -> tuple[Offered, Picked]:
        """The first candidate that takes the wish; if none does, why the best of them does not."""
        refusal: BookingError | None = None
        for offered in candidates:
            try:
                judge(offered.wish, at.now)
                picked = self.pick_units(offered, at, is_one_of_many=len(candidates) > 1)
            except BookingError as refused:
                # That one of them is taken says more than that another is closed.
                if refusal is None or isinstance(refused, Taken):
                    refusal = refused
            else:
                return offered, picked
        assert refusal is not None  # A line has at least one candidate.
        raise refusal


def _by_start(offers: Sequence[Sequence[Offered]]) -> Sequence[int]:
    """The numbers of the lines, the earliest first."""
    return sorted(range(len(offers)), key=lambda number: offers[number][0].wish.span.start)


def _require_tellable(items: Sequence[Item]) -> None:
    """InvalidInput for more units than an event can name: it would be in the way of all others."""
    size = sum(
        _BYTES_OF_A_LINE
        + len(item.resource_id)
        + len(item.service_id or "")
        + len(item.performance_id or "")
        + sum(len(unit_id) + _BYTES_OF_A_UNIT for unit_id in item.unit_ids)
        for item in items
    )
    if size > TOLD_BYTES_MOST:
        raise InvalidInput("items", "fewer units: their ids are too long to be told in one message")


def _item(offered: Offered, picked: Picked) -> Item:
    wish = offered.wish
    return Item(
        resource_id=wish.resource.id,
        unit_ids=picked.unit_ids,
        span=wish.span,
        claimed=wish.claimed,
        service_id=offered.service_id,
        performance_id=offered.performance_id,
        promised=wish.resource.assignment is Assignment.NAMED,
    )


def _claims(item: Item) -> tuple[Claim, ...]:
    return tuple(
        Claim(resource_id=item.resource_id, unit_id=unit_id, span=item.claimed)
        for unit_id in item.unit_ids
    )


def _together(sold: Sequence[tuple[Offered, Item, Picked]], moves: tuple[Move, ...]) -> Chosen:
    first = sold[0][0]
    terms = _terms(first)
    for offered, _, _ in sold[1:]:
        if _terms(offered) != terms or offered.provider_id != first.provider_id:
            raise InvalidInput("items", "items that one provider sells on the same terms")
    return Chosen(
        items=tuple(item for _, item, _ in sold),
        offer=first.offer,
        terms=terms,
        provider_id=first.provider_id,
        price=_total(sold),
        judged_by=_judged_by(sold),
        hold_limits=tuple(
            {
                (resource.id, resource.rules.holds_max): None
                for resource in (offered.wish.resource for offered, _, _ in sold)
                if resource.rules.holds_max is not None
            }
        ),
        moves=moves,
        contended=any(picked.contended for _, _, picked in sold),
    )


def _judged_by(sold: Sequence[tuple[Offered, Item, Picked]]) -> tuple[JudgedBy, ...]:
    """What of the catalogue they were judged by, each once."""
    if len(sold) == 1:
        return sold[0][0].judged_by
    return tuple({judged: None for offered, _, _ in sold for judged in offered.judged_by})


def _total(sold: Sequence[tuple[Offered, Item, Picked]]) -> Money | None:
    """The sum of the lines' prices; None where nothing is due."""
    total: Money | None = None
    for offered, item, _ in sold:
        price = offered.price(item.unit_ids)
        if price is not None:
            total = price if total is None else total + price
    return None if total is None or total.is_zero else total


def _terms(offered: Offered) -> Terms:
    offer = offered.offer
    return Terms(
        zone=offered.wish.resource.zone,
        cancellation=offer.cancellation,
        hold_for=offer.hold_for,
        attempts_max=offer.attempts_max,
        releases_on_payment_failure=offer.on_payment_failure is OnPaymentFailure.RELEASE,
        releases_on_no_show=offer.release_on_no_show,
        text=offer.text,
    )
