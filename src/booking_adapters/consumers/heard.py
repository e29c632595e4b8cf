"""Other payment services that the engine listens to: which, in whose words, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from attrs import frozen

from booking_adapters.brokers.settings import NAME
from booking_adapters.environment import Environment, InvalidSetting
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import TenantId, named

PREFIX: Final = "payments-from-"
VARIABLE: Final = "BOOKING_PAYMENTS_FROM"
# By dialect: what of its messages is about payments. MassTransit's have no routing key.
TOPICS: Final[Mapping[str, tuple[str, ...]]] = {
    "masstransit": ("#",),
    "parking": ("payment.*",),
    "appointments": ("payment.#",),
    "ticketing": ("payment.*",),
}
EXPECTED: Final = (
    f"dialect@exchange, with one of {', '.join(TOPICS)}; dialect:tenant@exchange where it is one"
    " tenant's; several with commas between, each dialect once"
)
_SERVICE = re.compile(rf"({'|'.join(TOPICS)})(?::([^,@\s]+))?@({NAME})")


@frozen(kw_only=True)
class Heard:
    """One payment service; `tenant_id` None: its messages name their tenant, or have the usual.

    `signs`: where there are keys, what it does not sign by one of them is not believed.
    """

    dialect: str
    exchange: str
    tenant_id: TenantId | None = None
    signs: bool = True

    @property
    def consumer(self) -> str:
        """The name of the consumer that hears it."""
        return PREFIX + self.dialect


def read_heard(environment: Environment) -> Mapping[str, Heard]:
    """What the environment says, by the names of the consumers; InvalidSetting if it is wrong."""
    text = environment.text(VARIABLE, EXPECTED, None)
    signs = environment.choice("BOOKING_PAYMENTS_SIGNED", ("yes", "no"), "yes") == "yes"
    services = [] if text is None else [_service(part.strip(), signs) for part in text.split(",")]
    heard = {service.consumer: service for service in services}
    if len(heard) < len(services):
        raise InvalidSetting(VARIABLE, EXPECTED, repr(text))
    return heard


def _service(text: str, signs: bool) -> Heard:
    found = _SERVICE.fullmatch(text)
    if found is None:
        raise InvalidSetting(VARIABLE, EXPECTED, repr(text[:100]))
    dialect, tenant, exchange = found.groups()
    try:
        tenant_id = None if tenant is None else TenantId(named("tenant", tenant))
    except InvalidInput as refusal:
        raise InvalidSetting(VARIABLE, f"a tenant: {refusal.expected}", repr(text[:100])) from None
    return Heard(dialect=dialect, exchange=exchange, tenant_id=tenant_id, signs=signs)
