"""Keeping a catalogue: what is put is shown, once, by whoever owns it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.site import (
    ANN,
    OFFICE,
    OWNER,
    PERFORMANCES,
    PLACE,
    RESOURCES,
    RIVAL,
    SERVICES,
    Site,
    at,
)

KINDS: list[tuple[str, str, dict[str, Any]]] = [
    ("resources", "doctor", RESOURCES["doctor"]),
    ("services", "checkup", SERVICES["checkup"]),
    ("performances", "concert", PERFORMANCES["concert"]),
]


def test_a_resource_is_shown_as_it_was_put(site: Site) -> None:
    """Schedules, rules and terms come back in the words they were given in."""
    shown = site.call("GET", "/resources/doctor", ANN).json()
    put = RESOURCES["doctor"]
    assert shown["schedule"]["weekly"]["monday"] == put["schedule"]["weekly"]["monday"]
    assert shown["schedule"]["weekly"]["wednesday"] == []
    assert {name: shown["rules"][name] for name in put["rules"]} == put["rules"]
    assert shown["offer"]["price"] == put["offer"]["price"]
    assert shown["offer"]["cancellation"][1]["notice"] == "PT12H"
    assert (shown["providerId"], shown["unitCount"], shown["revision"]) == ("owner", 1, 1)


def test_a_number_of_units_stands_for_so_many(site: Site) -> None:
    """They are named by their numbers."""
    units = site.call("GET", "/resources/car-park", ANN).json()["units"]
    assert [unit["id"] for unit in units] == ["1", "2", "3"]


@pytest.mark.parametrize(("kind", "name", "body"), KINDS, ids=[kind for kind, *_ in KINDS])
def test_put_twice_it_is_there_once(site: Site, kind: str, name: str, body: dict[str, Any]) -> None:
    """The same again changes nothing, whatever version was expected; something else does."""
    path = f"/{kind}/{name}"
    again = site.call("PUT", path, OWNER, json=body, headers={"If-Match": '"0"'})
    assert (again.status_code, again.headers["etag"]) == (200, '"1"')
    changed = site.call("PUT", path, OWNER, json=body | {"name": "Another"})
    assert (changed.headers["etag"], changed.json()["name"]) == ('"2"', "Another")
    stale = site.call(
        "PUT", path, OWNER, json=body | {"name": "A third"}, headers={"If-Match": '"1"'}
    )
    assert (stale.status_code, stale.json()["code"]) == (412, "revision-mismatch")
    assert site.call("GET", path, ANN).json()["name"] == "Another"


@pytest.mark.parametrize(("kind", "name", "body"), KINDS, ids=[kind for kind, *_ in KINDS])
def test_a_key_makes_one_thing(site: Site, kind: str, name: str, body: dict[str, Any]) -> None:
    """Posted again with its key it is found; with another body the key is refused."""
    key = {"Idempotency-Key": "new-1"}
    first = site.call("POST", f"/{kind}", OWNER, json=body, headers=key)
    second = site.call("POST", f"/{kind}", OWNER, json=body, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert site.call("GET", first.headers["location"], ANN).json()["id"] == first.json()["id"]
    other = site.call("POST", f"/{kind}", OWNER, json=body | {"name": "Other"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    taken = site.call("POST", f"/{kind}", OWNER, json=body | {"id": name, "name": "Other"})
    assert (taken.status_code, taken.json()["code"]) == (409, "already-exists")


@pytest.mark.parametrize(("kind", "name", "body"), KINDS, ids=[kind for kind, *_ in KINDS])
def test_only_its_provider_keeps_it(site: Site, kind: str, name: str, body: dict[str, Any]) -> None:
    """Nobody else changes it, nobody offers what is another's, the office says whose it is."""
    for who in (ANN, RIVAL):
        refused = site.call("PUT", f"/{kind}/{name}", who, json=body | {"name": "Mine"})
        assert refused.status_code in {403, 404}
    for_owner = site.call("POST", f"/{kind}", RIVAL, json=body | {"providerId": "owner"})
    assert (for_owner.status_code, for_owner.json()["code"]) == (403, "forbidden")
    nobodys = site.call("POST", f"/{kind}", OFFICE, json=body)
    assert (nobodys.status_code, nobodys.json()["field"]) == (422, "providerId")
    assert (
        site.call("POST", f"/{kind}", OFFICE, json=body | {"providerId": "owner"}).status_code
        == 201
    )


def test_a_listing_has_all_of_them_page_by_page(site: Site) -> None:
    """By name, without gap or repeat."""
    seen: list[str] = []
    after: dict[str, str] = {}
    for _ in range(10):
        page = site.call("GET", "/resources", ANN, params={"limit": 1} | after).json()
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == sorted(RESOURCES)


def test_a_block_keeps_units_from_sale_until_it_is_lifted(site: Site) -> None:
    """It goes around no booking unless told to, is one by its key, and is lifted for good."""
    path = "/resources/car-park/blocks"
    site.book(ANN, PLACE)
    block = {"start": at(10, 0), "end": at(11, 0), "reason": "painting"}
    refused = site.call("POST", path, OWNER, json=block)
    assert (refused.status_code, refused.json()["code"]) == (409, "bookings-in-the-way")
    key = {"Idempotency-Key": "block-1"}
    around = block | {"aroundBookings": True}
    made = site.call("POST", path, OWNER, json=around, headers=key)
    again = site.call("POST", path, OWNER, json=around, headers=key)
    assert (made.status_code, again.status_code) == (201, 201)
    assert made.json()["block"] == again.json()["block"]
    assert len(made.json()["block"]["unitIds"]) == 2
    other = site.call("POST", path, OWNER, json=around | {"reason": "fun"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    full = site.call("POST", "/bookings", ANN, json={"items": [PLACE]})
    assert (full.status_code, full.json()["code"]) == (409, "taken")
    (listed,) = site.call("GET", path, OWNER).json()["items"]
    for _ in range(2):
        lifted = site.call("DELETE", f"/blocks/{listed['id']}", OWNER)
        assert (lifted.status_code, lifted.json()["liftedAt"] is None) == (200, False)
    assert site.call("GET", path, OWNER).json()["items"] == []
    site.book(ANN, PLACE)


def test_quantities_and_periods_say_what_is_left(site: Site) -> None:
    """Without a duration, when how many are free."""
    site.book(ANN, PLACE | {"quantity": 2})
    asked = {"from": at(10, 7), "to": at(10, 10), "quantity": 2}
    free = site.call("GET", "/resources/car-park/availability", ANN, params=asked).json()
    assert [(step["start"][11:16], step["free"]) for step in free["quantities"]] == [
        ("07:00", 3),
        ("08:00", 1),
        ("09:00", 3),
    ]
    assert [(p["start"][11:16], p["end"][11:16]) for p in free["periods"]] == [
        ("07:00", "08:00"),
        ("09:00", "10:00"),
    ]


def test_a_service_is_found_on_its_resources(site: Site) -> None:
    """It has its own length, and who asks for another is told so."""
    asked = {"from": at(4, 0), "to": at(5, 0)}
    path = "/services/checkup/availability"
    free = site.call("GET", path, ANN, params=asked | {"limit": 3}).json()
    (doctor,) = free["resources"]
    assert (doctor["resourceId"], len(doctor["slots"]), doctor["isComplete"]) == (
        "doctor",
        3,
        False,
    )
    assert free["slots"] == [slot | {"resourceIds": ["doctor"]} for slot in doctor["slots"]]
    assert free["isComplete"] is False
    other = site.call("GET", path, ANN, params=asked | {"duration": "PT1H"})
    assert (other.status_code, other.json()["field"]) == (422, "duration")
