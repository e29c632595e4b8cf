"""A database that fails: nothing is done by halves, and whoever asked is told to ask again."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest

from booking_adapters.sqlalchemy.migrate import migrate
from booking_adapters.sqlalchemy.sqlite import driver as sqlite_driver
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_core.domain.kernel.errors import Busy, InvalidInput
from booking_core.ports.page import PageRequest
from tests.contract import builders as b
from tests.contract import inbox_builders as i
from tests.storages import PostgresStorages, libpq

Ask = Callable[[SqlStorage], object]

QUESTIONS: dict[str, Ask] = {
    "get": lambda storage: storage.bookings.get(b.ACME, b.BookingId(b.id_of("b"))),
    "claims": lambda storage: b.claims(storage),
    "resource": lambda storage: storage.catalogue.resource(b.ACME, b.ROOM, fresh=True),
    "blocks": lambda storage: storage.blocks.of_resource(b.ACME, b.ROOM, PageRequest()),
    "answer": lambda storage: storage.idempotency.answer(
        b.an_answer(b.a_booking("b", b.span(9, 10))).request
    ),
    "overdue": lambda storage: storage.bookings.overdue(b.NOW, 1),
    "commit": lambda storage: b.make(storage, b.a_booking("b", b.span(9, 10))),
    "save": lambda storage: storage.catalogue.save_resource(b.a_room(revision=2)),
    "audit": lambda storage: list(storage.audit.violations("nothing-lost")),
    "unsent": lambda storage: storage.outbox.unsent(range(64), 10),
    "mark": lambda storage: storage.outbox.mark_sent([1], b.NOW),
    "backlog": lambda storage: storage.outbox.backlog(),
    "hold": lambda storage: storage.leases.hold("relay", "a", 64, b.NOW, b.NOW + b.HOLD),
    "look": lambda storage: i.look(storage, *i.history(1)),
    "take": lambda storage: i.take(storage, *i.history(1)),
    "keep": lambda storage: i.keep(storage, b"one"),
    "claim": lambda storage: storage.inbox.claim(i.PAYMENTS, b.NOW, b.NOW + b.HOLD, 1),
    "replay": lambda storage: storage.inbox.replay([1], b.NOW),
    "letters": lambda storage: storage.inbox.counts(),
    "awaited": lambda storage: storage.awaited.look(b.NOW, b.NOW + b.HOLD, 1),
    "counts": lambda storage: storage.awaited.counts(),
    "keeps": lambda storage: storage.inbox.keeps(i.PAYMENTS, ["x"]),
    "forget": lambda storage: storage.inbox.forget_receipts(b.NOW, 1),
}
every_question = pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS.keys())


@pytest.fixture
def postgres(postgresql_storages: PostgresStorages) -> Iterator[tuple[SqlStorage, str]]:
    """A furnished storage that has one connection, and its owner's URL."""
    with postgresql_storages.url() as url:
        storage = SqlStorage.open(url, pool_size=1)
        b.furnish(storage)
        yield storage, libpq(url)
        storage.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[tuple[SqlStorage, Path]]:
    """A furnished storage, and its file."""
    file = tmp_path / "a.db"
    migrate(f"sqlite:///{file}")
    storage = SqlStorage.open(f"sqlite:///{file}")
    b.furnish(storage)
    yield storage, file
    storage.close()


OTHERS = """FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


def kick_everybody_out(owner: psycopg.Connection) -> None:
    """End all other sessions of the database, as a restart does."""
    owner.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}")
    while owner.execute(f"SELECT count(*) {OTHERS}").fetchone() != (0,):
        pass


@every_question
def test_nobody_answers(ask: Ask) -> None:
    """Where no server listens, everything but opening is refused as busy."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        storage = SqlStorage.open(f"postgresql://nobody@127.0.0.1:{port}/nothing")
        with pytest.raises(Busy):
            ask(storage)
        storage.close()


@every_question
def test_a_server_that_was_restarted_is_found_again(
    postgres: tuple[SqlStorage, str], ask: Ask
) -> None:
    """An idle connection that was ended meanwhile is no trouble: another is made."""
    storage, url = postgres
    b.make(storage, b.a_booking("b", b.span(14, 15), b.UNITS[1]))
    booking = b.a_booking("c", b.span(9, 10))
    with psycopg.connect(url, autocommit=True) as owner:
        kick_everybody_out(owner)
    if ask is QUESTIONS["commit"]:
        b.make(storage, booking)
        assert b.standing(storage, booking).booking == booking
    else:
        ask(storage)


def test_a_connection_that_breaks_under_a_commit_leaves_all_or_nothing(
    postgres: tuple[SqlStorage, str],
) -> None:
    """The outcome is not known then, so nothing is promised: asked again it is done once."""
    storage, url = postgres
    hold = b.make(storage, b.a_hold("b", b.span(9, 10)))
    with psycopg.connect(url) as other:
        other.execute("SELECT FROM booking FOR UPDATE")  # The commit waits for this.
        killer = Thread(target=_end_the_waiting_session, args=(url,))
        killer.start()
        with pytest.raises(Busy):
            b.change(storage, hold, hold.pay())
        killer.join()
    assert b.standing(storage, hold).booking == hold
    paid = b.change(storage, hold, hold.pay())
    assert b.standing(storage, hold).booking == paid


def _end_the_waiting_session(url: str) -> None:
    ended = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted"
    with psycopg.connect(url, autocommit=True) as owner:
        while owner.execute(ended).fetchone() is None:
            pass


def test_a_connection_that_breaks_under_a_handler_leaves_neither_receipt_nor_effect(
    postgres: tuple[SqlStorage, str],
) -> None:
    """Whether the handler notices, or the commit after it."""
    storage, url = postgres
    event = i.told("e", 1)

    def handle(*, writes_after: bool) -> None:
        with storage.inbox.together(i.PAYMENTS, b.NOW) as reception:
            reception.take([event], in_order=True)
            i.write(storage, reception, "effect")
            with psycopg.connect(url, autocommit=True) as owner:
                kick_everybody_out(owner)
            if writes_after:
                i.write(storage, reception, "another")

    for writes_after in (True, False):
        with pytest.raises(Busy):
            handle(writes_after=writes_after)
        assert i.look(storage, event) == [i.NEW]
        assert i.written(storage) == []
    assert i.take(storage, event) == [i.NEW]


def test_a_session_that_may_not_write_says_busy(postgres: tuple[SqlStorage, str]) -> None:
    """A standby, or a server that is put to rest, will take it later."""
    storage, url = postgres
    with psycopg.connect(url, autocommit=True) as owner:
        name = owner.info.dbname
        owner.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        try:
            kick_everybody_out(owner)
            with pytest.raises(Busy):
                b.make(storage, b.a_booking("b", b.span(9, 10)))
        finally:
            owner.execute("SET default_transaction_read_only = off")
            owner.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')


def test_a_row_that_somebody_keeps_is_not_waited_for_for_ever(
    postgres: tuple[SqlStorage, str],
) -> None:
    """Whoever holds a lock too long makes others busy; afterwards all is as it was."""
    storage, url = postgres
    hold = b.make(storage, b.a_hold("b", b.span(9, 10)))
    with psycopg.connect(url) as other:
        other.execute("SELECT FROM booking FOR UPDATE")
        with pytest.raises(Busy):
            b.change(storage, hold, hold.pay())
    b.change(storage, hold, hold.pay())


def test_more_callers_than_connections_are_told_so(postgres: tuple[SqlStorage, str]) -> None:
    """Nobody waits for a connection longer than a moment."""
    storage, _ = postgres
    taken, done = Event(), Event()

    def keep_it() -> None:
        with storage._database.connection():
            taken.set()
            done.wait()

    keeper = Thread(target=keep_it)
    keeper.start()
    taken.wait()
    with pytest.raises(Busy, match="every database connection is in use"):
        b.claims(storage)
    done.set()
    keeper.join()
    assert b.claims(storage) == ()


def test_a_full_disk_leaves_what_was_there(sqlite: tuple[SqlStorage, Path]) -> None:
    """What does not fit is not done, and what was stored is still read."""
    storage, _ = sqlite
    kept = b.make(storage, b.a_booking("kept", b.span(9, 10)))
    with storage._database.connection() as connection:
        ((pages,),) = connection.execute("PRAGMA page_count")
        connection.execute(f"PRAGMA max_page_count = {pages}")
    more = (b.a_booking(f"b-{n}", b.span(n, n + 1), b.UNITS[1]) for n in range(200))
    with pytest.raises(Busy, match="the disk is full"):
        list(map(storage.unit_of_work.commit, map(b.making, more)))
    assert b.standing(storage, kept).booking == kept
    assert list(storage.audit.violations("all-or-nothing")) == []


def test_another_process_that_writes_for_long_makes_us_busy(
    sqlite: tuple[SqlStorage, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is waited for, but not for ever; reading goes on all the while."""
    _, file = sqlite
    monkeypatch.setattr(sqlite_driver, "BUSY_TIMEOUT_MS", 50)
    storage = SqlStorage.open(f"sqlite:///{file}")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    booking = b.a_booking("b", b.span(9, 10))
    with pytest.raises(Busy, match="another process is writing"):
        b.make(storage, booking)
    assert b.claims(storage) == ()
    other.execute("ROLLBACK")
    other.close()
    b.make(storage, booking)
    storage.close()


@pytest.mark.parametrize("url", ["mysql://somewhere/x", "sqlite://", "sqlite:///:memory:"])
def test_a_database_that_cannot_serve_is_refused(url: str) -> None:
    """Another product, or a file that would be another one for each connection."""
    with pytest.raises(InvalidInput, match="postgresql://"):
        SqlStorage.open(url)
