"""The engine: every use case, wired to the ports a host supplies."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.availability.block_units import BlockUnitsHandler
from booking_core.application.availability.find_free import FindFree
from booking_core.application.availability.lift_block import LiftBlockHandler
from booking_core.application.availability.read_blocks import ReadBlocks
from booking_core.application.booking.approve_booking import ApproveBookingHandler
from booking_core.application.booking.cancel_booking import (
    CancelBookingHandler,
    QuoteCancellationHandler,
)
from booking_core.application.booking.check_in_booking import CheckInBookingHandler
from booking_core.application.booking.choose_items import ChooseItems
from booking_core.application.booking.complete_booking import CompleteBookingHandler
from booking_core.application.booking.create_booking import CreateBookingHandler
from booking_core.application.booking.extend_hold import ExtendHoldHandler
from booking_core.application.booking.make_way import MakeWay
from booking_core.application.booking.mark_no_show import MarkNoShowHandler
from booking_core.application.booking.open_booking import OpenBooking
from booking_core.application.booking.pick_units import PickUnits
from booking_core.application.booking.read_bookings import ReadBookings
from booking_core.application.booking.reject_booking import RejectBookingHandler
from booking_core.application.booking.reschedule_booking import RescheduleBookingHandler
from booking_core.application.booking.swap_bookings import SwapBookingsHandler
from booking_core.application.catalogue.keep_catalogue import KeepCatalogue
from booking_core.application.catalogue.read_catalogue import ReadCatalogue
from booking_core.application.new_ids import NewIds
from booking_core.application.once import Once
from booking_core.application.operations.lapse_holds import LapseHolds
from booking_core.application.operations.reconcile import Reconcile
from booking_core.application.operations.verify import Verify
from booking_core.application.payment.apply_callback import ApplyCallback
from booking_core.application.payment.close_attempts import CloseAttempts
from booking_core.application.payment.complete_payment import CompletePaymentHandler
from booking_core.application.payment.fail_payment import FailPaymentHandler
from booking_core.application.payment.hear_payment import HearPaymentHandler
from booking_core.application.payment.note_external_refund import NoteExternalRefundHandler
from booking_core.application.payment.progress_payment import ProgressPaymentHandler
from booking_core.application.payment.refund_payment import RefundPaymentHandler
from booking_core.application.payment.reinstate import Reinstate
from booking_core.application.payment.settle_refunds import SettleRefunds
from booking_core.application.payment.start_payment import StartPaymentHandler
from booking_core.application.watched import WatchedUnitOfWork, watched
from booking_core.application.webhooks.fan_out import FanOut
from booking_core.application.webhooks.keep_webhooks import KeepWebhooks
from booking_core.application.webhooks.read_webhooks import ReadWebhooks
from booking_core.application.webhooks.replay_deliveries import ReplayDeliveries
from booking_core.domain.availability.allocation import Allocation, fit_or_rearrange
from booking_core.domain.webhook.reach import PUBLIC, Reach
from booking_core.ports.clock import Clock
from booking_core.ports.payment_gateway import PaymentGateway
from booking_core.ports.randomness import Randomness
from booking_core.ports.storage import Storage
from booking_core.ports.telemetry import NO_TELEMETRY, Telemetry
from booking_core.ports.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """All that a host supplies; `telemetry` is told what happens, if somebody watches."""

    storage: Storage
    payments: PaymentGateway
    clock: Clock
    randomness: Randomness
    telemetry: Telemetry = NO_TELEMETRY


class BookingEngine:
    """One attribute per use case; call it with its command and the caller.

    Thread-safe if the ports are: the engine itself keeps nothing between calls. `allocation` is
    how pools pick units, `reach` where tenants' webhooks may go.
    """

    def __init__(
        self, ports: Ports, *, allocation: Allocation = fit_or_rearrange, reach: Reach = PUBLIC
    ) -> None:
        self.ports = ports
        shared = _Shared(ports, allocation)
        self.lapse_holds = shared.lapse_holds
        self.settle_refunds = shared.settle_refunds
        self._offer_payments(shared)
        self._offer_bookings(shared)
        self._offer_inventory(shared)
        self._offer_order()
        self._offer_webhooks(shared, reach)

    def _offer_bookings(self, shared: _Shared) -> None:
        once, opened, settle = shared.once, shared.open_booking, shared.settle_refunds
        close = self.close_attempts
        choose, make_way, clock = shared.choose_items, shared.make_way, self.ports.clock
        self.create_booking = CreateBookingHandler(
            once=once, choose_items=choose, make_way=make_way
        )
        self.read_bookings = ReadBookings(open_booking=opened, bookings=self.ports.storage.bookings)
        self.approve_booking = ApproveBookingHandler(once=once, open_booking=opened)
        self.reject_booking = RejectBookingHandler(
            once=once, open_booking=opened, close_attempts=close
        )
        self.quote_cancellation = QuoteCancellationHandler(open_booking=opened, clock=clock)
        self.cancel_booking = CancelBookingHandler(
            once=once, open_booking=opened, settle_refunds=settle, close_attempts=close
        )
        self.reschedule_booking = RescheduleBookingHandler(
            once=once,
            open_booking=opened,
            choose_items=choose,
            make_way=make_way,
            settle_refunds=settle,
            close_attempts=close,
        )
        self.swap_bookings = SwapBookingsHandler(
            once=once, open_booking=opened, settle_refunds=settle, close_attempts=close
        )
        self.extend_hold = ExtendHoldHandler(once=once, open_booking=opened)
        self.check_in_booking = CheckInBookingHandler(once=once, open_booking=opened)
        self.complete_booking = CompleteBookingHandler(once=once, open_booking=opened)
        self.mark_no_show = MarkNoShowHandler(once=once, open_booking=opened)

    def _offer_payments(self, shared: _Shared) -> None:
        once, settle = shared.once, shared.settle_refunds
        bookings, catalogue = self.ports.storage.bookings, self.ports.storage.catalogue
        self.progress_payment = ProgressPaymentHandler(once=once, bookings=bookings)
        self.complete_payment = CompletePaymentHandler(
            once=once,
            bookings=bookings,
            reinstate=Reinstate(
                catalogue=catalogue, pick_units=shared.pick_units, make_way=shared.make_way
            ),
            settle_refunds=settle,
        )
        self.fail_payment = FailPaymentHandler(once=once, bookings=bookings)
        self.close_attempts = CloseAttempts(
            once=once,
            bookings=bookings,
            gateway=self.ports.payments,
            complete_payment=self.complete_payment,
            fail_payment=self.fail_payment,
        )
        self.start_payment = StartPaymentHandler(
            once=once,
            open_booking=shared.open_booking,
            bookings=bookings,
            gateway=self.ports.payments,
            close_attempts=self.close_attempts,
        )
        self.refund_payment = RefundPaymentHandler(
            once=once, bookings=bookings, settle_refunds=settle
        )
        self.note_external_refund = NoteExternalRefundHandler(
            once=once, bookings=bookings, catalogue=catalogue
        )
        self.hear_payment = HearPaymentHandler(
            once=once,
            bookings=bookings,
            progress_payment=self.progress_payment,
            complete_payment=self.complete_payment,
            fail_payment=self.fail_payment,
            note_external_refund=self.note_external_refund,
            settle_refunds=settle,
            close_attempts=self.close_attempts,
        )
        self.apply_callback = ApplyCallback(
            bookings=bookings,
            progress_payment=self.progress_payment,
            complete_payment=self.complete_payment,
            fail_payment=self.fail_payment,
            note_external_refund=self.note_external_refund,
            settle_refunds=settle,
            close_attempts=self.close_attempts,
        )

    def _offer_inventory(self, shared: _Shared) -> None:
        storage, clock = self.ports.storage, self.ports.clock
        catalogue, occupancy, blocks = storage.catalogue, storage.occupancy, storage.blocks
        self.keep_catalogue = KeepCatalogue(catalogue=catalogue)
        self.read_catalogue = ReadCatalogue(catalogue=catalogue)
        self.find_free = FindFree(catalogue=catalogue, occupancy=occupancy, clock=clock)
        self.block_units = BlockUnitsHandler(
            catalogue=catalogue,
            blocks=blocks,
            occupancy=occupancy,
            unit_of_work=shared.unit_of_work,
            lapse_holds=shared.lapse_holds,
            clock=clock,
            ids=shared.ids,
        )
        self.lift_block = LiftBlockHandler(
            catalogue=catalogue, blocks=blocks, unit_of_work=shared.unit_of_work, clock=clock
        )
        self.read_blocks = ReadBlocks(catalogue=catalogue, blocks=blocks)

    def _offer_order(self) -> None:
        self.reconcile = Reconcile(
            bookings=self.ports.storage.bookings,
            gateway=self.ports.payments,
            complete_payment=self.complete_payment,
            fail_payment=self.fail_payment,
            progress_payment=self.progress_payment,
            note_external_refund=self.note_external_refund,
            settle_refunds=self.settle_refunds,
            close_attempts=self.close_attempts,
        )
        self.verify = Verify(audit=self.ports.storage.audit)

    def _offer_webhooks(self, shared: _Shared, reach: Reach) -> None:
        storage, clock = self.ports.storage, self.ports.clock
        webhooks, deliveries = storage.webhooks, storage.webhook_deliveries
        self.keep_webhooks = KeepWebhooks(
            webhooks=webhooks,
            clock=clock,
            randomness=self.ports.randomness,
            ids=shared.ids,
            reach=reach,
        )
        self.read_webhooks = ReadWebhooks(webhooks=webhooks, deliveries=deliveries)
        self.replay_deliveries = ReplayDeliveries(
            webhooks=webhooks, deliveries=deliveries, clock=clock
        )
        self.fan_out = FanOut(webhooks=webhooks, deliveries=deliveries, clock=clock, ids=shared.ids)

    def close(self) -> None:
        """Give back what the storage holds open."""
        self.ports.storage.close()


class _Shared:
    """What several use cases are made of."""

    def __init__(self, ports: Ports, allocation: Allocation) -> None:
        storage, clock = ports.storage, ports.clock
        bookings = storage.bookings
        self.unit_of_work = work = _unit_of_work(ports)
        self.ids = ids = NewIds(clock=clock, randomness=ports.randomness)
        self.lapse_holds = LapseHolds(unit_of_work=work, bookings=bookings, clock=clock, ids=ids)
        self.once = _once(ports, work, self.lapse_holds, ids)
        self.open_booking = OpenBooking(bookings=bookings)
        self.pick_units = PickUnits(
            occupancy=storage.occupancy, randomness=ports.randomness, allocation=allocation
        )
        self.choose_items = ChooseItems(catalogue=storage.catalogue, pick_units=self.pick_units)
        self.make_way = MakeWay(bookings=bookings)
        self.settle_refunds = SettleRefunds(
            once=self.once, bookings=bookings, gateway=ports.payments
        )


def _unit_of_work(ports: Ports) -> UnitOfWork:
    if ports.telemetry is NO_TELEMETRY:
        return ports.storage.unit_of_work
    return WatchedUnitOfWork(ports.storage.unit_of_work, ports.telemetry)


def _once(ports: Ports, work: UnitOfWork, lapse_holds: LapseHolds, ids: NewIds) -> Once:
    once = Once(
        unit_of_work=work,
        idempotency=ports.storage.idempotency,
        lapse_holds=lapse_holds,
        clock=ports.clock,
        ids=ids,
    )
    return once if ports.telemetry is NO_TELEMETRY else watched(once, ports.telemetry)
