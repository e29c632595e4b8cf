"""In which words events are told, where to, and by which keys: from the environment."""

from __future__ import annotations

import re
from typing import Final

from attrs import evolve, field, frozen

from booking_adapters.brokers.settings import EACH_ITS_OWN, NAME
from booking_adapters.environment import Environment, InvalidSetting
from booking_adapters.messages.codec import Codec
from booking_adapters.messages.formats import CANONICAL, DIALECTS, Format, OneTenants
from booking_adapters.messages.signature import Signing
from booking_adapters.secret import Secret
from booking_core.domain.kernel.currencies import EXPONENTS
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import DEFAULT_TENANT, TenantId, named

ROUTES_NAME: Final = "BOOKING_ROUTES"
ROUTES_EXPECTED: Final = (
    f"one of {', '.join(DIALECTS)}; of one tenant with :tenant behind it, elsewhere than in the"
    " exchange with @exchange behind that, and several with commas between"
)
KEYS_EXPECTED: Final = "name=secret, several with commas between, each of at least 32 bytes"
_ROUTE = re.compile(
    rf"({'|'.join(DIALECTS)})(?::([^,\s]+?))?(?:@({NAME}|{re.escape(EACH_ITS_OWN)}))?"
)


@frozen(kw_only=True)
class OutRoute:
    """Events on their way out: all of them, or one tenant's. `exchange` None: the broker's."""

    name: str
    dialect: str = CANONICAL
    tenant_id: TenantId | None = None
    exchange: str | None = None


@frozen(kw_only=True)
class MessageSettings:
    """`format` is what all formats share; each route says which of them it speaks."""

    routes: tuple[OutRoute, ...] = (OutRoute(name=CANONICAL),)
    format: Format = field(factory=Format)

    def codec(self, dialect: str, tenant_id: TenantId | None = None) -> Codec:
        """The format by that name; of one tenant if one is named."""
        if tenant_id is None:
            return evolve(self.format, dialect=dialect).codec()
        codec = evolve(self.format, dialect=dialect, tenant_id=tenant_id).codec()
        return OneTenants(codec, tenant_id)


def read_messages(environment: Environment) -> MessageSettings:
    """What the environment says, or InvalidSetting."""
    tenant = environment.text(
        "BOOKING_DIALECT_TENANT", "whose messages are that name no tenant", DEFAULT_TENANT
    )
    currency = environment.matching(
        "BOOKING_DIALECT_CURRENCY",
        "the currency (ISO 4217) of amounts that come without one",
        "|".join(sorted(EXPONENTS)),
        None,
    )
    namespace = environment.matching(
        "BOOKING_MASSTRANSIT_NAMESPACE",
        "the C# namespace of the event classes",
        r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*",
        "Booking.Events",
    )
    signing = _signing(environment)
    return MessageSettings(
        routes=_routes(environment.text(ROUTES_NAME, ROUTES_EXPECTED, CANONICAL)),
        format=Format(
            tenant_id=_tenant("BOOKING_DIALECT_TENANT", tenant),
            currency=currency,
            namespace=namespace,
            signing=signing,
        ),
    )


def _routes(text: str) -> tuple[OutRoute, ...]:
    routes = tuple(_route(part.strip()) for part in text.split(","))
    if len({route.name for route in routes}) < len(routes):
        raise InvalidSetting(ROUTES_NAME, "each route once", repr(text[:100]))
    return routes


def _route(text: str) -> OutRoute:
    found = _ROUTE.fullmatch(text)
    if found is None:
        raise InvalidSetting(ROUTES_NAME, ROUTES_EXPECTED, repr(text[:100]))
    dialect, tenant, exchange = found.groups()
    return OutRoute(
        name=text,
        dialect=dialect,
        tenant_id=None if tenant is None else _tenant(ROUTES_NAME, tenant),
        exchange=exchange,
    )


def _tenant(name: str, text: str) -> TenantId:
    try:
        return TenantId(named("tenant", text))
    except InvalidInput as refusal:
        raise InvalidSetting(name, f"a tenant: {refusal.expected}", repr(text[:100])) from None


def _signing(environment: Environment) -> Signing | None:
    keys = environment.secret("BOOKING_SIGNING_KEYS", KEYS_EXPECTED, _is_keys)
    expected = "the name of the key that signs what is sent; the first one unless told"
    name = environment.matching("BOOKING_SIGNING_KEY", expected, r"[A-Za-z0-9_-]{1,64}", None)
    if keys is None:
        return None
    secrets = _keys(keys.reveal())
    if name is not None and name not in secrets:
        raise InvalidSetting("BOOKING_SIGNING_KEY", "the name of one of the keys", repr(name))
    return Signing(secrets=secrets, signs_with=name or next(iter(secrets)))


def _keys(text: str) -> dict[str, Secret]:
    parts = (part.strip().partition("=") for part in text.split(","))
    return {name: Secret(secret) for name, _, secret in parts}


def _is_keys(text: str) -> bool:
    secrets = _keys(text)
    try:
        Signing(secrets=secrets, signs_with=next(iter(secrets)))
    except InvalidInput:
        return False
    return len(secrets) == len(text.split(","))
