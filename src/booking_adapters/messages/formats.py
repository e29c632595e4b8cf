"""Which words a message is in: a dialect, made for one tenant where its messages name none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from attrs import field, frozen

from booking_adapters.messages.codec import Codec
from booking_adapters.messages.signature import SignedCodec, Signing
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import DEFAULT_TENANT, TenantId
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.publisher import Message

CANONICAL: Final = "canonical"


@frozen(kw_only=True)
class Format:
    """`currency` is that of amounts without one; `namespace` that of C#'s event classes.

    `tenant_id` is whose messages they are where these do not say so.
    """

    dialect: str = CANONICAL
    tenant_id: TenantId = DEFAULT_TENANT
    currency: str | None = None
    namespace: str = "Booking.Events"
    signing: Signing | None = field(default=None, repr=False)

    def codec(self) -> Codec:
        """What reads and writes them, signed where there are keys."""
        codec = _CODECS[self.dialect](self)
        return codec if self.signing is None else SignedCodec(codec, self.signing)


@frozen
class OneTenants:
    """Any format, of which one tenant's events are told, and no others."""

    codec: Codec
    tenant_id: TenantId

    def encode(self, event: DomainEvent) -> Message | None:
        """The event as a message, or None where it is another tenant's."""
        return self.codec.encode(event) if event.tenant_id == self.tenant_id else None

    def decode(self, message: Message) -> Incoming:
        """What the message tells, whoever's it is."""
        return self.codec.decode(message)


# Each is loaded when it is wanted: all of them take longer than whatever else a command needs.


def _canonical(_: Format) -> Codec:
    from booking_adapters.messages.envelope import EnvelopeCodec

    return EnvelopeCodec()


def _masstransit(wanted: Format) -> Codec:
    from booking_adapters.messages.dialects.masstransit import MassTransitCodec

    return MassTransitCodec(wanted.namespace)


def _parking(wanted: Format) -> Codec:
    from booking_adapters.messages.dialects.parking import ParkingCodec

    return ParkingCodec(wanted.tenant_id, wanted.currency)


def _appointments(_: Format) -> Codec:
    from booking_adapters.messages.dialects.appointments import AppointmentsCodec

    return AppointmentsCodec()


def _ticketing(wanted: Format) -> Codec:
    from booking_adapters.messages.dialects.ticketing import TicketingCodec

    return TicketingCodec(wanted.tenant_id, wanted.currency)


_CODECS: Final[Mapping[str, Callable[[Format], Codec]]] = {
    CANONICAL: _canonical,
    "masstransit": _masstransit,
    "parking": _parking,
    "appointments": _appointments,
    "ticketing": _ticketing,
}
DIALECTS: Final = tuple(_CODECS)
