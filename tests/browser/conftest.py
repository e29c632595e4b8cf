"""One browser and one served demo for all tests of a process, and a person before a clean tab."""

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome

from tests.browser.chromium import complaints, requests, running
from tests.browser.person import Person
from tests.browser.shop import Shop
from tests.cli.served import Served, serving


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Headless, with a profile of its own."""
    with running(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture(scope="session")
def served(chromium: Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """What `make run` starts; only where there is a browser to visit it."""
    folder = tmp_path_factory.mktemp("demo")
    with serving("demo", "--serve", "--port", "0", folder=folder) as demo:
        yield demo


@pytest.fixture
def shop(served: Served) -> Iterator[Shop]:
    """The demo, in which nothing stays held: a customer may hold but a few things at once."""
    shop = Shop(served)
    yield shop
    shop.let_go()


@pytest.fixture
def person(chromium: Chrome) -> Iterator[Person]:
    """Somebody in a new tab; whatever the pages do, the console must have no complaint."""
    (first,) = chromium.window_handles
    chromium.switch_to.new_window("tab")
    requests(chromium)
    complaints(chromium)
    yield Person(chromium)
    heard = complaints(chromium)
    for tab in set(chromium.window_handles) - {first}:
        chromium.switch_to.window(tab)
        chromium.close()
    chromium.switch_to.window(first)
    assert heard == []
