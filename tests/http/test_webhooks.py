"""Webhooks over HTTP: made, changed, switched, rotated, looked at, replayed, deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from booking_adapters.simulated.webhook_sender import SimulatedWebhookSender
from booking_core.application.webhooks.deliver_webhooks import DeliverWebhooks
from tests.http.site import ANN, OFFICE, OWNER, Site
from tests.http.webhook_site import BODY, HOOK, a_webhook, tell

EVERYTHING = {"start": "2030-06-01T00:00:00Z", "end": "2030-06-30T00:00:00Z"}


def deliverer(site: Site, sender: SimulatedWebhookSender) -> DeliverWebhooks:
    """Somebody who delivers what is due."""
    return DeliverWebhooks(
        webhooks=site.storage.webhooks,
        deliveries=site.storage.webhook_deliveries,
        sender=sender,
        clock=site.clock,
        randomness=site.engine.ports.randomness,
    )


def office(site: Site, method: str, path: str, **sent: Any) -> Any:
    """What the interface answers to the office, if it answers well."""
    answer = site.call(method, path, OFFICE, **sent)
    assert answer.status_code in {200, 201, 204}, answer.text
    return answer.json() if answer.content else None


def test_a_secret_is_shown_once(site: Site) -> None:
    """To whoever made it; nowhere else, in no listing."""
    made = site.call("POST", "/webhooks", OFFICE, json=HOOK)
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    webhook = made.json()["webhook"]
    assert made.headers["location"] == f"/webhooks/{webhook['id']}"
    assert made.headers["etag"] == '"1"'
    found = site.call("GET", f"/webhooks/{webhook['id']}", OFFICE)
    assert (found.json(), found.headers["etag"]) == (webhook, '"1"')
    listed = site.call("GET", "/webhooks", OFFICE)
    assert listed.json() == {"items": [webhook], "next": None}
    assert secret not in found.text + listed.text
    assert webhook["events"] == HOOK["events"]
    assert webhook["url"] == HOOK["url"]


def test_the_same_request_makes_one_and_gets_the_same_answer(site: Site) -> None:
    """With its key; another request with that key is refused."""
    key = {"Idempotency-Key": "k"}
    first = site.call("POST", "/webhooks", OFFICE, json=HOOK, headers=key)
    again = site.call("POST", "/webhooks", OFFICE, json=HOOK, headers=key)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    other = HOOK | {"events": ["*"]}
    reused = site.call("POST", "/webhooks", OFFICE, json=other, headers=key)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency-key-reused")
    assert len(office(site, "GET", "/webhooks")["items"]) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"url": "http://hooks.example.com/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://169.254.169.254/latest/meta-data"}, "url"),
        ({"url": "https://user@example.com/"}, "url"),
        ({"url": "no url"}, "url"),
        ({"url": ""}, "url"),
        ({"events": []}, "events"),
        ({"events": ["bookng.created"]}, "events[0]"),
        ({"events": ["booking.*", "booking"]}, "events[1]"),
        ({"events": ["booking.*", "booking.*"]}, "events"),
        ({"events": "booking.*"}, "events"),
        ({"secret": "mine"}, "secret"),
    ],
)
def test_what_could_never_be_told_is_refused(
    site: Site, changed: dict[str, Any], field: str
) -> None:
    """By the field, new or changed."""
    webhook_id = a_webhook(site)["webhook"]["id"]
    for method, path in (("POST", "/webhooks"), ("PUT", f"/webhooks/{webhook_id}")):
        refused = site.call(method, path, OFFICE, json=HOOK | changed)
        assert refused.status_code == 422, refused.text
        assert refused.json()["field"] == field
    assert len(office(site, "GET", "/webhooks")["items"]) == 1


def test_a_change_needs_the_revision_that_stands(site: Site) -> None:
    """And done again it is done already."""
    webhook_id = a_webhook(site)["webhook"]["id"]
    path, other = f"/webhooks/{webhook_id}", HOOK | {"url": "https://other.example.com/"}
    old = {"If-Match": '"1"'}
    changed = site.call("PUT", path, OFFICE, json=other, headers=old)
    assert changed.json()["url"] == other["url"]
    assert changed.headers["etag"] == '"2"'
    again = site.call("PUT", path, OFFICE, json=other, headers=old)
    assert (again.status_code, again.headers["etag"]) == (200, '"2"')
    stale = site.call("PUT", path, OFFICE, json=HOOK, headers=old)
    assert (stale.status_code, stale.json()["actual"]) == (412, 2)


def test_a_rotated_secret_is_new_once_per_request(site: Site) -> None:
    """The old one's end is shown; the same request shows the same secret."""
    made = a_webhook(site)
    path, key = f"/webhooks/{made['webhook']['id']}", {"Idempotency-Key": "r"}
    first = site.call("POST", f"{path}/rotate-secret", OFFICE, headers=key)
    again = site.call("POST", f"{path}/rotate-secret", OFFICE, headers=key)
    assert first.json()["secret"] == again.json()["secret"] != made["secret"]
    assert again.headers["idempotent-replayed"] == "true"
    until = (site.clock.now() + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    assert first.json()["webhook"]["oldSecretUntil"] == until
    third = office(site, "POST", f"{path}/rotate-secret")
    assert third["secret"] != first.json()["secret"]


def test_what_is_told_can_be_read_and_replayed(site: Site) -> None:
    """Its log shows how each attempt ended; a replay is due at once."""
    webhook_id = a_webhook(site)["webhook"]["id"]
    path = f"/webhooks/{webhook_id}"
    for number in range(3):
        tell(site, number)
    sender = SimulatedWebhookSender(lambda sent: 500 if len(sender.sent) else 204)
    assert deliverer(site, sender).turn(9) == 3
    log = office(site, "GET", f"{path}/deliveries")["items"]
    assert [(each["state"], each["lastStatus"]) for each in log] == [
        *[("pending", 500)] * 2,
        ("delivered", 204),
    ]
    assert [each["attempts"] for each in log] == [1, 1, 1]
    assert log[0]["lastMilliseconds"] == 7
    only = office(site, "GET", f"{path}/deliveries", params={"state": "delivered"})["items"]
    assert only == log[2:]
    page = office(site, "GET", f"{path}/deliveries", params={"limit": 2})
    rest = office(site, "GET", f"{path}/deliveries", params={"after": page["next"]})
    assert page["items"] + rest["items"] == log
    whole = office(site, "GET", f"/webhook-deliveries/{log[2]['id']}")
    assert whole == {"delivery": log[2], "url": HOOK["url"], "body": BODY.decode()}
    again = office(site, "POST", f"/webhook-deliveries/{log[2]['id']}/replay")
    assert (again["state"], again["attempts"], again["lastStatus"]) == ("pending", 0, 204)
    assert deliverer(site, SimulatedWebhookSender()).turn(9) == 1
    assert office(site, "POST", f"{path}/replay", json=EVERYTHING)["count"] == 0
    both = EVERYTHING | {"deliveredToo": True}
    assert office(site, "POST", f"{path}/replay", json=both)["count"] == 1


@pytest.mark.parametrize("body", [{}, {"start": "2030-06-02T00:00:00Z"}, EVERYTHING | {"end": 1}])
def test_a_replay_says_of_which_period(site: Site, body: dict[str, Any]) -> None:
    """There is no replay of everything by mistake."""
    webhook_id = a_webhook(site)["webhook"]["id"]
    assert site.call("POST", f"/webhooks/{webhook_id}/replay", OFFICE, json=body).status_code == 422


def test_one_that_answers_gone_is_disabled_until_it_is_enabled(site: Site) -> None:
    """It is told nothing meanwhile; asked for twice, it is so already."""
    webhook_id = a_webhook(site)["webhook"]["id"]
    path = f"/webhooks/{webhook_id}"
    tell(site, 1)
    deliverer(site, SimulatedWebhookSender(lambda _: 410)).turn(9)
    found = office(site, "GET", path)
    assert (found["state"], found["disabledBecause"]) == ("disabled", "gone")
    tell(site, 2)
    assert len(office(site, "GET", f"{path}/deliveries")["items"]) == 1
    for _ in range(2):
        enabled = office(site, "POST", f"{path}/enable")
        assert (enabled["state"], enabled["failures"], enabled["revision"]) == ("active", 0, 3)
    tell(site, 3)
    for _ in range(2):
        disabled = office(site, "POST", f"{path}/disable")
        assert (disabled["disabledBecause"], disabled["revision"]) == ("requested", 4)
    sender = SimulatedWebhookSender()
    assert deliverer(site, sender).turn(9) == 1
    assert sender.sent == []
    log = office(site, "GET", f"{path}/deliveries")["items"]
    ended = {(each["state"], each["lastStatus"], each["lastFailure"]) for each in log}
    assert ended == {("failed", 410, None), ("failed", None, "disabled")}


def test_a_deleted_one_is_gone(site: Site) -> None:
    """With its log; deleted twice, it is missing."""
    webhook_id = a_webhook(site)["webhook"]["id"]
    tell(site)
    path = f"/webhooks/{webhook_id}"
    assert site.call("DELETE", path, OFFICE).status_code == 204
    for gone in (path, f"{path}/deliveries"):
        assert site.call("GET", gone, OFFICE).status_code == 404
    assert site.call("DELETE", path, OFFICE).status_code == 404
    assert deliverer(site, SimulatedWebhookSender()).turn(9) == 0


def test_a_tenant_has_fifty_at_most(site: Site) -> None:
    """Every event is told to each of them."""
    for _ in range(50):
        a_webhook(site)
    refused = site.call("POST", "/webhooks", OFFICE, json=HOOK)
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-webhooks")


@pytest.mark.parametrize("who", [ANN, OWNER], ids=["a customer", "a provider"])
def test_only_the_office_keeps_webhooks(site: Site, who: dict[str, str]) -> None:
    """Whoever has one hears of everybody's bookings."""
    assert site.call("POST", "/webhooks", who, json=HOOK).status_code == 403
    assert site.call("GET", "/webhooks", who).status_code == 403
    assert office(site, "GET", "/webhooks")["items"] == []
