"""Paying in a browser: a person at the simulated provider's page decides about the hold."""

import pytest

from tests.browser.chromium import requests
from tests.browser.person import Person
from tests.browser.shop import PRICE, PRICE_SHOWN, Shop

PAY = f"Pay {PRICE_SHOWN}"


def test_from_a_free_slot_to_the_refund(shop: Shop, person: Person) -> None:
    """Availability, hold, pay in the browser, confirmed, quote, cancel, refunded."""
    booking = shop.hold()
    person.opens(shop.checkout(booking))
    assert shop.states(booking) == ("PENDING", "CREATED")
    person.clicks(PAY)
    assert f"Paid: {PRICE_SHOWN}." in person.told()
    assert shop.states(booking) == ("CONFIRMED", "PAID")
    assert shop.get(f"/bookings/{booking}/cancellation-quote")["refund"] == PRICE
    cancelled = shop.post(f"/bookings/{booking}/cancel", {"reason": "fell_well"})
    assert cancelled["state"] == "CANCELLED"
    assert shop.states(booking) == ("CANCELLED", "REFUNDED")
    person.browser.refresh()
    assert f"Given back: {PRICE_SHOWN}." in person.told()


def test_who_fails_can_pay_after_all(shop: Shop, person: Person) -> None:
    """A declined payment leaves the hold, and another attempt pays it."""
    booking = shop.hold()
    failed = shop.checkout(booking)
    person.opens(failed)
    person.clicks("Decline")
    assert "Nothing was paid: declined." in person.told()
    assert person.buttons() == []
    assert shop.states(booking) == ("PENDING", "FAILED")
    again = shop.checkout(booking)
    assert again != failed
    person.opens(again)
    person.clicks(PAY)
    assert shop.states(booking) == ("CONFIRMED", "PAID")


def test_a_double_click_pays_once(shop: Shop, person: Person) -> None:
    """The impatient are not charged twice."""
    booking = shop.hold()
    person.opens(shop.checkout(booking))
    person.clicks(PAY, twice=True)
    person.waits_for(f"Paid: {PRICE_SHOWN}.")
    assert shop.states(booking) == ("CONFIRMED", "PAID")
    assert shop.events(booking, "payment.completed") == 1


def test_two_tabs_pay_once(shop: Shop, person: Person) -> None:
    """A page that was left open offers to pay what is paid; the click changes nothing."""
    booking = shop.hold()
    url = shop.checkout(booking)
    person.opens(url)
    left_open = person.browser.current_window_handle
    person.browser.switch_to.new_window("tab")
    person.opens(url)
    person.clicks(PAY)
    person.browser.switch_to.window(left_open)
    person.clicks(PAY)
    assert f"Paid: {PRICE_SHOWN}." in person.told()
    assert shop.states(booking) == ("CONFIRMED", "PAID")
    assert shop.events(booking, "payment.completed") == 1


def test_reload_and_back_pay_nothing_again(shop: Shop, person: Person) -> None:
    """Reloading sends no form anew; the old page, if going back shows it, has no effect."""
    booking = shop.hold()
    person.opens(shop.checkout(booking))
    person.clicks(PAY)
    assert [method for method, _ in requests(person.browser)] == ["GET", "POST", "GET"]
    person.browser.refresh()
    assert f"Paid: {PRICE_SHOWN}." in person.told()
    assert person.buttons() == []
    assert [method for method, _ in requests(person.browser)] == ["GET"]
    person.browser.back()
    if person.buttons():  # Out of the browser's memory, as it was.
        person.clicks(PAY)
    assert f"Paid: {PRICE_SHOWN}." in person.told()
    assert shop.states(booking) == ("CONFIRMED", "PAID")
    assert shop.events(booking, "payment.completed") == 1


def test_the_keyboard_is_enough(shop: Shop, person: Person) -> None:
    """Whoever has no mouse reaches the button to pay, sees where the focus is, and pays."""
    booking = shop.hold()
    person.opens(shop.checkout(booking))
    pay = person.tabs_to(PAY)
    assert pay.value_of_css_property("outline-style") != "none"
    person.presses_enter()
    assert shop.states(booking) == ("CONFIRMED", "PAID")


@pytest.mark.parametrize("done", [None, PAY], ids=["open", "paid"])
def test_it_fits_a_phone(shop: Shop, person: Person, done: str | None) -> None:
    """On a narrow screen nothing sticks out of its box, and fingers can hit each button."""
    narrow = {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": True}
    person.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", narrow)
    person.opens(shop.checkout(shop.hold()))
    if done:
        person.clicks(done)
    sticking_out = person.browser.execute_script(
        "return [...document.querySelectorAll('body, body *')]"
        ".filter(it => it.scrollWidth > it.clientWidth && it.clientWidth > 0)"
        ".map(it => it.outerHTML)"
    )
    assert sticking_out == []
    heights = person.browser.execute_script(
        "return [...document.querySelectorAll('button')].map(it => it.offsetHeight)"
    )
    assert all(height >= 44 for height in heights)
