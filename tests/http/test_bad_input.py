"""What else bad input gets: in queries, headers, paths, and in the catalogue."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.site import ANN, OFFICE, OWNER, PLACE, RESOURCES, Site

QUERIES: dict[str, tuple[str, str, str]] = {
    "no window": ("/resources/doctor/availability", "", "from"),
    "a naive beginning": (
        "/resources/doctor/availability",
        "from=2030-06-04T00:00:00&to=2030-06-05T00:00:00Z",
        "from",
    ),
    "a plus that became a blank": (
        "/resources/doctor/availability",
        "from=2030-06-04T00:00:00+02:00&to=2030-06-05T00:00:00Z",
        "from",
    ),
    "a window that ends before it begins": (
        "/resources/doctor/availability",
        "from=2030-06-05T00:00:00Z&to=2030-06-04T00:00:00Z",
        "end",
    ),
    "a hundred years": (
        "/resources/doctor/availability",
        "from=2030-06-05T00:00:00Z&to=2130-06-04T00:00:00Z",
        "end",
    ),
    "93 days": (
        "/resources/doctor/availability",
        "from=2030-06-05T00:00:00Z&to=2030-09-06T00:00:00Z",
        "to",
    ),
    "a duration that is none": (
        "/resources/doctor/availability",
        "from=2030-06-04T00:00:00Z&to=2030-06-05T00:00:00Z&duration=30",
        "duration",
    ),
    "a negative duration": (
        "/resources/doctor/availability",
        "from=2030-06-04T00:00:00Z&to=2030-06-05T00:00:00Z&duration=-PT30M",
        "duration",
    ),
    "a duration without end": (
        "/resources/doctor/availability",
        "from=2030-06-04T00:00:00Z&to=2030-06-05T00:00:00Z&duration=P999999999D",
        "duration",
    ),
    "a million slots": (
        "/resources/doctor/availability",
        "from=2030-06-04T00:00:00Z&to=2030-06-05T00:00:00Z&duration=PT30M&limit=1000000",
        "limit",
    ),
    "a limit with a point": ("/bookings", "limit=1.0", "limit"),
    "a limit in another script": ("/bookings", "limit=%D9%A3", "limit"),
    "too large a page": ("/bookings", "limit=101", "limit"),
    "a page of nothing": ("/bookings", "limit=0", "limit"),
    "a cursor of one's own": ("/bookings", "after=!!!", "after"),
    "an unknown state": ("/bookings", "state=OPEN", "state"),
    "a state that is null": ("/bookings", "state=null", "state"),
    "an unknown parameter": ("/bookings", "sort=price", "sort"),
    "a parameter twice": ("/bookings", "limit=1&limit=2", "limit"),
    "NUL in a parameter": ("/bookings", "customerId=%00", "customerId"),
}


@pytest.mark.parametrize(("path", "query", "field"), QUERIES.values(), ids=QUERIES.keys())
def test_a_bad_query_is_refused_by_name(town: Site, path: str, query: str, field: str) -> None:
    """Queries are read as strictly as bodies."""
    refused = town.call("GET", f"{path}?{query}", ANN)
    assert (refused.status_code, refused.json()["field"]) == (422, field)


@pytest.mark.parametrize("query", ["limit=%FF", "%FF=1", "&".join(f"a{n}=1" for n in range(60))])
def test_a_query_that_cannot_be_read_is_refused(town: Site, query: str) -> None:
    """Neither broken bytes nor a flood of parameters reaches a route."""
    assert town.call("GET", f"/bookings?{query}", ANN).status_code == 400


CATALOGUE: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown zone": ({"zone": "Europe/Atlantis"}, "zone"),
    "a zone that is a path": ({"zone": "../../etc/passwd"}, "zone"),
    "an empty name": ({"name": ""}, "name"),
    "a name of two lines": ({"name": "Dr.\nWho"}, "name"),
    "no units": ({"units": []}, "units"),
    "fewer than no units": ({"units": -1}, "units"),
    "too many units": ({"units": 100_001}, "units"),
    "units of the same name": ({"units": [{"id": "1"}, {"id": "1"}]}, "units"),
    "a closing before the opening": (
        {"schedule": {"weekly": {"monday": [{"opens": "09:00", "closes": "08:00"}]}}},
        "schedule.weekly.monday[0].closes",
    ),
    "an hour that is none": (
        {"schedule": {"weekly": {"monday": [{"opens": "24:00", "closes": "25:00"}]}}},
        "schedule.weekly.monday[0].opens",
    ),
    "a date that is none": (
        {"schedule": {"weekly": {}, "exceptions": {"2030-02-30": []}}},
        "schedule.exceptions",
    ),
    "a step of nothing": ({"rules": {"step": "PT0S"}}, "step"),
    "a step that is a number": ({"rules": {"step": 30}}, "rules.step"),
    "a maximum below the minimum": (
        {"rules": {"durationMin": "PT2H", "durationMax": "PT1H"}},
        "durationMax",
    ),
    "an unknown currency": (
        {"offer": {"price": {"amountMinor": 1, "currency": "XYZ"}}},
        "currency",
    ),
    "a currency in small letters": (
        {"offer": {"price": {"amountMinor": 1, "currency": "eur"}}},
        "currency",
    ),
    "a negative price": ({"offer": {"price": {"amountMinor": -1, "currency": "EUR"}}}, "price"),
    "a fraction of a cent": (
        {"offer": {"price": {"amountMinor": 0.5, "currency": "EUR"}}},
        "offer.price.amountMinor",
    ),
    "a price beyond all money": (
        {"offer": {"price": {"amountMinor": 10**30, "currency": "EUR"}}},
        "amountMinor",
    ),
    "more than all of it back": (
        {"offer": {"cancellation": [{"notice": "PT0S", "shareBp": 10001}]}},
        "offer.cancellation[0].shareBp",
    ),
    "tiers out of order": (
        {
            "offer": {
                "cancellation": [{"notice": "PT1H", "shareBp": 1}, {"notice": "PT2H", "shareBp": 2}]
            }
        },
        "tiers",
    ),
    "a hold of a day": ({"offer": {"holdFor": "P1D"}}, "holdFor"),
    "a revision of one's own": ({"revision": 7}, "revision"),
    "a tenant of one's own": ({"tenantId": "globex"}, "tenantId"),
}


@pytest.mark.parametrize(("changed", "field"), CATALOGUE.values(), ids=CATALOGUE.keys())
def test_a_bad_resource_is_refused_by_name(town: Site, changed: dict[str, Any], field: str) -> None:
    """What a provider offers is judged as strictly as what a customer wishes."""
    body = RESOURCES["doctor"] | changed
    refused = town.call("PUT", "/resources/doctor", OWNER, json=body)
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert town.call("GET", "/resources/doctor", ANN).headers["etag"] == '"1"'


def test_money_of_another_currency_or_sign_is_refused(town: Site) -> None:
    """A refund is in the currency that was paid, and more than nothing."""
    paid = town.pay(OFFICE, town.book(OFFICE, PLACE))
    path = f"/payments/{paid['payments'][0]['id']}/refunds"
    for amount, status in (
        ({"amountMinor": 100, "currency": "USD"}, 409),
        ({"amountMinor": 0, "currency": "EUR"}, 422),
        ({"amountMinor": -100, "currency": "EUR"}, 422),
        ({"amountMinor": 1.5, "currency": "EUR"}, 422),
        ({"amountMinor": "100", "currency": "EUR"}, 422),
        ({"amount": 100, "currency": "EUR"}, 422),
    ):
        refused = town.call("POST", path, OFFICE, json={"amount": amount})
        assert refused.status_code == status, refused.text


@pytest.mark.parametrize(
    ("headers", "status", "field"),
    [
        ({"Idempotency-Key": ""}, 422, "Idempotency-Key"),
        ({"Idempotency-Key": "k" * 201}, 422, "Idempotency-Key"),
        ({"Idempotency-Key": "\u00fc".encode()}, 422, "Idempotency-Key"),
    ],
)
def test_a_key_that_is_none_is_refused(
    town: Site, headers: dict[str, Any], status: int, field: str
) -> None:
    """Rather than accepted and not kept."""
    refused = town.call("POST", "/bookings", ANN, json={"items": [PLACE]}, headers=headers)
    assert (refused.status_code, refused.json()["field"]) == (status, field)


@pytest.mark.parametrize("etag", ["3", '"x"', 'W/"3"', '"1", "2"', '"99999999999999999999"', ""])
def test_an_etag_that_we_never_gave_is_refused(town: Site, etag: str) -> None:
    """Rather than taken for no condition at all."""
    refused = town.call("DELETE", "/bookings/x", ANN, headers={"If-Match": etag})
    assert (refused.status_code, refused.json()["field"]) == (422, "If-Match")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/bookings/a/b/c", 404),
        ("GET", "/bookings/%00", 404),
        ("GET", "/bookings/%ff", 404),
        ("GET", "/resources/%00", 404),
        (
            "GET",
            "/services/a%00b/availability?from=2030-06-04T00:00:00Z&to=2030-06-05T00:00:00Z",
            404,
        ),
        ("GET", "/bookings/a%0Ab", 404),
        ("GET", "/resources/%F0%9F%8F%A8", 404),
        ("GET", "/schema/nothing", 404),
        ("PATCH", "/bookings", 405),
        ("DELETE", "/bookings", 405),
        ("TRACE", "/bookings", 405),
        ("BREW", "/bookings", 405),
    ],
)
def test_a_place_or_method_that_there_is_not_is_a_problem_too(
    town: Site, method: str, path: str, status: int
) -> None:
    """The same shape as every other refusal; 405 says what is allowed."""
    refused = town.call(method, path, ANN)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["correlationId"] == refused.headers["x-correlation-id"]
    if status == 405:
        assert refused.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_options_and_head_are_answered(town: Site) -> None:
    """OPTIONS lists what a path takes; HEAD is GET without its body."""
    options = town.call("OPTIONS", "/bookings/x")
    assert (options.status_code, options.headers["allow"]) == (
        204,
        "DELETE, GET, HEAD, OPTIONS, PUT",
    )
    head = town.call("HEAD", "/bookings", ANN)
    assert (head.status_code, head.content) == (200, b"")
    assert town.call("HEAD", "/bookings").status_code == 401
