"""From what shall be true to the rows that make it so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from booking_adapters.sqlalchemy.codec import encode
from booking_adapters.sqlalchemy.keys import Keys, ResourceKeys
from booking_adapters.sqlalchemy.rows import Row, Rows, ToInstant
from booking_adapters.sqlalchemy.snapshot import snapshot
from booking_core.domain.availability.block import Block
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import ResourceId, UnitId
from booking_core.domain.payment.attempt import Attempt
from booking_core.ports.idempotency import Answer
from booking_core.ports.unit_of_work import Changes, HoldLimit, Saved, StaleCatalogue

# Of what stands behind a judgement, the kind of row that says its revision.
JUDGED_IN = {"resource": "resources", "service": "services", "performance": "performances"}


class RowMaker:
    """Knows the keys, and how the driver takes an instant."""

    def __init__(self, keys: Keys, to_instant: ToInstant) -> None:
        self._keys = keys
        self._at = to_instant

    def __call__(self, changes: Changes) -> Rows:
        """The rows of one commit; StaleCatalogue if a unit is claimed that does not exist."""
        tenant = self._keys.tenant(changes.tenant_id)
        rows = Rows(tenant=tenant, now=self._at(changes.now))
        self._claims(changes, rows)
        for saved in changes.saved:
            self._saved(saved, rows)
        self._blocks(changes.blocks, rows)
        rows.events = [self._event(event) for event in changes.events]
        if changes.answer is not None:
            rows.answers.append(self._answer(changes.answer))
        for each in changes.judged_by:
            getattr(rows, JUDGED_IN[each.noun]).append((each.id, each.revision))
        rows.limits = [self._limit(limit, changes, tenant) for limit in changes.hold_limits]
        return rows

    def _claims(self, changes: Changes, rows: Rows) -> None:
        """Sorted, so that whoever wants the same units waits for them in the same order."""
        versions: dict[str, int] = {s.booking.id: s.booking.version for s in changes.saved}
        for block in changes.blocks:
            versions[block.id] = block.version
        for claim in changes.claimed:
            keys = self._resource(rows.tenant, claim.resource_id, claim.unit_id)
            holder = claim.booking_id or claim.block_id
            assert holder is not None
            rows.claimed.append(
                (
                    keys.key,
                    keys.numbers[claim.unit_id],
                    self._at(claim.span.start),
                    self._at(claim.span.end),
                    holder,
                    claim.block_id is not None,
                    versions[holder],
                    claim.pinned,
                    self._at(claim.held_until),
                )
            )
        for claim in changes.released:
            keys = self._resource(rows.tenant, claim.resource_id, claim.unit_id)
            rows.released.append(
                (
                    keys.key,
                    keys.numbers[claim.unit_id],
                    self._at(claim.span.start),
                    self._at(claim.span.end),
                    claim.booking_id or claim.block_id,
                )
            )
        rows.claimed.sort(key=_place)
        rows.released.sort(key=_place)

    def _saved(self, saved: Saved, rows: Rows) -> None:
        booking, account = saved.booking, saved.account
        if booking.version == 1:
            rows.made.append(self._made(booking))
        else:
            rows.moved.append(self._moved(booking))
            rows.touched += self._touched(booking, rows)
        rows.payments += [self._payment(booking, attempt) for attempt in saved.attempts]
        for refund in saved.refunds:
            rows.refunds.append(
                (
                    refund.id,
                    booking.id,
                    account.refunds.index(refund) + 1,
                    refund.payment_id,
                    refund.amount.amount_minor,
                    refund.amount.currency,
                    refund.reason,
                    self._at(refund.created_at),
                    refund.state.value,
                    refund.provider_ref,
                    refund.failure,
                )
            )
        first = len(account.transfers) - len(saved.transfers) + 1
        for number, transfer in enumerate(saved.transfers, first):
            rows.transfers.append(
                (
                    booking.id,
                    number,
                    transfer.debit.value,
                    transfer.credit.value,
                    transfer.amount.amount_minor,
                    transfer.amount.currency,
                    self._at(transfer.at),
                    transfer.payment_id,
                    transfer.refund_id,
                )
            )

    def _made(self, booking: Booking) -> Row:
        price, terms, at = booking.price, booking.terms, self._at
        return (
            booking.id,
            booking.code,
            booking.customer_id,
            booking.provider_id,
            booking.state.value,
            booking.version,
            booking.sequence,
            at(booking.created_at),
            at(booking.start),
            at(booking.end),
            at(booking.expires_at),
            at(booking.checked_in_at),
            None if price is None else price.amount_minor,
            None if price is None else price.currency,
            booking.reason_code,
            booking.flag,
            encode(booking.items),
            *terms.written(),
            _units(booking),
        )

    def _moved(self, booking: Booking) -> Row:
        price, at = booking.price, self._at
        return (
            booking.id,
            booking.state.value,
            booking.version,
            booking.sequence,
            at(booking.start),
            at(booking.end),
            at(booking.expires_at),
            at(booking.checked_in_at),
            None if price is None else price.amount_minor,
            None if price is None else price.currency,
            booking.reason_code,
            booking.flag,
            encode(booking.items),
            _units(booking),
        )

    def _touched(self, booking: Booking, rows: Rows) -> Iterator[Row]:
        """The claims that stay: when they lapse and whether they are pinned follows the booking."""
        fresh = {(*row[:3], row[4]) for row in rows.claimed}
        for claim in booking.claims():
            keys = self._resource(rows.tenant, claim.resource_id, claim.unit_id)
            place = (keys.key, keys.numbers[claim.unit_id], self._at(claim.span.start), booking.id)
            if place not in fresh:
                yield (*place, claim.pinned, self._at(claim.held_until))

    def _payment(self, booking: Booking, attempt: Attempt) -> Row:
        captured = attempt.captured
        return (
            attempt.id,
            booking.id,
            attempt.number,
            attempt.amount.amount_minor,
            attempt.amount.currency,
            attempt.provider,
            self._at(attempt.created_at),
            attempt.state.value,
            attempt.provider_ref,
            attempt.checkout_url,
            None if captured is None else captured.amount_minor,
            None if captured is None else captured.currency,
            attempt.failure,
        )

    def _blocks(self, blocks: Iterable[Block], rows: Rows) -> None:
        at = self._at
        for block in blocks:
            if block.version > 1:
                rows.lifted.append((block.id, at(block.lifted_at), block.version))
                continue
            rows.laid.append(
                (
                    block.id,
                    self._resource(rows.tenant, block.resource_id).key,
                    encode(block.unit_ids),
                    at(block.span.start),
                    at(block.span.end),
                    block.reason,
                    at(block.created_at),
                    at(block.lifted_at),
                    block.version,
                    len(block.unit_ids),
                )
            )

    def _event(self, event: DomainEvent) -> Row:
        return (
            event.booking_id,
            event.sequence,
            event.event_id,
            event.type,
            self._at(event.at),
            event.correlation_id,
            event.causation_id,
            event.actor,
            event.schema_version,
            encode(event.data),
        )

    def _answer(self, answer: Answer) -> Row:
        request = answer.request
        return (
            request.principal,
            request.operation,
            request.key,
            answer.fingerprint,
            self._at(answer.at),
            answer.booking.id,
            answer.payment_id,
            snapshot(answer.booking, answer.account),
        )

    def _limit(self, limit: HoldLimit, changes: Changes, tenant: int) -> Row:
        """`own`: how many of the saved bookings are live holds that the limit is about."""
        own = sum(
            booking.is_held
            and not booking.is_overdue(changes.now)
            and booking.customer_id == limit.customer_id
            and any(item.resource_id == limit.resource_id for item in booking.items)
            for booking in (saved.booking for saved in changes.saved)
        )
        key = self._resource(tenant, limit.resource_id).key
        return (limit.customer_id, key, limit.holds_max, own)

    def _resource(self, tenant: int, resource_id: ResourceId, *units: UnitId) -> ResourceKeys:
        keys = self._keys.resource(tenant, resource_id, units)
        if keys is None or any(unit_id not in keys.numbers for unit_id in units):
            raise StaleCatalogue("resource", resource_id)
        return keys


def _place(row: Row) -> Row:
    return row[:3]


def _units(booking: Booking) -> int:
    return sum([len(item.unit_ids) for item in booking.items])
