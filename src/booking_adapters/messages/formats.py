"""Which words a message is in: a dialect, made for one tenant where its messages name none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from attrs import field, frozen

from booking_adapters.messages.codec import Codec
from booking_adapters.messages.dialects.appointments import AppointmentsCodec
from booking_adapters.messages.dialects.masstransit import MassTransitCodec
from booking_adapters.messages.dialects.parking import ParkingCodec
from booking_adapters.messages.dialects.ticketing import TicketingCodec
from booking_adapters.messages.envelope import EnvelopeCodec
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


_CODECS: Final[Mapping[str, Callable[[Format], Codec]]] = {
    CANONICAL: lambda _: EnvelopeCodec(),
    "masstransit": lambda it: MassTransitCodec(it.namespace),
    "parking": lambda it: ParkingCodec(it.tenant_id, it.currency),
    "appointments": lambda _: AppointmentsCodec(),
    "ticketing": lambda it: TicketingCodec(it.tenant_id, it.currency),
}
DIALECTS: Final = tuple(_CODECS)
