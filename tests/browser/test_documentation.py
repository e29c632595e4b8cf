"""The page of the interface in a browser."""

from selenium.webdriver.common.by import By

from tests.browser.chromium import requests
from tests.browser.person import Person
from tests.browser.shop import Shop


def test_the_interface_is_shown_without_any_other_host(shop: Shop, person: Person) -> None:
    """Every route is on the page, all of it came from the service, and no console error."""
    person.opens(f"{shop.served.address}/schema")
    person.waits_for("/bookings/{booking_id}/cancellation-quote")
    shown = person.browser.find_elements(By.CSS_SELECTOR, ".opblock")
    routes = shop.get("/schema/openapi.json")["paths"].values()
    assert len(shown) == sum(len(methods) for methods in routes)
    asked = [url for _, url in requests(person.browser)]
    assert asked
    assert all(url.startswith(f"{shop.served.address}/") for url in asked)
