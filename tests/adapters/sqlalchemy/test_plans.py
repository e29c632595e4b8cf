"""How PostgreSQL goes about the statements that every booking needs, on a table without statistics.

That is the hard case: the plan is made once per session, when nothing is known yet, and kept.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import psycopg
import pytest

from booking_adapters.sqlalchemy import (
    awaited_sql,
    booking_repository,
    idempotency,
    inbox_letters,
    outbox,
    positions,
    receipts,
    reception,
    refusals,
    webhook_deliveries,
)
from booking_adapters.sqlalchemy.migrate import migrate
from booking_adapters.sqlalchemy.occupancy import _CLAIMS
from booking_adapters.sqlalchemy.postgresql.busy_sql import BUSY
from booking_adapters.sqlalchemy.postgresql.commit_sql import Shape, commit_sql
from booking_adapters.sqlalchemy.postgresql.lapse_sql import LAPSE_SQL
from booking_adapters.sqlalchemy.postgresql.rowset import Sql
from booking_adapters.sqlalchemy.statement import Statement
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_core.ports.inbox import LetterState
from booking_core.ports.unit_of_work import JudgedBy, Lapse
from tests.contract import builders as b
from tests.postgresql import DatabaseFactory
from tests.storages import PostgresStorages, libpq

BY_TENANT_ALONE = re.compile(r"Index Cond: \(tenant_id = [^)]*\)$", re.MULTILINE)
CONDITION = re.compile(r"booking_claim_no_overlap on booking_claim.*\n *Index Cond: (.*)")
SHAPES = {
    "a hold": Shape(claimed=1, made=1, events=1, answers=1, resources=1),
    "a hold of many": Shape(claimed=2, made=1, events=2, answers=1, resources=2, limits=1),
    "a payment": Shape(
        touched=1, moved=1, payments=1, transfers=1, events=2, answers=1, services=1
    ),
    "a payment for many": Shape(touched=2, moved=2, payments=1, transfers=1, events=2, answers=1),
    "a reschedule": Shape(claimed=2, released=2, moved=2, events=2, performances=1),
    "a block": Shape(claimed=2, laid=1),
    "a block that is lifted": Shape(released=2, lifted=1),
    "a refund": Shape(moved=1, payments=1, refunds=2, transfers=2, events=1),
}


@pytest.fixture
def storage(postgresql_storages: PostgresStorages) -> Iterator[SqlStorage]:
    """An empty one."""
    with postgresql_storages() as storage:
        b.furnish(storage)
        yield storage  # type: ignore[misc]


def plan_of(storage: SqlStorage, sql: str, *begin: str) -> str:
    """The plan that a session keeps for that statement with numbered parameters.

    `begin` is what is said before it in its transaction.
    """
    count = max((int(n) for n in re.findall(r"\$(\d+)", sql)), default=0)
    nothing = f"({', '.join(['NULL'] * count)})" if count else ""
    with storage._database.connection() as connection:
        for statement in begin:
            connection.execute(statement)
        connection.execute(f"PREPARE it AS {sql}".encode())
        rows = connection.execute(f"EXPLAIN EXECUTE it{nothing}".encode()).fetchall()
        connection.execute("DEALLOCATE it")
        connection.rollback()
    return "\n".join(row for (row,) in rows)


LOOK_UPS = {
    "a dossier": booking_repository._DOSSIER,
    "a payment's dossier": booking_repository._OF_PAYMENT,
    "whether a booking exists": booking_repository._EXISTS,
    "a history": booking_repository._HISTORY,
    "an answer": idempotency._ANSWER,
    "live claims": refusals._LIVE,
    "rivals": refusals._RIVALS,
    "claims": _CLAIMS,
}


def numbered(text: str) -> str:
    """A statement of named parameters, as psycopg sends it."""
    return Sql(re.sub(r"%\((\w+)\)s", r":\1", text)).text.decode()


OUTBOX = {
    "what is unsent": outbox._UNSENT,
    "marking it": outbox._MARK,
    "the backlog": outbox._BACKLOG,
}


INBOX = {
    "adding receipts": receipts._ADD,
    "what is done": receipts._DONE,
    "taking receipts back": receipts._TAKE_BACK,
    "forgetting receipts": receipts._FORGET,
    "where bookings are": positions._LOOK,
    "going on with bookings": positions._MOVES["postgresql"][0],
    "claiming letters": inbox_letters._CLAIM[None],
    "claiming others than early letters": inbox_letters._CLAIM[False],
    "claiming early letters": inbox_letters._CLAIM[True],
    "putting a letter back": inbox_letters._PUT_BACK,
    "a letter": inbox_letters._LETTER,
    "dead letters": inbox_letters._ALL[LetterState.DEAD],
    "a consumer's waiting letters": inbox_letters._OF_CONSUMER[LetterState.WAITING],
    "replaying": inbox_letters._REPLAY,
    "dropping": inbox_letters._DROP,
    "counting letters": inbox_letters._COUNTS,
    "settling": reception._SETTLE,
    "which letters it keeps": inbox_letters._KEEPS,
}
INDEXES = {
    "adding receipts": set[str](),
    "what is done": {"booking_receipt_pkey"},
    "taking receipts back": {"booking_receipt_pkey"},
    "forgetting receipts": {"booking_receipt_by_age"},
    "where bookings are": {"booking_position_pkey"},
    "going on with bookings": {"booking_position_pkey"},
    "claiming letters": {"booking_letter_by_due", "booking_letter_pkey"},
    "claiming others than early letters": {"booking_letter_not_early", "booking_letter_pkey"},
    "claiming early letters": {"booking_letter_early", "booking_letter_pkey"},
    "putting a letter back": {"booking_letter_waiting"},
    "a letter": {"booking_letter_pkey"},
    "dead letters": {"booking_letter_dead"},
    "a consumer's waiting letters": {"booking_letter_waiting"},
    "replaying": {"booking_letter_dead"},
    "dropping": {"booking_letter_dead"},
    "counting letters": {"booking_letter_by_due"},
    "settling": {"booking_letter_pkey"},
    "which letters it keeps": {"booking_letter_identity_unique"},
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_a_commit_looks_everything_up(storage: SqlStorage, shape: Shape) -> None:
    """No part of it reads through a table, or joins two of them."""
    plan = plan_of(storage, commit_sql(shape).text.decode())
    assert "Seq Scan" not in plan
    assert not re.search(r"(Hash|Merge) (Right |Left |Semi |Anti )?Join", plan)


@pytest.mark.parametrize("shape", [SHAPES["a hold"], SHAPES["a hold of many"]])
def test_rivals_are_found_in_the_constraints_own_index(storage: SqlStorage, shape: Shape) -> None:
    """By tenant, resource, unit and period, all four: each column has the index's own type."""
    plan = plan_of(storage, commit_sql(shape).text.decode())
    (condition,) = CONDITION.findall(plan)
    assert condition.count(" AND ") == 3
    assert "&&" in condition


@pytest.mark.parametrize("looks", ["claims", "busy"])
def test_what_is_claimed_when_is_found_by_period(storage: SqlStorage, looks: str) -> None:
    """Neither the past nor other resources are looked at."""
    claims = _CLAIMS.text(storage._database.driver.dialect)
    plan = plan_of(storage, numbered(claims) if looks == "claims" else BUSY.text.decode())
    (condition,) = CONDITION.findall(plan)
    assert {"tenant_id", "resource_key", "&&"} <= set(re.findall(r"\w+|&&", condition))
    assert "Seq Scan" not in plan


def test_a_batch_of_lapses_looks_each_up(storage: SqlStorage) -> None:
    """However many there are, and never among all that is overdue: a batch would square that."""
    plan = plan_of(storage, LAPSE_SQL[True].text.decode())
    assert "Seq Scan" not in plan
    assert "booking_by_deadline" not in plan
    assert not BY_TENANT_ALONE.search(plan)


def test_what_outlived_its_booking_is_found_by_what_is_open(storage: SqlStorage) -> None:
    """A sweeper looks every few seconds, and bookings that are over are nearly all there are."""
    outlived = booking_repository._OUTLIVED.text(storage._database.driver.dialect)
    plan = plan_of(storage, numbered(outlived))
    assert "booking_payment_open" in plan
    assert not re.search(r"Seq Scan on booking\b", plan)
    assert not BY_TENANT_ALONE.search(plan)


def test_nothing_walks_through_a_tenant(postgres_database_factory: DatabaseFactory) -> None:
    """Foreign keys look up too, by plans of their own: none takes an index that others are in.

    A tenant's listing and a resource's history hold everything, and begin with the tenant as the
    keys do; without statistics either looks as good to PostgreSQL as the key itself.
    """
    url = postgres_database_factory()
    migrate(url)
    storage = SqlStorage.open(url, pool_size=1)
    b.furnish(storage)
    with psycopg.connect(libpq(url)) as owner:
        owner.execute("SELECT pg_stat_reset()")
    busy_day(storage)
    storage.close()  # A session tells what it did when it ends.
    with psycopg.connect(libpq(url), autocommit=True) as owner:
        while not (read := dict(owner.execute(INDEXES_READ).fetchall()))["booking_pkey"]:
            time.sleep(0.05)  # Until it has told.
        scanned = owner.execute(TABLES_SCANNED).fetchall()
    assert scanned == []
    assert read["booking_by_age"] == 0
    assert read["booking_claim_pkey"] <= 3 * HOLDS


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_no_part_of_a_commit_looks_up_by_tenant_alone(storage: SqlStorage, shape: Shape) -> None:
    """Whatever belongs to a booking is found by the booking's own key."""
    assert not BY_TENANT_ALONE.search(plan_of(storage, commit_sql(shape).text.decode()))


@pytest.mark.parametrize("statement", LOOK_UPS.values(), ids=LOOK_UPS.keys())
def test_no_look_up_is_by_tenant_alone(storage: SqlStorage, statement: Statement) -> None:
    """The same holds of what is read."""
    plan = plan_of(storage, numbered(statement.text(storage._database.driver.dialect)))
    assert "Index Cond" in plan
    assert "Seq Scan" not in plan
    assert not BY_TENANT_ALONE.search(plan)


@pytest.mark.parametrize("statement", OUTBOX.values(), ids=OUTBOX.keys())
def test_what_was_told_is_never_passed(storage: SqlStorage, statement: Statement) -> None:
    """The outbox is an index of what was not: all history may lie beside it."""
    plan = plan_of(storage, numbered(statement.text(storage._database.driver.dialect)))
    assert "Seq Scan" not in plan
    assert set(re.findall(r"(?:using|Index Scan on) (booking_\w+)", plan)) == {UNPUBLISHED}


def test_a_batch_of_what_is_unsent_is_not_sorted(storage: SqlStorage) -> None:
    """The first so many are read in their order, however many wait behind them."""
    driver = storage._database.driver
    unsent = numbered(outbox._UNSENT.text(driver.dialect))
    plan = plan_of(storage, unsent, *driver.begin_in_order)
    assert "Sort" not in plan
    assert f"Index Scan using {UNPUBLISHED}" in plan


UNPUBLISHED = "booking_event_unpublished"
COUNTED = {
    "booking_by_deadline": booking_repository._HOLDS,
    "booking_webhook_delivery_due": webhook_deliveries._BACKLOG,
}


@pytest.mark.parametrize("index", COUNTED)
def test_what_a_scrape_counts_is_read_from_one_index(storage: SqlStorage, index: str) -> None:
    """In its order, and no further than the most: nothing else is passed or sorted."""
    plan = plan_of(storage, numbered(COUNTED[index].text(storage._database.driver.dialect)))
    assert "Seq Scan" not in plan
    assert "Sort" not in plan
    assert "Limit" in plan
    assert set(re.findall(r"(?:using|Index Scan on) (booking_\w+)", plan)) == {index}


@pytest.mark.parametrize("statement", INBOX)
def test_an_inbox_looks_everything_up(storage: SqlStorage, statement: str) -> None:
    """By its whole key, or in the order in which it is wanted: nothing is passed or sorted."""
    text = INBOX[statement].text(storage._database.driver.dialect)
    plan = plan_of(storage, numbered(text))
    assert "Seq Scan" not in plan
    assert "Sort" not in plan
    assert not re.search(r"(Hash|Merge) (Right |Left |Semi |Anti )?Join", plan)
    found = set(re.findall(r"Index (?:Only )?Scan (?:using|on) (booking_\w+)", plan))
    assert found == INDEXES[statement]
    for condition in re.findall(r"_(?:receipt|position)_pkey.*\n *Index Cond: (.*)", plan):
        assert condition.count(" AND ") == 2


AWAITED = {
    "noting": (awaited_sql.EXPECT, {"booking_event_unpublished"}),
    "whether any is due": (awaited_sql.ANY_DUE, {"booking_awaited_by_due"}),
    "whether any lags": (awaited_sql.ANY_LAGGING, {"booking_awaited_lagging"}),
    "what is due": (awaited_sql.DUE, {"booking_awaited_by_due", "booking_receipt_pkey"}),
    "what lags": (awaited_sql.LAGGING, {"booking_awaited_lagging", "booking_receipt_pkey"}),
    "settling": (awaited_sql.SETTLE, set[str]()),
    "claiming": (awaited_sql.CLAIM, set[str]()),
    "reading the events": (awaited_sql.EVENTS, {"booking_event_pkey"}),
    "putting back": (awaited_sql.PUT_BACK, {"booking_awaited_pkey"}),
    "closing": (awaited_sql.CLOSE, {"booking_awaited_pkey"}),
    "what was reached": (awaited_sql.REACH, set[str]()),
}


@pytest.mark.parametrize("name", AWAITED)
def test_what_is_awaited_is_looked_up(storage: SqlStorage, name: str) -> None:
    """By its key, its place, or in the order in which it is wanted."""
    statement, indexes = AWAITED[name]
    driver = storage._database.driver
    text = numbered(statement.text(driver.dialect))
    plan = plan_of(storage, text, *driver.begin_in_order)
    assert "Seq Scan" not in plan
    assert not re.search(r"(Hash|Merge) (Right |Left |Semi |Anti )?Join", plan)
    found = set(re.findall(r"Index (?:Only )?Scan (?:using|on) (booking_\w+)", plan))
    assert found == indexes


def test_a_session_that_began_on_an_empty_database_grows_with_it(
    postgres_database_factory: DatabaseFactory,
) -> None:
    """Looking a booking up costs no more among many than among few, with the same connection."""
    url = postgres_database_factory()
    migrate(url)
    storage = SqlStorage.open(url, pool_size=1)
    b.furnish(storage)
    with psycopg.connect(libpq(url)) as owner:
        owner.execute("SELECT pg_stat_reset()")
    looked = 0
    for hour in range(MANY):
        hold = b.make(storage, b.a_hold(f"hold-{hour}", b.span(hour, hour + 1)))
        storage.bookings.get(hold.tenant_id, hold.id)
        looked += 1
    storage.close()
    with psycopg.connect(libpq(url), autocommit=True) as owner:
        while (read := owner.execute(BOOKINGS_READ).fetchone()[0]) < looked:  # type: ignore[index]
            time.sleep(0.05)
    assert read < 10 * looked  # A walk through them all each time: MANY / 2 times as much.


HOLDS = 60
MANY = 200
BOOKINGS_READ = "SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'booking'"
INDEXES_READ = "SELECT indexrelname, idx_tup_read FROM pg_stat_user_indexes"
TABLES_SCANNED = """SELECT relname FROM pg_stat_user_tables WHERE seq_scan > 0
    AND relname IN ('booking', 'booking_claim', 'booking_event', 'booking_answer')"""


def busy_day(storage: SqlStorage) -> None:
    """Holds that are made, paid, cancelled, and expired."""
    judged = (JudgedBy(noun="resource", id=b.ROOM, revision=1),)
    made = []
    for hour in range(HOLDS):
        hold = b.a_hold(f"hold-{hour}", b.span(hour, hour + 1))
        made.append(b.make(storage, hold, answer=b.an_answer(hold, hold.id), judged_by=judged))
    for hold in made[::3]:
        b.change(storage, hold, hold.pay())
    for hold in made[1::3]:
        b.change(storage, hold, hold.cancel("changed_my_mind"))
    late = b.NOW + b.HOLD
    by_id = {hold.id: b.next_of(hold, hold.expire()) for hold in made[2::3]}
    lapses = [
        Lapse(
            hold=overdue,
            state=by_id[overdue.booking_id].state,
            reason_code="hold_lapsed",
            event=b.an_event(by_id[overdue.booking_id], "booking.expired"),
        )
        for overdue in storage.bookings.overdue(late, HOLDS)
    ]
    assert storage.unit_of_work.lapse(lapses, late) == len(by_id)
