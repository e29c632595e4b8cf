"""The booking engine: domain, use cases and ports, on the standard library alone.

What a host needs first can be imported from here; each name is loaded when it is asked for, so
that ``import booking_core`` itself costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from booking_core.application.booking.cancel_booking import CancelBooking as CancelBooking
    from booking_core.application.booking.create_booking import CreateBooking as CreateBooking
    from booking_core.application.booking.line import Line as Line
    from booking_core.application.caller import Caller as Caller
    from booking_core.application.caller import Role as Role
    from booking_core.application.caller import admin as admin
    from booking_core.application.caller import customer as customer
    from booking_core.application.caller import provider as provider
    from booking_core.application.caller import system as system
    from booking_core.application.payment.start_payment import StartPayment as StartPayment
    from booking_core.domain.catalogue.offer import Offer as Offer
    from booking_core.domain.catalogue.resource import Resource as Resource
    from booking_core.domain.catalogue.resource import Unit as Unit
    from booking_core.domain.kernel.errors import BookingError as BookingError
    from booking_core.domain.kernel.money import Money as Money
    from booking_core.domain.kernel.span import Span as Span
    from booking_core.engine import BookingEngine as BookingEngine
    from booking_core.engine import Ports as Ports

_HOME = {
    "BookingEngine": "booking_core.engine",
    "BookingError": "booking_core.domain.kernel.errors",
    "Caller": "booking_core.application.caller",
    "CancelBooking": "booking_core.application.booking.cancel_booking",
    "CreateBooking": "booking_core.application.booking.create_booking",
    "Line": "booking_core.application.booking.line",
    "Money": "booking_core.domain.kernel.money",
    "Offer": "booking_core.domain.catalogue.offer",
    "Ports": "booking_core.engine",
    "Resource": "booking_core.domain.catalogue.resource",
    "Role": "booking_core.application.caller",
    "Span": "booking_core.domain.kernel.span",
    "StartPayment": "booking_core.application.payment.start_payment",
    "Unit": "booking_core.domain.catalogue.resource",
    "admin": "booking_core.application.caller",
    "customer": "booking_core.application.caller",
    "provider": "booking_core.application.caller",
    "system": "booking_core.application.caller",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
