"""What consumers have done, how far they are with each booking, and what they could not do."""

from __future__ import annotations

import sqlalchemy as sa

from booking_adapters.sqlalchemy.columns import (
    LARGE,
    amount,
    count,
    instant,
    maybe_instant,
    one_of,
    table,
    text,
)
from booking_adapters.sqlalchemy.tables.metadata import metadata
from booking_core.ports.inbox import TOO_EARLY, LetterState

EVENT_ID_LONGEST = 128

# The ids of events and bookings are as their senders made them: not all of them are ours.
receipt = table(
    "booking_receipt",
    metadata,
    text("event_id"),
    text("consumer"),
    count("tenant_id"),
    instant("at"),
    sa.PrimaryKeyConstraint("event_id", "consumer", "tenant_id", name="booking_receipt_pkey"),
    sa.CheckConstraint(
        f"length(event_id) <= {EVENT_ID_LONGEST}", name="booking_receipt_event_id_is_short"
    ),
    sa.Index("booking_receipt_by_age", "at"),
)

# Only of consumers that need the order.
position = table(
    "booking_position",
    metadata,
    text("booking_id"),
    text("consumer"),
    count("tenant_id"),
    amount("sequence"),
    sa.PrimaryKeyConstraint("booking_id", "consumer", "tenant_id", name="booking_position_pkey"),
    sa.CheckConstraint("sequence >= 1", name="booking_position_counts"),
)

# Whether a letter is only early; a query that says so in these words is answered by an index of its
# own.
IS_EARLY = f"code = '{TOO_EARLY}' AND attempts = 0"
IS_NOT_EARLY = f"NOT ({IS_EARLY})"

# `identity` is the same for the same message; `message` is JSON, as a broker's texts may hold what
# no database's may.
letter = table(
    "booking_letter",
    metadata,
    sa.Column("id", LARGE, sa.Identity(always=True), nullable=False),
    text("consumer"),
    text("identity"),
    text("message"),
    sa.Column("body", sa.LargeBinary, nullable=False),
    text("state"),
    count("attempts"),
    maybe_instant("due_at"),
    text("code"),
    text("cause"),
    instant("first_at"),
    instant("last_at"),
    sa.PrimaryKeyConstraint("id", name="booking_letter_pkey"),
    sa.UniqueConstraint("identity", "consumer", name="booking_letter_identity_unique"),
    one_of("state", LetterState, "booking_letter_state_is_known"),
    sa.CheckConstraint(
        f"(state = '{LetterState.WAITING}') = (due_at IS NOT NULL)",
        name="booking_letter_waits_until_due",
    ),
    sa.CheckConstraint("attempts >= 0", name="booking_letter_counts"),
    sa.Index("booking_letter_by_due", "consumer", "due_at", "id"),
    *(
        sa.Index(
            f"booking_letter_{name}",
            *("consumer", "due_at", "id"),
            postgresql_where=sa.text(which),
            sqlite_where=sa.text(which),
        )
        for name, which in (
            ("early", IS_EARLY),
            ("not_early", IS_NOT_EARLY),
        )
    ),
    # By id even among one state's: to change ten of a million dead ones reads ten.
    *(
        sa.Index(
            f"booking_letter_{state}",
            "id",
            postgresql_where=sa.text(f"state = '{state}'"),
            sqlite_where=sa.text(f"state = '{state}'"),
        )
        for state in LetterState
    ),
    sqlite_autoincrement=True,  # A letter that is gone must not give its id to another.
)
