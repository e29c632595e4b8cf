"""From the environment to the words that events are told in."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from booking_adapters.environment import Environment, InvalidSetting
from booking_adapters.messages.formats import DIALECTS
from booking_adapters.messages.settings import MessageSettings, read_messages
from booking_adapters.messages.signature import SIGNATURE
from booking_core.domain.kernel.ids import DEFAULT_TENANT, TenantId
from booking_core.domain.kernel.incoming import UntrustedMessage
from tests.unit.messages.whole_life import every_event

SECRET, OLDER = "canary" * 6, "another" * 6
KEYS = f"2030={SECRET}, 2029={OLDER}"


def read(**variables: str) -> MessageSettings:
    """The settings in these variables."""
    return read_messages(Environment(variables))


def test_unless_told_all_is_canonical() -> None:
    """In the broker's exchange, of every tenant, unsigned."""
    (route,) = read().routes
    assert (route.dialect, route.tenant_id, route.exchange) == ("canonical", None, None)
    assert read().format.signing is None


def test_a_route_says_in_which_words_whose_events_go_where() -> None:
    """Each part but the first may be left out."""
    routes = read(
        BOOKING_ROUTES="canonical, appointments@appointment_events, parking:acme,"
        "ticketing:a@b:c@tickets.events, canonical:acme@*"
    ).routes
    assert [(it.dialect, it.tenant_id, it.exchange) for it in routes] == [
        ("canonical", None, None),
        ("appointments", None, "appointment_events"),
        ("parking", "acme", None),
        ("ticketing", "a@b:c", "tickets.events"),
        ("canonical", "acme", "*"),
    ]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("BOOKING_ROUTES", "esperanto"),
        ("BOOKING_ROUTES", "canonical,"),
        ("BOOKING_ROUTES", "canonical,canonical"),
        ("BOOKING_ROUTES", "canonical@a b"),
        ("BOOKING_ROUTES", "parking:-@parking"),
        ("BOOKING_DIALECT_TENANT", "no tenant"),
        ("BOOKING_DIALECT_CURRENCY", "EURO"),
        ("BOOKING_MASSTRANSIT_NAMESPACE", "Booking..Events"),
        ("BOOKING_SIGNING_KEYS", "2030=short"),
        ("BOOKING_SIGNING_KEYS", SECRET),
        ("BOOKING_SIGNING_KEYS", f"a={SECRET},a={OLDER}"),
        ("BOOKING_SIGNING_KEYS", f"a b={SECRET}"),
    ],
)
def test_a_wrong_setting_is_named(name: str, wrong: str) -> None:
    """With what was expected; a secret is not shown."""
    with pytest.raises(InvalidSetting) as refused:
        read(**{name: wrong})
    assert refused.value.name == name
    assert "canary" not in refused.value.message


def test_the_key_that_signs_must_be_one_of_the_keys() -> None:
    """It is the first one unless told."""
    signing = read(BOOKING_SIGNING_KEYS=KEYS).format.signing
    assert signing is not None
    assert signing.signs_with == "2030"
    signing = read(BOOKING_SIGNING_KEYS=KEYS, BOOKING_SIGNING_KEY="2029").format.signing
    assert signing is not None
    assert signing.signs_with == "2029"
    with pytest.raises(InvalidSetting, match="BOOKING_SIGNING_KEY"):
        read(BOOKING_SIGNING_KEYS=KEYS, BOOKING_SIGNING_KEY="2028")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_can_be_spoken_and_understood(dialect: str) -> None:
    """Signed, what was signed by another key of ours too."""
    codec = read(BOOKING_SIGNING_KEYS=KEYS).codec(dialect)
    older = read(BOOKING_SIGNING_KEYS=KEYS, BOOKING_SIGNING_KEY="2029").codec(dialect)
    told = [message for event in every_event() if (message := codec.encode(event))]
    assert told
    for message in told:
        older.decode(message)
        with pytest.raises(UntrustedMessage):
            codec.decode(replace(message, headers={**message.headers, SIGNATURE: "no"}))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_route_of_one_tenant_tells_of_no_other(dialect: str) -> None:
    """Also in words that name the tenant."""
    theirs = read().codec(dialect, TenantId("acme"))
    ours = read().codec(dialect, DEFAULT_TENANT)
    assert all(theirs.encode(event) is None for event in every_event())
    assert any(ours.encode(event) for event in every_event())


def test_whose_messages_are_that_name_no_tenant_is_a_setting() -> None:
    """So are the currency of their amounts, and C#'s namespace."""
    settings = read(
        BOOKING_DIALECT_TENANT="acme",
        BOOKING_DIALECT_CURRENCY="CHF",
        BOOKING_MASSTRANSIT_NAMESPACE="Acme.Bookings",
    )
    acme = [replace(event, tenant_id=TenantId("acme")) for event in every_event()]
    (said, *_) = [m for event in acme if (m := settings.codec("parking").encode(event))]
    told = settings.codec("parking").decode(said)
    assert told.tenant_id == "acme"
    facts = json.loads(said.body)
    facts["data"].pop("currency")
    told = settings.codec("parking").decode(replace(said, body=json.dumps(facts).encode()))
    assert "'currency': 'CHF'" in str(told.data)
    kinds = {m.topic for event in acme if (m := settings.codec("masstransit").encode(event))}
    assert "Acme.Bookings:BookingCreatedEvent" in kinds
