"""Every test has a house of its own."""

import pytest

from tests.unit.application.house import House


@pytest.fixture
def house() -> House:
    """A furnished house in which nobody has booked yet."""
    return House()
