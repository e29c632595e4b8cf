"""What is asked of receipts that are awaited, in the words of both databases."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from booking_adapters.sqlalchemy.statement import Statement

# By dialect: where a row is, those that are in a list of such places, whose rows others do not
# hold, a list of names, and events by the keys of their bookings.
_WORDS: Final = {
    "postgresql": {
        "row": "ctid",
        "at_places": "ctid = ANY(CAST(:places AS tid[]))",
        "alone": "FOR UPDATE OF a SKIP LOCKED",
        "others": "NOT consumer = ANY(CAST(:consumers AS text[]))",
        "id": "CAST(e.event_id AS text)",
        "wanted": """json_to_recordset(CAST(:wanted AS json)) AS w (position bigint, consumer text)
            CROSS JOIN LATERAL (SELECT * FROM booking_event AS here
              WHERE here.position = w.position AND here.published_at IS NULL OFFSET 0) AS e""",
        "told": """json_to_recordset(CAST(:told AS json))
            AS t (booking_id uuid, tenant_id int, sequence int)
            CROSS JOIN LATERAL (SELECT * FROM booking_event AS here
              WHERE here.booking_id = t.booking_id AND here.tenant_id = t.tenant_id
                AND here.sequence = t.sequence OFFSET 0) AS e""",
    },
    "sqlite": {
        "row": "rowid",
        "at_places": "rowid IN (SELECT value FROM json_each(:places))",
        "alone": "",
        "others": "consumer NOT IN (SELECT value FROM json_each(:consumers))",
        "id": "e.event_id",
        "wanted": """(SELECT json_extract(value, '$.position') AS position,
              json_extract(value, '$.consumer') AS consumer FROM json_each(:wanted)) AS w
            CROSS JOIN booking_event AS e
              ON e.position = w.position AND e.published_at IS NULL""",
        "told": """(SELECT json_extract(value, '$.booking_id') AS booking_id,
              json_extract(value, '$.tenant_id') AS tenant_id,
              json_extract(value, '$.sequence') AS sequence FROM json_each(:told)) AS t
            CROSS JOIN booking_event AS e ON e.booking_id = t.booking_id
              AND e.tenant_id = t.tenant_id AND e.sequence = t.sequence""",
    },
}
_COLUMNS = """a.{row}, a.consumer, a.tenant_id, a.event_id, a.booking_id, a.sequence, a.sent_at,
    a.told_at, a.again, EXISTS (SELECT 1 FROM booking_receipt AS r WHERE r.event_id = a.event_id
      AND r.consumer = a.consumer AND r.tenant_id = a.tenant_id)"""
_DUE = "FROM booking_awaited AS a WHERE a.due_at <= :now ORDER BY a.due_at LIMIT :most"
_LAGGING = """FROM booking_awaited AS a WHERE a.lags AND a.consumer = :consumer
    AND a.told_at < :reached AND a.due_at > :now ORDER BY a.told_at LIMIT :most"""
_KEY = "event_id = :event AND consumer = :consumer AND tenant_id = :tenant"


def _spelt(text: str) -> Statement:
    texts = {dialect: sa.text(text.format_map(words)) for dialect, words in _WORDS.items()}
    return Statement(texts["sqlite"], **texts)


# In the order of their positions, so that two who note the same never wait in a circle.
EXPECT: Final = _spelt("""INSERT INTO booking_awaited (event_id, consumer, tenant_id, booking_id,
      sequence, sent_at, told_at, again, due_at, lags)
    SELECT {id}, w.consumer, e.tenant_id, e.booking_id, e.sequence, :at, :at, 0, :due_at, false
    FROM {wanted} WHERE true ORDER BY e.position, w.consumer
    ON CONFLICT DO NOTHING""")
ANY_DUE: Final = _spelt(f"SELECT 1 {_DUE}")
ANY_LAGGING: Final = _spelt(f"SELECT 1 {_LAGGING}")
DUE: Final = _spelt(f"SELECT {_COLUMNS} {_DUE} {{alone}}")
LAGGING: Final = _spelt(f"SELECT {_COLUMNS} {_LAGGING} {{alone}}")
SETTLE: Final = _spelt("DELETE FROM booking_awaited WHERE {at_places}")
CLAIM: Final = _spelt("UPDATE booking_awaited SET due_at = :until, lags = false WHERE {at_places}")
EVENTS: Final = _spelt("""SELECT e.tenant_id, e.booking_id, e.event_id, e.type, e.sequence, e.at,
      e.correlation_id, e.actor, e.data, e.causation_id, e.schema_version FROM {told}""")
PUT_BACK: Final = _spelt(f"""UPDATE booking_awaited
    SET told_at = :told_at, again = :again, due_at = :due_at, lags = :lags WHERE {_KEY}""")
CLOSE: Final = _spelt(f"DELETE FROM booking_awaited WHERE {_KEY}")
FORGET_BUT: Final = _spelt("DELETE FROM booking_awaited WHERE {others}")
REACHED: Final = _spelt("SELECT consumer, sent_at FROM booking_reached ORDER BY consumer")
REACH: Final = _spelt("""INSERT INTO booking_reached AS standing (consumer, sent_at)
    VALUES (:consumer, :sent_at) ON CONFLICT (consumer)
    DO UPDATE SET sent_at = excluded.sent_at WHERE standing.sent_at < excluded.sent_at""")
COUNTS: Final = _spelt("""SELECT consumer, count(*), min(sent_at)
    FROM (SELECT consumer, sent_at FROM booking_awaited LIMIT :most) AS standing
    GROUP BY consumer ORDER BY consumer""")
