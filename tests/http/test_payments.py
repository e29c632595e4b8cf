"""What the payment provider tells, and the page on which a person pays."""

from __future__ import annotations

import re
from typing import Any

import pytest
from httpx import Response

from booking_adapters.simulated.outages import Call as ProviderCall
from booking_adapters.simulated.outages import Outage
from booking_core.domain.kernel.ids import PaymentId, TenantId
from booking_core.domain.kernel.money import Money
from booking_core.ports.payment_webhook import Callback, Told
from tests.http.site import ACME, ANN, HOUR, PLACE, Site

WEBHOOK = "/payments/webhooks/simulated"


def started(site: Site) -> tuple[dict[str, Any], dict[str, Any]]:
    """A held booking, and the payment that was begun for it."""
    booking = site.book(ANN, PLACE)
    payment = site.call("POST", f"/bookings/{booking['id']}/payments", ANN)
    assert payment.status_code == 201
    return booking, payment.json()


def captured(payment_id: str, amount_minor: int = 5000) -> Callback:
    """The provider says that money came."""
    return Callback(
        event_id=f"e-{payment_id}",
        told=Told.COMPLETED,
        tenant_id=TenantId(ACME),
        payment_id=PaymentId(payment_id),
        ref="ref-1",
        amount=Money(amount_minor, "EUR"),
    )


def tell(site: Site, callback: Callback, **changed: str) -> Response:
    """A signed request of the provider's, but for these headers."""
    headers, body = site.webhook.signed(callback)
    return site.call("POST", WEBHOOK, headers=dict(headers) | changed, content=body)


def test_a_signed_callback_confirms_and_told_again_does_nothing_more(site: Site) -> None:
    """A replay is answered alike, and has no effect."""
    booking, payment = started(site)
    for _ in range(3):
        assert tell(site, captured(payment["paymentId"])).status_code == 204
    after = site.call("GET", f"/bookings/{booking['id']}", ANN).json()
    assert (after["state"], after["version"]) == ("CONFIRMED", 4)


def test_what_nobody_signed_has_no_effect(site: Site) -> None:
    """Wrong, missing, outdated, or over other bytes: the booking stays as it is."""
    booking, payment = started(site)
    callback = captured(payment["paymentId"])
    headers, body = site.webhook.signed(callback)
    forged = [
        site.call("POST", WEBHOOK, content=body),
        tell(site, callback, **{"simulated-signature": "t=1,v1=" + "0" * 64}),
        site.call("POST", WEBHOOK, headers=headers, content=body + b" "),
        site.call("POST", WEBHOOK, headers=headers, content=body.replace(b"5000", b"5001")),
    ]
    site.clock.advance(HOUR)
    forged.append(site.call("POST", WEBHOOK, headers=headers, content=body))
    for answer in forged:
        assert (answer.status_code, answer.json()["code"]) == (401, "signature-refused")
        assert "www-authenticate" in answer.headers
    assert site.call("GET", f"/bookings/{booking['id']}", ANN).json()["paymentState"] == "CREATED"


def test_a_payment_or_a_provider_that_there_is_not_is_missing(site: Site) -> None:
    """Signed or not, nothing is made up."""
    assert tell(site, captured("01bc0000-0000-7000-8000-000000000000")).status_code == 404
    headers, body = site.webhook.signed(captured("x"))
    other = site.call("POST", "/payments/webhooks/paypal", headers=headers, content=body)
    assert (other.status_code, other.json()["noun"]) == (404, "payment provider")


def test_a_wrong_amount_does_not_confirm(site: Site) -> None:
    """It waits for a person."""
    booking, payment = started(site)
    assert tell(site, captured(payment["paymentId"], 4999)).status_code == 204
    after = site.call("GET", f"/bookings/{booking['id']}", ANN).json()
    assert (after["state"], after["payments"][0]["captured"]["amountMinor"]) == ("PENDING", 4999)


@pytest.mark.parametrize(
    ("choice", "state", "payment_state"),
    [
        ("pay", "CONFIRMED", "PAID"),
        ("pay-twice", "CONFIRMED", "PAID"),
        ("decline", "PENDING", "FAILED"),
        ("pay-wrong-amount", "PENDING", "PAID"),
        ("close", "PENDING", "CREATED"),
    ],
)
def test_a_person_decides_on_the_page(
    site: Site, choice: str, state: str, payment_state: str
) -> None:
    """Whatever is chosen there reaches the booking at once."""
    booking, payment = started(site)
    address, _, token = payment["checkoutUrl"].partition("?token=")
    shown = site.call("GET", payment["checkoutUrl"])
    assert shown.status_code == 200
    assert f'value="{choice}"' in shown.text
    decided = site.call("POST", address, data={"token": token, "choice": choice})
    assert (decided.status_code, decided.content) == (303, b"")
    assert site.call("GET", decided.headers["location"]).status_code == 200
    after = site.call("GET", f"/bookings/{booking['id']}", ANN).json()
    assert (after["state"], after["paymentState"]) == (state, payment_state)


def test_the_page_loads_nothing_and_opens_to_its_token_alone(site: Site) -> None:
    """A wrong token looks like a payment that there is not."""
    _, payment = started(site)
    page = site.call("GET", payment["checkoutUrl"])
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert not re.findall(r"""(?:src|href)=["']https?://""", page.text)
    address = payment["checkoutUrl"].partition("?")[0]
    wrong = site.call("GET", address, params={"token": "wrong"}).json()
    missing = site.call("GET", "/checkout/nothing", params={"token": "wrong"}).json()
    assert (
        (wrong["status"], wrong["noun"]) == (missing["status"], missing["noun"]) == (404, "payment")
    )
    assert site.call("POST", address, data={"token": "wrong", "choice": "pay"}).status_code == 404


def test_a_key_begins_one_payment(site: Site) -> None:
    """Asked twice, the customer is sent to the same page."""
    booking = site.book(ANN, PLACE)
    path, key = f"/bookings/{booking['id']}/payments", {"Idempotency-Key": "pay-1"}
    first = site.call("POST", path, ANN, headers=key)
    second = site.call("POST", path, ANN, headers=key)
    assert first.json() == second.json()
    assert len(site.call("GET", f"/bookings/{booking['id']}", ANN).json()["payments"]) == 1


@pytest.mark.parametrize("outage", Outage)
def test_a_provider_that_is_away_leaves_the_hold(site: Site, outage: Outage) -> None:
    """Nothing is lost: the request may be repeated, and there is one payment then."""
    booking = site.book(ANN, PLACE)
    path, key = f"/bookings/{booking['id']}/payments", {"Idempotency-Key": "pay-1"}
    site.outages.expect(ProviderCall.CREATE_INTENT, outage)
    refused = site.call("POST", path, ANN, headers=key)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    started = site.call("POST", path, ANN, headers=key)
    assert (started.status_code, started.json()["number"]) == (201, 1)
    assert started.json()["checkoutUrl"] is not None
