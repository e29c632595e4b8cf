"""Positions are given when a row is written, and seen when it is committed: not in one order."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_core.ports.outbox import SHARDS
from tests.contract import builders as b
from tests.storages import PostgresStorages, libpq

ALL = range(SHARDS)
AN_EVENT = """INSERT INTO booking_event (tenant_id, booking_id, sequence, event_id, type, at,
        correlation_id, actor, schema_version, data)
    SELECT tenant_id, booking_id, sequence + 1, gen_random_uuid(), type, at,
        correlation_id, actor, schema_version, data
    FROM booking_event WHERE booking_id = %s"""


@pytest.fixture
def postgres(postgresql_storages: PostgresStorages) -> Iterator[tuple[SqlStorage, str]]:
    """A furnished storage, and its owner's URL."""
    with postgresql_storages() as storage:
        b.furnish(storage)
        yield storage, libpq(postgresql_storages.url_of(storage))


def test_a_commit_that_comes_late_is_not_passed_over(postgres: tuple[SqlStorage, str]) -> None:
    """Of two transactions that end in the other order the first is found when both are over,
    though what came after it was seen, and marked, before."""
    storage, url = postgres
    slow = b.make(storage, b.a_hold("slow", b.span(9, 10)))
    (first,) = storage.outbox.unsent(ALL, 10)
    storage.outbox.mark_sent([first.position], b.NOW)
    with psycopg.connect(url) as somebody:
        somebody.execute(AN_EVENT, (slow.id,))
        quick = b.make(storage, b.a_hold("quick", b.span(10, 11)))
        (seen,) = storage.outbox.unsent(ALL, 10)
        assert seen.event.booking_id == quick.id
        storage.outbox.mark_sent([seen.position], b.NOW)
        assert storage.outbox.unsent(ALL, 10) == ()
    (late,) = storage.outbox.unsent(ALL, 10)
    assert late.event.booking_id == slow.id
    assert late.position < seen.position


def test_a_mark_waits_for_nobody_that_reads(postgres: tuple[SqlStorage, str]) -> None:
    """A report that has looked at everything, and thinks, keeps no relay from its work."""
    storage, url = postgres
    b.make(storage, b.a_hold("b", b.span(9, 10)))
    with psycopg.connect(url) as somebody:
        somebody.execute("SELECT count(*) FROM booking_event")
        (seen,) = storage.outbox.unsent(ALL, 10)
        storage.outbox.mark_sent([seen.position], b.NOW)
        assert storage.outbox.backlog().count == 0
