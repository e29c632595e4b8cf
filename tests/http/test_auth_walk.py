"""Every door without a key, with another customer's and with another tenant's."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response

from booking_adapters.memory.storage import MemoryStorage
from booking_core.application.caller import Role
from tests.http.site import (
    ANN,
    BOB,
    GLOBEX,
    OWNER,
    PERFORMANCES,
    PLACE,
    RESOURCES,
    RIVAL,
    SERVICES,
    STRANGER,
    Site,
    at,
    caller,
)
from tests.http.walk import Door, doors
from tests.http.webhook_site import a_delivery

DOORS = sorted(doors(Site(MemoryStorage()).app), key=lambda door: (door.path, door.method))
GUARDED = [door for door in DOORS if not door.is_public]
PUBLIC = {
    "/checkout/{payment_id:str}",
    "/health",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/payments/webhooks/{provider:str}",
    "/problems",
    "/problems/{code:str}",
    "/schema",
    "/schema/assets/{name:str}",
    "/schema/openapi.json",
    "/schema/{path:str}",
}
KEEPING = [
    d for d in GUARDED if d.method == "PUT" and not {"booking_id", "webhook_id"} & set(d.parameters)
]
OFFICES = [d for d in GUARDED if d.path.startswith(("/webhooks", "/webhook-deliveries"))]
PRIVATE = {"booking_id", "payment_id", "block_id"}  # What others of one tenant may not see.
MISSING = "01bc0000-0000-7000-8000-000000000000"
THERE: dict[str, str] = {}
ELSEWHERE = [
    STRANGER,
    caller("owner", Role.PROVIDER, tenant=GLOBEX),
    caller("office", Role.ADMIN, tenant=GLOBEX),
]


@pytest.fixture(scope="module", autouse=True)
def _furnished(town: Site) -> None:
    for kind, name, body in (
        ("resources", "doctor", RESOURCES["doctor"]),
        ("services", "checkup", SERVICES["checkup"]),
        ("performances", "concert", PERFORMANCES["concert"]),
    ):
        put = town.call("PUT", f"/{kind}/only-{name}", OWNER, json=body)
        assert put.status_code == 200, put.text
    paid = town.pay(ANN, town.book(ANN, PLACE))
    block = {"start": at(20, 8), "end": at(20, 9), "unitIds": ["1"]}
    made = town.call("POST", "/resources/car-park/blocks", OWNER, json=block).json()
    THERE.update(
        booking_id=paid["id"],
        payment_id=paid["payments"][0]["id"],
        block_id=made["block"]["id"],
        **a_delivery(town),
        resource_id="only-doctor",
        service_id="only-checkup",
        performance_id="only-concert",
    )


def knock(town: Site, door: Door, who: dict[str, str] | None, names: dict[str, str]) -> Response:
    """What the door answers to a good request."""
    return town.call(door.method, door.at(names), who, **door.sent)


def seen(answer: Response, names: dict[str, str]) -> tuple[Any, ...]:
    """All that a caller can tell an answer by, but for the names that they sent themselves."""
    text = answer.text.replace(answer.headers["x-correlation-id"], "")
    for name in names.values():
        text = text.replace(name, "")
    headers = {k: v for k, v in answer.headers.items() if k not in VARYING}
    return answer.status_code, headers, text


VARYING = {"x-correlation-id", "content-length", "etag"}


def test_the_doors_that_need_no_key_are_these() -> None:
    """A route that is public was made so on purpose, here and there."""
    assert {door.path for door in DOORS if door.is_public} == PUBLIC


@pytest.mark.parametrize("door", GUARDED, ids=lambda door: f"{door.method} {door.path}")
def test_without_a_token_every_door_is_closed_alike(town: Site, door: Door) -> None:
    """401 with the same words, whether what is asked for exists or not."""
    there = {name: THERE[name] for name in door.parameters}
    missing = dict.fromkeys(door.parameters, MISSING)
    first, second = knock(town, door, None, there), knock(town, door, None, missing)
    assert (first.status_code, first.json()["code"]) == (401, "unauthenticated")
    assert first.headers["www-authenticate"].startswith("Bearer")
    assert seen(first, there) == seen(second, missing)


@pytest.mark.parametrize("word", ["schema", "health", "problems", "checkout", "webhooks", "%2e%2e"])
def test_a_name_that_is_a_public_word_opens_nothing(town: Site, word: str) -> None:
    """No path is public because of what it contains."""
    for path in (f"/bookings/{word}", f"/bookings/{word}/history", f"/resources/{word}/"):
        assert town.call("GET", path).status_code in {401, 404}
    for path in ("//bookings", "/health/../bookings", "/schema/../bookings", "/bookings;/health"):
        assert town.call("GET", path).status_code in {401, 404}


@pytest.mark.parametrize(
    "door",
    [door for door in GUARDED if PRIVATE & set(door.parameters)],
    ids=lambda door: f"{door.method} {door.path}",
)
@pytest.mark.parametrize("who", [BOB, RIVAL], ids=["another customer", "another provider"])
def test_what_is_anothers_looks_missing(town: Site, door: Door, who: dict[str, str]) -> None:
    """Within a tenant, who may not see a booking, a payment or a block cannot tell it exists."""
    there = {name: THERE[name] for name in door.parameters}
    missing = dict.fromkeys(door.parameters, MISSING)
    first, second = knock(town, door, who, there), knock(town, door, who, missing)
    assert first.status_code == 404
    assert seen(first, there) == seen(second, missing)


@pytest.mark.parametrize(
    "door",
    [door for door in GUARDED if door.parameters and door not in KEEPING],
    ids=lambda door: f"{door.method} {door.path}",
)
@pytest.mark.parametrize("who", ELSEWHERE, ids=["customer", "provider", "admin"])
def test_what_is_another_tenants_looks_missing(town: Site, door: Door, who: dict[str, str]) -> None:
    """Whatever a token may do in its own tenant, it tells nothing of another's."""
    there = {name: THERE[name] for name in door.parameters}
    missing = dict.fromkeys(door.parameters, MISSING)
    assert seen(knock(town, door, who, there), there) == seen(
        knock(town, door, who, missing), missing
    )


@pytest.mark.parametrize("door", OFFICES, ids=lambda door: f"{door.method} {door.path}")
@pytest.mark.parametrize("who", [ANN, OWNER], ids=["a customer", "a provider"])
def test_only_the_office_has_webhooks(town: Site, door: Door, who: dict[str, str]) -> None:
    """Whoever has one hears of everybody's bookings: 403, and no word of what there is."""
    there = {name: THERE[name] for name in door.parameters}
    missing = dict.fromkeys(door.parameters, MISSING)
    first, second = knock(town, door, who, there), knock(town, door, who, missing)
    assert (first.status_code, first.json()["code"]) == (403, "forbidden")
    assert seen(first, there) == seen(second, missing)


def test_listings_show_only_ones_own(town: Site) -> None:
    """Neither another customer nor another tenant finds Ann's booking in any list."""
    assert THERE["booking_id"] in town.call("GET", "/bookings", ANN).text
    for who in (BOB, RIVAL, *ELSEWHERE):
        for query in ({}, {"customerId": "ann"}, {"resourceId": "car-park"}):
            listed = town.call("GET", "/bookings", who, params=query)
            assert (listed.status_code, listed.json()["items"]) == (200, [])
    for who in ELSEWHERE:
        for kind in ("resources", "services", "performances"):
            assert "only-" not in town.call("GET", f"/{kind}", who).text


@pytest.mark.parametrize(
    "door",
    KEEPING,
    ids=lambda door: door.path,
)
def test_only_its_provider_changes_the_catalogue(town: Site, door: Door) -> None:
    """A customer and another provider see it, and may not touch it."""
    names = {"resource_id": "car-park", "service_id": "checkup", "performance_id": "concert"}
    before = town.call("GET", door.at(names), ANN).json()
    for who in (ANN, RIVAL):
        refused = knock(town, door, who, names)
        assert refused.status_code in {403, 404}, refused.text
    assert town.call("GET", door.at(names), ANN).json() == before


@pytest.mark.parametrize("door", KEEPING, ids=lambda door: door.path)
def test_what_another_tenant_calls_the_same_is_another(town: Site, door: Door) -> None:
    """Names are a tenant's own: theirs may be made and changed, and ours stays as it is."""
    names = {"resource_id": "hall", "service_id": "wedding", "performance_id": "concert"}
    before = town.call("GET", door.at(names), ANN).json()
    for who in ELSEWHERE[1:]:
        knock(town, door, who, names)
    assert town.call("GET", door.at(names), ANN).json() == before
