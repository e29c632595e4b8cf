"""What a bad wish gets: a stable code, the field, what was expected; and nothing half done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.site import EUROS_50, PLACE, SEAT, SLOT, Site, at, caller

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


def test_what_is_shown_cannot_be_set(town: Site) -> None:
    """No field of an answer that is not one of the request's can be sent: not state, not price."""
    shown = town.book(caller("dora"), PLACE)
    may_be_sent = {"items", "customerId"}
    for name in shown.keys() - may_be_sent:
        body = {"items": [PLACE], name: shown[name]}
        refused = town.call("POST", "/bookings", CAROL, json=body)
        assert (refused.status_code, refused.json()["field"]) == (422, name)
    assert town.call("GET", "/bookings", CAROL).json()["items"] == []
