"""Which payment services are listened to, from the environment."""

from __future__ import annotations

import pytest

from booking_adapters.composition import compose
from booking_adapters.consumers.hearing import hearing_consumer
from booking_adapters.environment import InvalidSetting
from booking_adapters.settings import read_settings
from booking_core.domain.kernel.ids import TenantId
from booking_core.domain.kernel.incoming import UntrustedMessage, WrongMessage
from tests.unit.messages.samples import message

URL = {"BOOKING_DATABASE_URL": "memory://"}
KEYS = {"BOOKING_SIGNING_KEYS": f"2030={'k' * 32}"}
NAME = "payments-from-appointments"


def test_each_service_has_a_consumer_and_an_exchange() -> None:
    """One tenant's, or of messages that name their tenant."""
    told = {"BOOKING_PAYMENTS_FROM": "appointments@payment_events, parking:acme@garage.events"}
    heard = read_settings(URL | told).heard
    assert {name: (it.exchange, it.tenant_id) for name, it in heard.items()} == {
        NAME: ("payment_events", None),
        "payments-from-parking": ("garage.events", TenantId("acme")),
    }


@pytest.mark.parametrize(
    "text",
    ["appointments", "canonical@x", "parking@", "parking:a b@x", "parking@x,parking@y", "@x"],
)
def test_what_is_no_service_is_refused_by_name(text: str) -> None:
    """With what was expected."""
    with pytest.raises(InvalidSetting, match="BOOKING_PAYMENTS_FROM"):
        read_settings(URL | {"BOOKING_PAYMENTS_FROM": text})


def test_a_consumer_that_is_not_set_up_is_refused() -> None:
    """Whoever asks for it by name is told what to set."""
    settings = read_settings(URL)
    with compose(settings) as composition, pytest.raises(InvalidSetting, match="PAYMENTS_FROM"):
        hearing_consumer(NAME, composition.engine, settings)


@pytest.mark.parametrize(("signs", "refusal"), [("yes", UntrustedMessage), ("no", WrongMessage)])
def test_an_unsigned_service_is_believed_only_where_that_is_said(
    signs: str, refusal: type[Exception]
) -> None:
    """Where there are keys; one that is believed is read, and found wanting only then."""
    told = {"BOOKING_PAYMENTS_FROM": "appointments@x", "BOOKING_PAYMENTS_SIGNED": signs}
    settings = read_settings(URL | KEYS | told)
    with compose(settings) as composition:
        consumer = hearing_consumer(NAME, composition.engine, settings)
        with pytest.raises(refusal):
            consumer.decode(message({"type": "PAYMENT_COMPLETED"}))
