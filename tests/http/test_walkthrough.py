"""From a question to a refund, as a client sees it."""

from __future__ import annotations

from typing import Any

from icalendar import Calendar

from tests.http.site import ANN, HOUR, OFFICE, OWNER, PLACE, SEAT, Site, at


def test_what_is_offered_is_held_paid_confirmed_cancelled_and_refunded(site: Site) -> None:
    """A customer takes the first free slot, pays it in a browser, and gets back what was quoted."""
    asked = {"from": at(4, 0), "to": at(5, 0), "duration": "PT30M"}
    free = site.call("GET", "/resources/doctor/availability", ANN, params=asked).json()
    slot = free["slots"][0]
    assert slot == {"start": "2030-06-04T07:00:00Z", "end": "2030-06-04T07:30:00Z"}

    held = site.book(ANN, {"serviceId": "checkup", "start": slot["start"]})
    assert (held["state"], held["due"]["amountMinor"], held["code"]) == ("PENDING", 5000, None)
    confirmed = site.pay(ANN, held)
    assert (confirmed["state"], confirmed["paymentState"]) == ("CONFIRMED", "PAID")
    assert len(confirmed["code"]) == 11

    path = f"/bookings/{held['id']}"
    quoted = site.call("GET", f"{path}/cancellation-quote", ANN).json()
    assert (quoted["notice"], quoted["refund"]["amountMinor"]) == ("PT25H", 2400)
    cancelled = site.call("POST", f"{path}/cancel", ANN, json={"reason": "ill"}).json()
    assert (cancelled["state"], cancelled["reasonCode"]) == ("CANCELLED", "ill")
    after = site.call("GET", path, ANN).json()
    assert after["paymentState"] == "PARTIALLY_REFUNDED"
    assert [(r["amount"], r["state"]) for r in after["refunds"]] == [
        (quoted["refund"], "SUCCEEDED")
    ]

    again = site.call("GET", "/resources/doctor/availability", ANN, params=asked).json()
    assert again["slots"][0] == slot
    told = site.call("GET", f"{path}/history", ANN).json()["items"]
    assert [event["eventType"] for event in told][:2] == ["booking.created", "payment.created"]
    assert told[-1]["eventType"] == "payment.refunded"


def test_a_request_repeated_with_its_key_has_one_effect_and_one_answer(site: Site) -> None:
    """The second answer is the first, and says so; another body under the key is refused."""
    key = {"Idempotency-Key": "k-1"}
    first = site.call("POST", "/bookings", ANN, json={"items": [PLACE]}, headers=key)
    second = site.call("POST", "/bookings", ANN, json={"items": [PLACE]}, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    other = {"items": [PLACE | {"quantity": 2}]}
    refused = site.call("POST", "/bookings", ANN, json=other, headers=key)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency-key-reused")
    assert len(site.call("GET", "/bookings", ANN).json()["items"]) == 1


def test_what_is_full_is_refused_and_explained_with_alternatives(site: Site) -> None:
    """Who comes too late is told the period that blocks, and what could be had instead."""
    site.book(ANN, {"resourceId": "doctor", "start": at(4, 7), "end": at(4, 8)})
    wish = {"resourceId": "doctor", "start": at(4, 7, 30), "end": at(4, 8)}
    refused = site.call("POST", "/bookings", ANN, json={"items": [wish]})
    assert (refused.status_code, refused.json()["code"]) == (409, "taken")
    explained = site.call("POST", "/availability/explain", ANN, json=wish).json()
    (doctor,) = explained["resources"]
    assert not explained["isPossible"]
    assert doctor["blocked"] == [{"start": "2030-06-04T07:30:00Z", "end": "2030-06-04T08:00:00Z"}]
    assert {"start": "2030-06-04T08:00:00Z", "end": "2030-06-04T08:30:00Z"} in doctor[
        "alternatives"
    ]


def test_a_stale_version_is_refused_and_the_current_one_is_taken(site: Site) -> None:
    """If-Match protects from acting on what somebody else has changed."""
    held = site.book(ANN, PLACE)
    path = f"/bookings/{held['id']}"
    stale = site.call("DELETE", path, ANN, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "version-mismatch")
    etag = site.call("GET", path, ANN).headers["etag"]
    assert site.call("DELETE", path, ANN, headers={"If-Match": etag}).json()["state"] == "CANCELLED"


def test_a_booking_moves_to_a_local_time_and_swaps_with_another(site: Site) -> None:
    """A new start by the wall clock of the place; two of one customer's bookings change places."""
    first = site.book(ANN, PLACE)
    second = site.book(ANN, PLACE | {"start": at(11, 8), "end": at(11, 9)})
    moved = site.call(
        "PUT", f"/bookings/{first['id']}", ANN, json={"start": {"local": "2030-06-12T10:00"}}
    ).json()
    assert moved["items"][0]["start"] == "2030-06-12T08:00:00Z"
    swapped = site.call(
        "POST", f"/bookings/{first['id']}/swap", ANN, json={"withId": second["id"]}
    ).json()
    assert swapped["items"][0]["start"] == "2030-06-11T08:00:00Z"


def test_a_local_time_that_is_there_twice_is_the_one_that_was_meant(site: Site) -> None:
    """On the night of the change, half past two comes first in summer and then in winter time."""
    starts = []
    for fold in ("first", "second"):
        start = {"local": "2030-10-27T02:30", "fold": fold}
        wish = {"resourceId": "car-park", "start": start, "end": "2030-10-27T03:00:00Z"}
        starts.append(site.book(ANN, wish)["items"][0]["start"])
    assert starts == ["2030-10-27T00:30:00Z", "2030-10-27T01:30:00Z"]


def test_seats_are_named_or_the_best_together(site: Site) -> None:
    """The map shows what is held; the engine finds neighbours among the rest."""
    site.book(ANN, SEAT)
    shown = site.call("GET", "/performances/concert/seats", ANN).json()
    states = {seat["unitId"]: seat["state"] for seat in shown["seats"]}
    assert (states["A1"], states["A2"], shown["free"]) == ("held", "free", 9)
    best = site.book(ANN, {"performanceId": "concert", "quantity": 3, "category": "front"})
    assert len(best["items"][0]["unitIds"]) == 3
    assert set(best["items"][0]["unitIds"]) < {"A2", "A3", "A4", "A5"}
    assert best["price"]["amountMinor"] == 15_000


def test_a_provider_approves_checks_in_and_completes(site: Site) -> None:
    """What awaits approval is confirmed by its provider, and ends when it is over."""
    wish = {"serviceId": "wedding", "start": at(3, 8), "end": at(3, 10)}
    path = f"/bookings/{site.book(ANN, wish)['id']}"
    assert site.call("POST", f"{path}/approve", OWNER).json()["state"] == "CONFIRMED"
    early = site.call("POST", f"{path}/complete", OWNER)
    assert (early.status_code, early.json()["code"]) == (409, "not-begun")
    site.clock.advance(3 * HOUR)
    assert site.call("POST", f"{path}/check-in", OWNER).json()["checkedInAt"] is not None
    assert site.call("POST", f"{path}/complete", OWNER).json()["state"] == "COMPLETED"


def test_a_ticket_is_a_picture_and_a_calendar_file(site: Site) -> None:
    """Once it is confirmed, and not before."""
    held = site.book(ANN, PLACE)
    path = f"/bookings/{held['id']}"
    assert site.call("GET", f"{path}/qr.svg", ANN).json()["code"] == "not-confirmed"
    code = site.pay(ANN, held)["code"]
    picture = site.call("GET", f"{path}/qr.svg", ANN)
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.text.startswith("<svg")
    assert "http" not in picture.text.replace("http://www.w3.org/2000/svg", "")
    calendar: Any = Calendar.from_ical(site.call("GET", f"{path}/calendar.ics", ANN).content)
    (event,) = calendar.walk("VEVENT")
    assert (event["summary"], event["description"]) == ("Car park", code)
    assert event["dtstart"].dt.isoformat() == "2030-06-10T10:00:00+02:00"
    assert [str(tz["tzid"]) for tz in calendar.walk("VTIMEZONE")] == ["Europe/Paris"]


def test_a_provider_gives_money_back_as_it_pleases(site: Site) -> None:
    """A refund is of one payment, never more than was captured."""
    paid = site.pay(ANN, site.book(ANN, PLACE))
    path = f"/payments/{paid['payments'][0]['id']}/refunds"
    some = {"amount": {"amountMinor": 2000, "currency": "EUR"}}
    refunded = site.call("POST", path, OWNER, json=some)
    assert (refunded.status_code, refunded.json()["state"]) == (201, "CONFIRMED")
    much = {"amount": {"amountMinor": 3001, "currency": "EUR"}}
    refused = site.call("POST", path, OWNER, json=much)
    assert (refused.status_code, refused.json()["code"]) == (409, "overdrawn")
    assert site.call("POST", path, OWNER).status_code == 201
    after = site.call("GET", f"/bookings/{paid['id']}", OFFICE).json()
    assert (after["paymentState"], len(after["refunds"])) == ("REFUNDED", 2)


def test_pages_follow_each_other_without_gap_or_repeat(site: Site) -> None:
    """Cursors lead through all bookings, newest first; one that we never gave is refused."""
    made = [
        site.book(ANN, PLACE | {"start": at(d, 8), "end": at(d, 9)})["id"] for d in range(10, 15)
    ]
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = site.call("GET", "/bookings", ANN, params={"limit": 2} | after).json()
        seen += [booking["id"] for booking in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert sorted(seen) == sorted(made)
    assert len(seen) == len(made)
    forged = site.call("GET", "/bookings", ANN, params={"after": "bm9uc2Vuc2U"})
    assert (forged.status_code, forged.json()["field"]) == (422, "after")
