"""bookings and resources: looking things up, and cancelling."""

import json
from datetime import timedelta

import pytest

from booking_adapters.simulated.plan import always
from booking_adapters.simulated.script import pay as paying
from booking_cli.exit_codes import EXIT_CODES
from booking_core.domain.kernel.errors import Kind
from tests.cli.conftest import Run, Town, answer
from tests.cli.guests import park, pass_time, pay


def test_bookings_are_listed_newest_first_page_by_page(run: Run, town: Town) -> None:
    """A cursor leads from one page to the next, and the last has none."""
    with town() as engine:
        ids = []
        for number in range(5):
            ids.append(park(engine, f"guest-{number}").id)
            pass_time(engine, timedelta(seconds=1))
    first = answer(run("bookings", "list", "--limit", "3", "--json"))
    rest = answer(run("bookings", "list", "--limit", "3", "--after", first["next"], "--json"))
    listed = [booking["bookingId"] for booking in first["bookings"] + rest["bookings"]]
    assert listed == ids[::-1]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("option", "value", "found"),
    [
        ("--customer", "guest-1", 1),
        ("--customer", "nobody", 0),
        ("--provider", "riverside", 2),
        ("--resource", "car-park", 2),
        ("--resource", "dr-adams", 0),
        ("--state", "PENDING", 2),
        ("--state", "CONFIRMED", 0),
        ("--tenant", "another", 0),
    ],
)
def test_a_list_can_be_narrowed(run: Run, town: Town, option: str, value: str, found: int) -> None:
    """By customer, provider, resource and state, and always to one tenant."""
    with town() as engine:
        park(engine, "guest-1")
        park(engine, "guest-2")
    listed = answer(run("bookings", "list", option, value, "--json"))["bookings"]
    assert len(listed) == found


def test_a_list_is_a_table_for_people(run: Run, town: Town) -> None:
    """Whatever a cell holds, none of it is cut off where nobody watches."""
    with town() as engine:
        booking = park(engine)
    shown = run("bookings", "list").stdout
    for cell in (booking.id, booking.code, "PENDING", "ada", "2.50 EUR"):
        assert cell in shown


def test_a_booking_is_shown_with_its_money(run: Run, town: Town) -> None:
    """State, items, payments and refunds, for people and for programs."""
    with town(plan=always(paying())) as engine:
        booking = park(engine)
        payment_id = pay(engine, booking)
        engine.ports.payments.deliver_due(engine.apply_callback)  # type: ignore[attr-defined]
    told = answer(run("bookings", "show", booking.id, "--json"))
    assert (told["state"], told["paymentState"]) == ("CONFIRMED", "PAID")
    assert told["payments"][0]["captured"] == {"amountMinor": 250, "currency": "EUR"}
    shown = run("bookings", "show", booking.id).stdout
    assert payment_id in shown
    assert "CONFIRMED" in shown


def test_a_history_tells_what_happened_in_order(run: Run, town: Town) -> None:
    """Every event with its actor, numbered without a gap."""
    with town() as engine:
        booking = park(engine)
        pay(engine, booking)
    events = answer(run("bookings", "history", booking.id, "--json"))["events"]
    assert [(it["sequence"], it["type"]) for it in events] == [
        (1, "booking.created"),
        (2, "payment.created"),
    ]
    assert events[0]["actor"] == "customer:ada"
    assert "payment.created" in run("bookings", "history", booking.id).stdout


@pytest.mark.parametrize("verb", ["show", "history", "cancel"])
def test_what_does_not_exist_is_missing(run: Run, town: Town, verb: str) -> None:
    """An id that nobody has ends with the exit code for what is missing."""
    with town():
        pass
    done = run("bookings", verb, "01a0d7a8-0000-7000-8000-000000000000", "--json")
    assert done.exit_code == EXIT_CODES[Kind.MISSING]
    assert json.loads(done.stderr)["code"] == "not-found"


def test_another_tenants_booking_is_missing(run: Run, town: Town) -> None:
    """--tenant decides whose data is seen; there is no looking across."""
    with town() as engine:
        booking = park(engine)
    done = run("bookings", "show", booking.id, "--tenant", "another")
    assert done.exit_code == EXIT_CODES[Kind.MISSING]


def test_cancelling_asks_first_and_says_what_comes_back(run: Run, town: Town) -> None:
    """Nothing happens without a yes; with it, the money goes back by the provider's own rule."""
    with town(plan=always(paying())) as engine:
        booking = park(engine)
        pay(engine, booking)
        engine.ports.payments.deliver_due(engine.apply_callback)  # type: ignore[attr-defined]
    refused = run("bookings", "cancel", booking.id, input="n\n")
    assert "2.50 EUR" in refused.stdout
    assert refused.exit_code == 1
    assert answer(run("bookings", "show", booking.id, "--json"))["state"] == "CONFIRMED"
    assert run("bookings", "cancel", booking.id, input="y\n").exit_code == 0
    told = answer(run("bookings", "show", booking.id, "--json"))
    assert (told["state"], told["paymentState"]) == ("CANCELLED", "REFUNDED")


def test_cancelling_again_with_its_key_is_no_error(run: Run, town: Town) -> None:
    """A script that was interrupted can repeat itself; without the key it is refused."""
    with town() as engine:
        booking = park(engine)
    cancel = ("bookings", "cancel", booking.id, "--json")
    assert answer(run(*cancel, "--key", "once"))["state"] == "CANCELLED"
    assert answer(run(*cancel, "--key", "once"))["state"] == "CANCELLED"
    assert run(*cancel).exit_code == EXIT_CODES[Kind.CONFLICT]


def test_resources_are_listed_and_shown(run: Run, town: Town) -> None:
    """Units, hours, rules and price, for people and for programs."""
    with town():
        pass
    listed = answer(run("resources", "list", "--json"))["resources"]
    assert {it["resourceId"]: it["units"] for it in listed} == {
        "car-park": 40,
        "double-room": 8,
        "dr-adams": 1,
        "dr-baker": 1,
        "grand-hall": 200,
    }
    doctor = answer(run("resources", "show", "dr-adams", "--json"))
    assert doctor["weekly"][0] == ["09:00-12:30", "13:30-17:00"]
    assert doctor["rules"]["stepSeconds"] == 1800
    shown = run("resources", "show", "dr-adams").stdout
    assert "09:00-12:30, 13:30-17:00" in shown
    assert "Always open" in run("resources", "show", "car-park").stdout
    assert run("resources", "show", "nothing").exit_code == EXIT_CODES[Kind.MISSING]
