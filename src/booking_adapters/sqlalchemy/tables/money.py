"""Attempts to pay, refunds, and the ledger that is only ever added to."""

from __future__ import annotations

import sqlalchemy as sa

from booking_adapters.sqlalchemy.columns import (
    amount,
    count,
    id_,
    instant,
    maybe_amount,
    maybe_id,
    maybe_text,
    one_of,
    quoted,
    table,
    text,
)
from booking_adapters.sqlalchemy.tables.metadata import metadata
from booking_core.domain.payment.ledger import LedgerAccount
from booking_core.domain.payment.lifecycle import PaymentState, RefundState

ATTEMPT_STATES = frozenset(PaymentState) - {PaymentState.NONE}
# What reconciliation still has to ask the provider about.
OPEN_PAYMENT = f"state IN ({quoted({PaymentState.CREATED, PaymentState.PROCESSING})})"
OPEN_REFUND = f"state <> '{RefundState.SUCCEEDED}'"
# All money comes from the provider, and what a payment brings it brings once.
CAPTURE = f"debit = '{LedgerAccount.PROVIDER}'"

payment = table(
    "booking_payment",
    metadata,
    count("tenant_id"),
    id_("id"),
    id_("booking_id"),
    count("number"),
    amount("amount_minor"),
    text("currency"),
    text("provider"),
    instant("created_at"),
    text("state"),
    maybe_text("provider_ref"),
    maybe_text("checkout_url"),
    maybe_amount("captured_minor"),
    maybe_text("captured_currency"),
    maybe_text("failure"),
    sa.PrimaryKeyConstraint("id", "tenant_id", name="booking_payment_pkey"),
    sa.UniqueConstraint("booking_id", "tenant_id", "number", name="booking_payment_attempt_unique"),
    # What refers to a payment says of which booking, and so cannot mix the money of two.
    sa.UniqueConstraint("booking_id", "tenant_id", "id", name="booking_payment_booking_unique"),
    sa.ForeignKeyConstraint(
        ["tenant_id", "booking_id"],
        ["booking.tenant_id", "booking.id"],
        name="booking_payment_booking_fkey",
    ),
    sa.CheckConstraint(f"state IN ({quoted(ATTEMPT_STATES)})", name="booking_payment_state_known"),
    sa.CheckConstraint("number >= 1 AND amount_minor >= 0", name="booking_payment_counts"),
    sa.CheckConstraint(
        "(captured_minor IS NULL) = (captured_currency IS NULL)"
        " AND (captured_minor IS NULL OR captured_minor > 0)",
        name="booking_payment_captured_whole",
    ),
    sa.Index(
        "booking_payment_open",
        "booking_id",
        postgresql_where=sa.text(OPEN_PAYMENT),
        sqlite_where=sa.text(OPEN_PAYMENT),
    ),
)

refund = table(
    "booking_refund",
    metadata,
    count("tenant_id"),
    id_("id"),
    id_("booking_id"),
    count("number"),
    id_("payment_id"),
    amount("amount_minor"),
    text("currency"),
    text("reason"),
    instant("created_at"),
    text("state"),
    maybe_text("provider_ref"),
    maybe_text("failure"),
    sa.PrimaryKeyConstraint("id", "tenant_id", name="booking_refund_pkey"),
    sa.UniqueConstraint("booking_id", "tenant_id", "number", name="booking_refund_number_unique"),
    sa.ForeignKeyConstraint(
        ["tenant_id", "booking_id", "payment_id"],
        ["booking_payment.tenant_id", "booking_payment.booking_id", "booking_payment.id"],
        name="booking_refund_payment_fkey",
    ),
    one_of("state", RefundState, "booking_refund_state_known"),
    sa.CheckConstraint("number >= 1 AND amount_minor > 0", name="booking_refund_counts"),
    sa.Index(
        "booking_refund_open",
        "booking_id",
        postgresql_where=sa.text(OPEN_REFUND),
        sqlite_where=sa.text(OPEN_REFUND),
    ),
)

transfer = table(
    "booking_transfer",
    metadata,
    count("tenant_id"),
    id_("booking_id"),
    count("number"),
    text("debit"),
    text("credit"),
    amount("amount_minor"),
    text("currency"),
    instant("at"),
    id_("payment_id"),
    maybe_id("refund_id"),
    sa.PrimaryKeyConstraint("booking_id", "tenant_id", "number", name="booking_transfer_pkey"),
    sa.ForeignKeyConstraint(
        ["tenant_id", "booking_id", "payment_id"],
        ["booking_payment.tenant_id", "booking_payment.booking_id", "booking_payment.id"],
        name="booking_transfer_payment_fkey",
    ),
    sa.ForeignKeyConstraint(
        ["tenant_id", "refund_id"],
        ["booking_refund.tenant_id", "booking_refund.id"],
        name="booking_transfer_refund_fkey",
    ),
    one_of("debit", LedgerAccount, "booking_transfer_debit_known"),
    one_of("credit", LedgerAccount, "booking_transfer_credit_known"),
    sa.CheckConstraint("debit <> credit", name="booking_transfer_moves"),
    sa.CheckConstraint("number >= 1 AND amount_minor > 0", name="booking_transfer_counts"),
    sa.Index(
        "booking_transfer_captures_once",
        "payment_id",
        "tenant_id",
        unique=True,
        postgresql_where=sa.text(CAPTURE),
        sqlite_where=sa.text(CAPTURE),
    ),
)
