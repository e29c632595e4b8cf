"""What bad input gets: a stable code, the field, what was expected; and nothing half done."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.http.site import ANN, EUROS_50, OFFICE, OWNER, PLACE, RESOURCES, SEAT, Site, at, caller

JSON = {"content-type": "application/json"}
SLOT = {"resourceId": "doctor", "start": at(4, 7), "end": at(4, 8)}
CAROL = caller("carol")  # She does nothing else.


def item(**changed: Any) -> dict[str, Any]:
    """A slot at the doctor's but for this; None leaves a key out."""
    told = SLOT | changed
    return {name: value for name, value in told.items() if value is not None}


def local(time: str, **fold: str) -> dict[str, Any]:
    """A start by the wall clock."""
    return item(resourceId="car-park", start={"local": time} | fold, end=at(30, 0))


ITEMS: dict[str, tuple[dict[str, Any], int, str, str | None]] = {
    "the end before the start": (item(end=at(4, 6)), 422, "invalid-input", "end"),
    "no length": (item(end=at(4, 7)), 422, "invalid-input", "end"),
    "a naive time": (item(start="2030-06-04T07:00:00"), 422, "invalid-input", "items[0].start"),
    "a date": (item(start="2030-06-04"), 422, "invalid-input", "items[0].start"),
    "a number for a time": (item(start=1906000000), 422, "invalid-input", "items[0].start"),
    "a time that is no time": (item(start="25 o'clock"), 422, "invalid-input", "items[0].start"),
    "a second that is none": (
        item(start="2030-06-04T07:00:60Z"),
        422,
        "invalid-input",
        "items[0].start",
    ),
    "a start before the calendar": (
        item(start="0001-01-01T00:00:00+14:00"),
        422,
        "invalid-input",
        "items[0].start",
    ),
    "an end after the calendar": (
        item(end="9999-12-31T23:59:59-14:00"),
        422,
        "invalid-input",
        "items[0].end",
    ),
    "a local time that is skipped": (
        local("2030-03-31T02:30"),
        422,
        "invalid-input",
        "items[0].start.local",
    ),
    "a local time that is there twice": (
        local("2030-10-27T02:30"),
        422,
        "invalid-input",
        "items[0].start.local",
    ),
    "a fold that is neither": (
        local("2030-10-27T02:30", fold="third"),
        422,
        "invalid-input",
        "items[0].start.fold",
    ),
    "a local time that is no time": (
        local("2030-13-27T02:30"),
        422,
        "invalid-input",
        "items[0].start.local",
    ),
    "a local time with an offset": (
        local("2030-06-04T09:00Z"),
        422,
        "invalid-input",
        "items[0].start.local",
    ),
    "a hundred years": (item(end="2130-06-04T07:00:00Z"), 422, "invalid-input", "end"),
    "outside the opening hours": (
        item(start=at(4, 3), end=at(4, 4)),
        422,
        "outside-opening-hours",
        "start",
    ),
    "over lunch": (
        item(start=at(4, 9, 30), end=at(4, 11, 30)),
        422,
        "outside-opening-hours",
        "start",
    ),
    "within the notice": (item(start=at(3, 6, 30), end=at(3, 7)), 422, "inside-notice", "start"),
    "off the grid": (item(start=at(4, 7, 10), end=at(4, 7, 40)), 422, "off-the-grid", "start"),
    "in the past": (item(start=at(2, 7), end=at(2, 8)), 422, "in-the-past", "start"),
    "too far ahead": (
        item(start="2039-06-06T07:00:00Z", end="2039-06-06T08:00:00Z"),
        422,
        "beyond-advance",
        "start",
    ),
    "too long": (item(end=at(4, 10)), 422, "too-long", "end"),
    "an unknown resource": (item(resourceId="dentist"), 404, "not-found", None),
    "an unknown service": (
        {"serviceId": "surgery", "start": at(4, 7)},
        404,
        "not-found",
        None,
    ),
    "an unknown performance": (
        {"performanceId": "opera", "unitIds": ["A1"]},
        404,
        "not-found",
        None,
    ),
    "an unknown unit": (SEAT | {"unitIds": ["Z9"]}, 422, "unknown-units", "unitIds"),
    "a unit twice": (SEAT | {"unitIds": ["A1", "A1"]}, 422, "invalid-input", "items[0].unitIds"),
    "a unit of a pool by name": (
        PLACE | {"unitIds": ["1"]},
        422,
        "units-not-for-choosing",
        "unitIds",
    ),
    "too many units": (PLACE | {"quantity": 4}, 422, "too-many-units", "quantity"),
    "more units than anybody has": (
        PLACE | {"quantity": 1001},
        422,
        "invalid-input",
        "items[0].quantity",
    ),
    "no units": (PLACE | {"quantity": 0}, 422, "invalid-input", "items[0].quantity"),
    "fewer than no units": (PLACE | {"quantity": -1}, 422, "invalid-input", "items[0].quantity"),
    "a quantity in quotes": (PLACE | {"quantity": "1"}, 422, "invalid-input", "items[0].quantity"),
    "a quantity with a point": (
        PLACE | {"quantity": 1.0},
        422,
        "invalid-input",
        "items[0].quantity",
    ),
    "a quantity that is true": (
        PLACE | {"quantity": True},
        422,
        "invalid-input",
        "items[0].quantity",
    ),
    "a quantity that is null": (
        PLACE | {"quantity": None},
        422,
        "invalid-input",
        "items[0].quantity",
    ),
    "a name that is a number": (item(resourceId=7), 422, "invalid-input", "items[0].resourceId"),
    "a name with a line feed": (
        item(resourceId="doctor\n"),
        422,
        "invalid-input",
        "items[0].resourceId",
    ),
    "a name with a slash": (item(resourceId="../x"), 422, "invalid-input", "items[0].resourceId"),
    "an unknown key": (item(colour="red"), 422, "invalid-input", "items[0].colour"),
    "a price of one's own": (item(price=EUROS_50), 422, "invalid-input", "items[0].price"),
    "neither service nor resource": ({"start": at(4, 7)}, 422, "invalid-input", "items[0].items"),
    "times for a performance": (
        SEAT | {"start": at(8, 18)},
        422,
        "invalid-input",
        "items[0].start",
    ),
}


@pytest.mark.parametrize(("wish", "status", "code", "field"), ITEMS.values(), ids=ITEMS.keys())
def test_a_bad_wish_is_refused_by_name(
    town: Site, wish: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    """Each fault has its code and its field, and nothing is held."""
    refused = town.call("POST", "/bookings", CAROL, json={"items": [wish]})
    told = refused.json()
    assert (refused.status_code, told["code"], told.get("field")) == (status, code, field)
    assert refused.headers["content-type"] == "application/problem+json"
    assert told["type"] == f"/problems/{code}"
    assert told["status"] == status
    assert told["correlationId"] == refused.headers["x-correlation-id"]
    assert town.call("GET", "/bookings", CAROL).json()["items"] == []


RAW: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 422, "invalid-input"),
    "a blank": (b" ", 400, "malformed-request"),
    "not JSON": (b"{items}", 400, "malformed-request"),
    "half of it": (b'{"items": [', 400, "malformed-request"),
    "two values": (b"{} {}", 400, "malformed-request"),
    "a list": (b"[]", 422, "invalid-input"),
    "a text": (b'"items"', 422, "invalid-input"),
    "null": (b"null", 422, "invalid-input"),
    "NaN": (b'{"items": NaN}', 400, "malformed-request"),
    "Infinity": (b'{"items": -Infinity}', 400, "malformed-request"),
    "a key twice": (b'{"items": [], "items": []}', 400, "malformed-request"),
    "a key twice, once escaped": (b'{"items": [], "\\u0069tems": []}', 400, "malformed-request"),
    "a key twice further down": (
        b'{"items": [{"quantity": 1, "quantity": 2}]}',
        400,
        "malformed-request",
    ),
    "NUL": (b'{"customerId": "\\u0000", "items": []}', 400, "malformed-request"),
    "NUL as it is": (b'{"customerId": "\x00", "items": []}', 400, "malformed-request"),
    "an escape character": (b'{"customerId": "\\u001b[2J", "items": []}', 400, "malformed-request"),
    "half a character": (b'{"customerId": "\\ud800", "items": []}', 400, "malformed-request"),
    "a separator of lines": (
        '{"customerId": "\u2028", "items": []}'.encode(),
        400,
        "malformed-request",
    ),
    "bytes that are not UTF-8": (b'{"customerId": "\xff", "items": []}', 400, "malformed-request"),
    "UTF-16": ('{"items": []}'.encode("utf-16"), 400, "malformed-request"),
    "a byte order mark": (b'\xef\xbb\xbf{"items": []}', 400, "malformed-request"),
    "33 levels": (b'{"items": ' + b"[" * 32 + b"]" * 32 + b"}", 400, "malformed-request"),
    "30 thousand levels": (b"[" * 30_000, 400, "malformed-request"),
    "levels within a text": (
        b'{"customerId": "' + b"[" * 100 + b'", "items": []}',
        422,
        "invalid-input",
    ),
    "a number of 5000 digits": (b'{"items": ' + b"1" * 5000 + b"}", 400, "malformed-request"),
    "a huge exponent": (b'{"items": 1e999999999}', 422, "invalid-input"),
    "1 MB": (b'{"items": "' + b"x" * 1_000_000 + b'"}', 413, "body-too-large"),
    "a byte too many": (b" " * (64 * 1024 + 1), 413, "body-too-large"),
}


@pytest.mark.parametrize(("body", "status", "code"), RAW.values(), ids=RAW.keys())
def test_a_body_that_two_readers_could_read_differently_is_refused(
    town: Site, body: bytes, status: int, code: str
) -> None:
    """What cannot be read is told from what can be read and is wrong."""
    refused = town.call("POST", "/bookings", ANN, content=body, headers=JSON)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "a/b/c",
    ],
)
def test_a_body_of_another_type_is_refused(town: Site, content_type: str) -> None:
    """JSON says that it is JSON."""
    headers = {"content-type": content_type}
    refused = town.call("POST", "/bookings", ANN, content=b'{"items": []}', headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (415, "unsupported-media-type")


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


@given(body=st.binary(max_size=200))
def test_no_bytes_make_a_server_error(town: Site, body: bytes) -> None:
    """Whatever a body is, it is refused as bad input or read as a request."""
    assert town.call("POST", "/bookings", ANN, content=body, headers=JSON).status_code < 500


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    name=st.sampled_from([*SLOT, "serviceId", "performanceId", "quantity", "unitIds", "category"]),
    value=VALUES,
)
def test_no_value_makes_a_server_error(town: Site, name: str, value: Any) -> None:
    """Whatever stands in a field."""
    body = json.dumps({"items": [SLOT | {name: value}]}).encode("utf-8", "surrogatepass")
    for path, content in (
        ("/bookings", body),
        (
            "/availability/explain",
            json.dumps(SLOT | {name: value}).encode("utf-8", "surrogatepass"),
        ),
    ):
        assert town.call("POST", path, ANN, content=content, headers=JSON).status_code < 500
