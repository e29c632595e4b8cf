"""Rows on their way into PostgreSQL: what arrives is what was sent, one row or many."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_adapters.sqlalchemy.postgresql.rowset import Rowset, Sql
from booking_adapters.sqlalchemy.rows import Row
from tests.storages import libpq

TYPES = {
    "number": "int",
    "whole": "int",
    "large": "bigint",
    "yes": "bool",
    "at": "timestamptz",
    "id": "uuid",
    "said": "text",
    "document": "json",
}
ROWSET = Rowset("given", TYPES)
SENT = {many: Sql(f"SELECT * FROM {ROWSET.source(many)} AS sent") for many in (False, True)}

AWKWARD = (
    *("", " ", "NULL", "null", "{}", "{a,b}", "a,b", '"', '""', "'", "\\", "\\\\", '\\"', "\\N"),
    *("$1", "%s", ":given_said", "a\nb", "a\tb", "a\r\nb", " leading", "trailing ", "\x01\x7f"),
    *(
        "Zoë",
        "日本語",
        "\U0001f3e8",
        "e\u0301",
        "\u202e",
        "\ufeff",
        "\u2028",
        "a\\,b}",
        '{"a":"b,c"}',
    ),
)
NOON = datetime(2030, 1, 1, 12, 0, 0, 1, tzinfo=UTC)
HALF_PAST = timezone(timedelta(hours=5, minutes=30))
TOP = (1 << 63) - 1
NOBODY = UUID(int=0)

texts = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    st.text(st.sampled_from('",\\{} NUL\n')),
    st.sampled_from(AWKWARD),
)
instants = st.datetimes(
    min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)
) | st.datetimes(
    min_value=datetime(1900, 1, 1),
    max_value=datetime(2200, 1, 1),
    timezones=st.sampled_from([HALF_PAST, timezone(-timedelta(hours=3))]),
)
documents = st.dictionaries(texts, st.none() | st.booleans() | st.integers() | texts, max_size=3)
sent_rows = st.tuples(
    st.none() | st.integers(-(1 << 31), (1 << 31) - 1),
    st.none() | st.integers(0, 3),
    st.none() | st.integers(-TOP - 1, TOP),
    st.none() | st.booleans(),
    st.none() | instants,
    st.none() | st.uuids().map(str),
    st.none() | texts,
    st.none()
    | documents.map(json.dumps)
    | documents.map(lambda d: json.dumps(d, ensure_ascii=False)),
)


@pytest.fixture(scope="module")
def connection(postgres_url: str) -> Iterator[psycopg.Connection[Any]]:
    """To the server itself: nothing is stored."""
    with psycopg.connect(libpq(postgres_url), autocommit=True, prepare_threshold=0) as connection:
        yield connection


def arrived(connection: psycopg.Connection[Any], rows: list[Row]) -> list[Row]:
    """The rows as the server has them."""
    sql = SENT[len(rows) > 1]
    found = sql.all(connection, ROWSET.parameters(rows), binary=False)
    return [(*row[:5], row[5] and str(row[5]), *row[6:]) for row in found]


def meant(rows: list[Row]) -> list[Row]:
    """The rows as they should arrive: a document is read."""
    return [(*row[:7], row[7] and json.loads(row[7])) for row in rows]


@given(rows=st.lists(sent_rows, min_size=1, max_size=5))
def test_rows_arrive_as_they_were_sent(
    connection: psycopg.Connection[Any], rows: list[Row]
) -> None:
    """Whatever is in a text, a number, an instant or a document, and wherever NULL is."""
    assert arrived(connection, rows) == meant(rows)


@pytest.mark.parametrize("many", [1, 2, 3])
@pytest.mark.parametrize("text", AWKWARD)
def test_a_text_is_never_taken_for_syntax(
    connection: psycopg.Connection[Any], text: str, many: int
) -> None:
    """Quotes, backslashes, commas, braces and the word NULL are text, alone or among others."""
    row = (1, 0, TOP, False, NOON, str(NOBODY), text, json.dumps({text: [text, None]}))
    assert arrived(connection, [row] * many) == meant([row] * many)


def test_every_type_of_a_row_is_tried_here() -> None:
    """A column of another type that some row gets one day has to be tried too."""
    from booking_adapters.sqlalchemy import rows

    kinds = [kind for name, kind in vars(rows).items() if name.isupper() and isinstance(kind, dict)]
    assert len(kinds) > 10
    assert {type for kind in kinds for type in kind.values()} <= set(TYPES.values())


@pytest.mark.parametrize("id", ["NULL", "{}", "a,b", f"{NOBODY},{NOBODY}"])
def test_what_is_no_id_is_refused_and_not_read_as_many(
    connection: psycopg.Connection[Any], id: str
) -> None:
    """A comma in an id does not shift the rows that follow."""
    row = (1, 0, 1, True, NOON, id, "said", "{}")
    for rows in ([row], [row, row]):
        with pytest.raises(psycopg.DataError):
            arrived(connection, rows)


def test_a_text_with_nul_is_refused(connection: psycopg.Connection[Any]) -> None:
    """Nothing is cut off where C would see an end."""
    row = (1, 0, 1, True, NOON, str(NOBODY), "a\0b", "{}")
    with pytest.raises(psycopg.DataError):
        arrived(connection, [row, row])
