"""The storages that the interface is tried over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from booking_adapters.memory.storage import MemoryStorage
from tests.http.site import Site


@pytest.fixture(params=["memory"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A furnished town that serves."""
    town = Site(MemoryStorage())
    with town.client:
        town.furnish()
        yield town
    town.engine.close()
