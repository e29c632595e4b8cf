"""The storages that the interface is tried over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.http.site import Site
from tests.storages import Storages

STORAGES = ["memory", "sqlite", "postgresql"]


@pytest.fixture(params=STORAGES)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A furnished town that serves, and nobody has been there before."""
    with served(request.getfixturevalue(f"{request.param}_storages")) as town:
        yield town


@pytest.fixture(scope="module", params=STORAGES)
def town(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A furnished town that serves all tests of a module."""
    with served(request.getfixturevalue(f"{request.param}_storages")) as town:
        yield town


@contextmanager
def served(storages: Storages) -> Iterator[Site]:
    """A town over a storage of its own."""
    with storages() as storage:
        site = Site(storage)
        with site.client:
            site.furnish()
            yield site
