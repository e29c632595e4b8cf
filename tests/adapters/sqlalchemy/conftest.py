"""Who attacks."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from tests.storages import libpq


@pytest.fixture(scope="module")
def mallory(postgres_url: str) -> Iterator[tuple[str, str]]:
    """A role that may log in, and its password."""
    name, password = f"booking_test_{uuid4().hex}", uuid4().hex
    with psycopg.connect(libpq(postgres_url), autocommit=True) as server:
        server.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
        yield name, password
        server.execute(f"DROP ROLE {name}")
