"""A draft: what a use case wants to be true; claims, rows, versions and events follow from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from booking_core.application.caller import Caller
from booking_core.application.new_ids import NewIds
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.events import DomainEvent, Json
from booking_core.domain.kernel.ids import CorrelationId, EventId, PaymentId
from booking_core.domain.payment.account import EMPTY_ACCOUNT, Account
from booking_core.ports.booking_repository import Dossier
from booking_core.ports.idempotency import Answer, RequestKey
from booking_core.ports.unit_of_work import Changes, HoldLimit, JudgedBy, Saved


@dataclass(slots=True, kw_only=True)
class Page:
    """One booking of a draft: as it was, as it shall be, and what is told of it."""

    before: Dossier | None
    booking: Booking
    account: Account
    told: list[tuple[str, Mapping[str, Json]]] = field(default_factory=list)

    def tell(self, type: str, data: Mapping[str, Json]) -> None:
        self.told.append((type, data))

    def numbered(self) -> Booking:
        """The booking with its next version, and with its events counted."""
        old = self.before.booking if self.before else None
        version = (old.version if old else 0) + 1
        sequence = (old.sequence if old else 0) + len(self.told)
        if (self.booking.version, self.booking.sequence) == (version, sequence):
            return self.booking  # A new one, made so: a copy of twenty fields is saved.
        return replace(self.booking, version=version, sequence=sequence)

    def saved(self, booking: Booking) -> Saved:
        """The booking with those rows of its money that are new or changed."""
        account = self.account
        old = self.before.account if self.before else EMPTY_ACCOUNT
        if account is old:
            return Saved(booking=booking, account=account)
        return Saved(
            booking=booking,
            account=account,
            attempts=tuple(a for a in account.attempts if a not in old.attempts),
            refunds=tuple(r for r in account.refunds if r not in old.refunds),
            transfers=account.transfers[len(old.transfers) :],
        )


@dataclass(slots=True, kw_only=True)
class Draft:
    """Built anew for every try; `subject` is the booking that the answer is about.

    `retries_when_taken`: another choice of units may still succeed where this one lost a race.
    """

    by: Caller
    now: datetime
    ids: NewIds
    pages: list[Page] = field(default_factory=list)
    judged_by: list[JudgedBy] = field(default_factory=list)
    hold_limits: list[HoldLimit] = field(default_factory=list)
    retries_when_taken: bool = False
    payment_id: PaymentId | None = None

    def open(self, before: Dossier) -> Page:
        """A page for a booking that exists."""
        page = Page(before=before, booking=before.booking, account=before.account)
        self.pages.append(page)
        return page

    def new(self, booking: Booking) -> Page:
        """A page for a booking that does not exist yet."""
        page = Page(before=None, booking=booking, account=EMPTY_ACCOUNT)
        self.pages.append(page)
        return page

    def finish(self, reply: Reply | None) -> tuple[Changes, Dossier | None]:
        """The change to commit, and the first page's dossier as it will then stand."""
        correlation = self.by.correlation_id or CorrelationId(self.ids.one())
        numbered = [page.numbered() for page in self.pages]
        first = Dossier(booking=numbered[0], account=self.pages[0].account) if numbered else None
        released, claimed = self._moved_claims()
        changes = Changes(
            tenant_id=self.by.tenant_id,
            now=self.now,
            saved=tuple(map(Page.saved, self.pages, numbered)),
            released=released,
            claimed=claimed,
            events=tuple(self._events(correlation)),
            judged_by=tuple(self.judged_by),
            hold_limits=tuple(self.hold_limits),
            answer=reply.answer(first, self.payment_id, self.now) if reply and first else None,
        )
        return changes, first

    def _moved_claims(self) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
        """What the bookings held before and not after, and the other way round."""
        released: list[Claim] = []
        claimed: list[Claim] = []
        for page in self.pages:
            if page.before is None:
                claimed += page.booking.claims()
                continue
            after = {_place(claim): claim for claim in page.booking.claims()}
            before = {_place(claim): claim for claim in page.before.booking.claims()}
            released += [claim for place, claim in before.items() if place not in after]
            claimed += [claim for place, claim in after.items() if place not in before]
        return tuple(released), tuple(claimed)

    def _events(self, correlation: CorrelationId) -> Iterator[DomainEvent]:
        for page in self.pages:
            sequence = page.before.booking.sequence if page.before else 0
            for type, data in page.told:
                sequence += 1
                yield DomainEvent(
                    event_id=EventId(self.ids.one()),
                    type=type,
                    tenant_id=self.by.tenant_id,
                    booking_id=page.booking.id,
                    sequence=sequence,
                    at=self.now,
                    correlation_id=correlation,
                    actor=self.by.label,
                    data=data,
                )


@dataclass(frozen=True, slots=True)
class Reply:
    """To which request, told apart by its fingerprint, the outcome is the answer."""

    request: RequestKey
    fingerprint: str

    def answer(self, dossier: Dossier, payment_id: PaymentId | None, at: datetime) -> Answer:
        return Answer(
            request=self.request,
            fingerprint=self.fingerprint,
            at=at,
            booking=dossier.booking,
            account=dossier.account,
            payment_id=payment_id,
        )


def _place(claim: Claim) -> tuple[object, ...]:
    return claim.resource_id, claim.unit_id, claim.span.start, claim.span.end
