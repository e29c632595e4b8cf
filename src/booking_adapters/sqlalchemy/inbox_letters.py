"""Messages that wait for another try, or for a person, in a database."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.statement import Statement, at_most, one_of
from booking_adapters.sqlalchemy.tables import letter
from booking_adapters.sqlalchemy.tables.inbox import IS_EARLY, IS_NOT_EARLY
from booking_core.domain.kernel.errors import NotFound
from booking_core.ports.inbox import (
    Letter,
    LetterCount,
    LetterState,
    NewLetter,
    Returned,
)
from booking_core.ports.publisher import Message

IDS = range(1, 2**63)  # What the column can hold.

_COLUMNS = (
    *(letter.c.id, letter.c.consumer, letter.c.message, letter.c.body, letter.c.state),
    *(letter.c.attempts, letter.c.due_at, letter.c.code, letter.c.cause),
    *(letter.c.first_at, letter.c.last_at),
)
_id = letter.c.id == sa.bindparam("id", type_=letter.c.id.type)
_ids = one_of(letter.c.id, "ids")
_consumer = letter.c.consumer == sa.bindparam("consumer", type_=letter.c.consumer.type)
# Not by the index of what is due: SQLite would take that, and sort a million letters by id.
_whosever = letter.c.consumer.concat(sa.literal_column("''")) == sa.bindparam(
    "consumer", type_=letter.c.consumer.type
)
_is = {state: letter.c.state == sa.literal_column(f"'{state}'") for state in LetterState}

_KEEP = Statement(
    sa.text("""INSERT INTO booking_letter
        (consumer, identity, message, body, state, attempts, due_at, code, cause, first_at, last_at)
      VALUES (:consumer, :identity, :message, :body, :state, :attempts, :due_at, :code, :cause,
        :at, :at)
      ON CONFLICT (identity, consumer) DO NOTHING""")
)
_KEEPS = Statement(
    sa.select(letter.c.identity).where(_whosever, one_of(letter.c.identity, "identities"))
)
_WHICH = {None: "TRUE", True: IS_EARLY, False: IS_NOT_EARLY}


def _due(which: str) -> Statement:
    is_due = letter.c.due_at <= sa.bindparam("now", type_=letter.c.due_at.type)
    found = sa.select(*_COLUMNS).where(_consumer, is_due, sa.text(which))
    return Statement(at_most(found.order_by(letter.c.due_at, letter.c.id)))


_DUE = {early: _due(which) for early, which in _WHICH.items()}
_COUNT = Statement(
    sa.text("""UPDATE booking_letter SET attempts = attempts + 1, due_at = :until, last_at = :now
        WHERE id IN (SELECT value FROM json_each(:ids)) RETURNING 1""")
)
_CLAIMING = """WITH due AS (
        SELECT id FROM booking_letter WHERE consumer = :consumer AND due_at <= :now AND {which}
        ORDER BY due_at, id LIMIT :most FOR UPDATE SKIP LOCKED)
      UPDATE booking_letter AS l SET attempts = l.attempts + 1, due_at = :until, last_at = :now
      WHERE l.id = ANY(ARRAY(SELECT id FROM due))
      RETURNING l.id, l.consumer, l.message, l.body, l.state, l.attempts, l.due_at, l.code, l.cause,
        l.first_at, l.last_at, array_position(ARRAY(SELECT id FROM due), l.id)"""
_CLAIM = {
    early: Statement(sa.text(_CLAIMING.format(which=which))) for early, which in _WHICH.items()
}
_PUT_BACK = Statement(
    sa.text("""UPDATE booking_letter
      SET state = :state, due_at = :due_at, attempts = :attempts, code = :code, cause = :cause
      WHERE id = :id AND state = 'waiting'""")
)
_LETTER = Statement(sa.select(*_COLUMNS).where(_id))


def _page(*where: sa.ColumnElement[bool]) -> Statement:
    after = letter.c.id > sa.bindparam("after", type_=letter.c.id.type)
    return Statement(at_most(sa.select(*_COLUMNS).where(after, *where).order_by(letter.c.id)))


_ALL = {state: _page(_is[state]) for state in LetterState}
_OF_CONSUMER = {state: _page(_is[state], _whosever) for state in LetterState}
# Kept anew under its id, as no letter's first_at may change. SQLite puts the row in its own place.
_KEPT = "id, consumer, identity, message, body, code, cause, last_at"
_REPLAY = Statement(
    sa.text(f"""INSERT OR REPLACE INTO booking_letter ({_KEPT}, state, attempts, due_at, first_at)
      SELECT {_KEPT}, 'waiting', 0, :now, :now FROM booking_letter
      WHERE id IN (SELECT value FROM json_each(:ids)) AND state = 'dead'"""),
    postgresql=sa.text(f"""WITH dead AS (
        DELETE FROM booking_letter WHERE id = ANY(CAST(:ids AS BIGINT[])) AND state = 'dead'
        RETURNING {_KEPT})
      INSERT INTO booking_letter ({_KEPT}, state, attempts, due_at, first_at)
      OVERRIDING SYSTEM VALUE SELECT {_KEPT}, 'waiting', 0, :now, :now FROM dead"""),
)
_DROP = Statement(sa.delete(letter).where(_ids, _is[LetterState.DEAD]))
_waiting = sa.func.count(letter.c.due_at)
_COUNTS = Statement(
    sa.select(letter.c.consumer, _waiting, sa.func.count() - _waiting, sa.func.min(letter.c.due_at))
    .group_by(letter.c.consumer)
    .order_by(letter.c.consumer)
)


class SqlLetters:
    """Each call is one statement, but where SQLite needs two: nobody is kept waiting by one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._driver = database.driver

    def keep(self, letters: Sequence[NewLetter]) -> None:
        self._do_with_each(_KEEP, list(map(self._row, letters)))

    def keeps(self, consumer: str, identities: Collection[str]) -> Set[str]:
        asked = {"consumer": consumer, "identities": self._driver.many(sorted(identities))}
        return {identity for (identity,) in self._database.rows(_KEEPS, asked)}

    def claim(
        self, consumer: str, now: datetime, until: datetime, most: int, *, early: bool | None = None
    ) -> Sequence[Letter]:
        asked = {
            "consumer": consumer,
            "now": self._driver.to_instant(now),
            "until": self._driver.to_instant(until),
            "most": most,
        }
        if self._driver.dialect.name == "sqlite":
            return self._claim_in_steps(_DUE[early], asked, until, now)
        with self._database.connection() as connection:
            rows = connection.execute(_CLAIM[early].text(self._driver.dialect), asked).fetchall()
        return [self._read(row[:-1]) for row in sorted(rows, key=lambda row: row[-1])]

    def put_back(self, letters: Sequence[Returned]) -> None:
        rows = [
            {
                "id": each.letter,
                "state": LetterState.DEAD if each.due_at is None else LetterState.WAITING,
                "due_at": self._driver.to_instant(each.due_at),
                "attempts": each.attempts,
                "code": each.code,
                "cause": each.cause,
            }
            for each in sorted(letters, key=lambda each: each.letter)  # No two wait in a circle.
        ]
        self._do_with_each(_PUT_BACK, rows)

    def letters(
        self, consumer: str | None, state: LetterState, *, after: int = 0, most: int = 100
    ) -> Sequence[Letter]:
        page = (_ALL if consumer is None else _OF_CONSUMER)[state]
        asked = {"consumer": consumer, "after": min(after, IDS[-1]), "most": most}
        return tuple(map(self._read, self._database.first_rows(page, asked)))

    def letter(self, letter: int) -> Letter:
        found = self._database.rows(_LETTER, {"id": letter}) if letter in IDS else []
        if not found:
            raise NotFound("letter", str(letter))
        return self._read(found[0])

    def replay(self, letters: Collection[int], now: datetime) -> int:
        return self._change(_REPLAY, ids=self._ids(letters), now=self._driver.to_instant(now))

    def drop(self, letters: Collection[int]) -> int:
        return self._change(_DROP, ids=self._ids(letters))

    def counts(self) -> Sequence[LetterCount]:
        return tuple(
            LetterCount(
                consumer=consumer,
                waiting=waiting,
                dead=dead,
                oldest_due=self._driver.from_instant(oldest_due),
            )
            for consumer, waiting, dead, oldest_due in self._database.rows(_COUNTS, {})
        )

    def _claim_in_steps(
        self, due: Statement, asked: Mapping[str, Any], until: datetime, now: datetime
    ) -> Sequence[Letter]:
        with self._database.transaction() as connection:
            rows = connection.execute(due.text(self._driver.dialect), asked).fetchall()
            ids = self._driver.numbers(row[0] for row in rows)
            connection.execute(_COUNT.text(self._driver.dialect), {**asked, "ids": ids})
        return [
            replace(each, attempts=each.attempts + 1, due_at=until, last_at=now)
            for each in map(self._read, rows)
        ]

    def _do_with_each(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        if len(rows) == 1:
            self._change(statement, **rows[0])  # One statement is a transaction by itself.
        elif rows:
            with self._database.transaction() as connection:
                connection.cursor().executemany(statement.text(self._driver.dialect), rows)

    def _change(self, statement: Statement, **asked: Any) -> int:
        with self._database.connection() as connection:
            text = statement.text(self._driver.dialect)
            changed: int = connection.execute(text, asked).rowcount
        return changed

    def _ids(self, letters: Collection[int]) -> str:
        return self._driver.numbers(id for id in letters if id in IDS)

    def _row(self, new: NewLetter) -> dict[str, Any]:
        message = new.message
        texts = {"topic": message.topic, "key": message.key, "headers": dict(message.headers)}
        return {
            "consumer": new.consumer,
            "identity": new.identity,
            "message": json.dumps(texts),
            "body": message.body,
            "state": LetterState.DEAD if new.due_at is None else LetterState.WAITING,
            "attempts": new.attempts,
            "due_at": self._driver.to_instant(new.due_at),
            "code": new.code,
            "cause": new.cause,
            "at": self._driver.to_instant(new.at),
        }

    def _read(self, row: Sequence[Any]) -> Letter:
        id, consumer, message, body, state, attempts, due_at, code, cause, first_at, last_at = row
        return Letter(
            id=id,
            consumer=consumer,
            message=Message(body=body, **json.loads(message)),
            state=LetterState(state),
            attempts=attempts,
            due_at=self._driver.from_instant(due_at),
            code=code,
            cause=cause,
            first_at=self._driver.from_instant(first_at),
            last_at=self._driver.from_instant(last_at),
        )
