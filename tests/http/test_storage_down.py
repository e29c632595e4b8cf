"""While the database is away: 503, nothing half done, and the same request later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa

from booking_adapters.sqlalchemy.storage import SqlStorage
from campaign.servers.cable import Cable
from tests.http.site import ANN, OWNER, PLACE, Site, at
from tests.storages import PostgresStorages


@pytest.fixture
def cable(postgres_url: str) -> Iterator[Cable]:
    """A cable to the database server."""
    url = sa.make_url(postgres_url)
    with closing(Cable(url.port or 5432, url.host or "127.0.0.1")) as cable:
        yield cable


@pytest.fixture
def site(cable: Cable, postgresql_storages: PostgresStorages, app_role: str) -> Iterator[Site]:
    """A town whose database is at the other end of the cable."""
    with postgresql_storages.url() as url:
        behind = sa.make_url(url).set(host="127.0.0.1", port=cable.port)
        address = behind.render_as_string(hide_password=False)
        with closing(SqlStorage.open(address, role=app_role)) as storage:
            town = Site(storage)
            with town.client:
                town.furnish()
                yield town


def test_a_request_that_the_database_missed_may_be_repeated(site: Site, cable: Cable) -> None:
    """503 with the time to wait; with its key it then has one effect."""
    asked = {"from": at(10, 0), "to": at(11, 0)}
    key = {"Idempotency-Key": "k-1"}
    body = {"items": [PLACE]}
    cable.unplug()
    for answer in (
        site.call("POST", "/bookings", ANN, json=body, headers=key),
        site.call("GET", "/bookings", ANN),
        site.call("GET", "/resources/car-park/availability", ANN, params=asked),
        site.call("GET", "/resources", OWNER),
    ):
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert re.fullmatch(r"[0-9]+", answer.headers["retry-after"])
    cable.plug()
    for _ in range(2):
        assert site.call("POST", "/bookings", ANN, json=body, headers=key).status_code == 201
    assert len(site.call("GET", "/bookings", ANN).json()["items"]) == 1


def test_health_tells_what_is_down(site: Site, cable: Cable) -> None:
    """Not ready without storage, but alive: a restart would mend nothing."""
    cable.unplug()
    ready = site.call("GET", "/health/ready")
    assert (ready.status_code, ready.json()["components"]) == (503, {"storage": "DOWN"})
    assert site.call("GET", "/health/live").status_code == 200
