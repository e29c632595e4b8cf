"""The guards on PostgreSQL, and what the application's role may do at all."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from booking_adapters.sqlalchemy.guards.rules import KEPT, Rule, rules

# Names are qualified and the search path pinned: nobody can slip another table in between.
FORBID = """CREATE OR REPLACE FUNCTION {schema}.booking_forbid() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation',
    TABLE = TG_TABLE_NAME, CONSTRAINT = TG_ARGV[0];
END $$"""

REFUSE = """CREATE OR REPLACE FUNCTION {schema}.booking_refuse() RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'Something is not as it was read' USING ERRCODE = 'BK001';
END $$"""

# An account may hold less than nothing neither now nor at any moment before. The booking's row is
# locked first, so that two transfers are added one after the other.
COVER = """CREATE OR REPLACE FUNCTION {schema}.booking_cover() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  then_held numeric;
  now_held numeric;
BEGIN
  PERFORM FROM {schema}.booking AS b
    WHERE b.tenant_id = NEW.tenant_id AND b.id = NEW.booking_id FOR NO KEY UPDATE;
  IF NEW.debit = 'PROVIDER' THEN
    PERFORM FROM {schema}.booking_payment AS p
      WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.payment_id
        AND p.captured_minor = NEW.amount_minor AND p.captured_currency = NEW.currency;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'booking_transfer_is_captured' USING
        ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'booking_transfer_is_captured';
    END IF;
    RETURN NULL;
  END IF;
  SELECT sum(t.moved) FILTER (WHERE t.number <= NEW.number), sum(t.moved)
    INTO then_held, now_held
    FROM (SELECT number,
        CASE credit WHEN NEW.debit THEN amount_minor ELSE -amount_minor END AS moved
      FROM {schema}.booking_transfer
      WHERE tenant_id = NEW.tenant_id AND booking_id = NEW.booking_id
        AND currency = NEW.currency AND NEW.debit IN (debit, credit)) AS t;
  IF least(then_held, now_held) < 0 THEN
    RAISE EXCEPTION 'booking_transfer_is_covered' USING ERRCODE = 'BK002',
      DETAIL = format('%s %s %s', NEW.debit, NEW.amount_minor, NEW.currency);
  END IF;
  RETURN NULL;
END $$"""

# The payment's row is locked first, for the same reason.
BOUND = """CREATE OR REPLACE FUNCTION {schema}.booking_bound() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  captured bigint;
BEGIN
  SELECT p.captured_minor INTO captured FROM {schema}.booking_payment AS p
    WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.payment_id
      AND p.captured_currency = NEW.currency FOR NO KEY UPDATE;
  IF captured IS NULL OR captured < (
    SELECT sum(r.amount_minor) FROM {schema}.booking_refund AS r
    WHERE r.tenant_id = NEW.tenant_id AND r.booking_id = NEW.booking_id
      AND r.payment_id = NEW.payment_id) THEN
    RAISE EXCEPTION 'booking_refund_is_captured' USING
      ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'booking_refund_is_captured';
  END IF;
  RETURN NULL;
END $$"""

# Once per statement, over all rows that it changed: what lives has as many claims as it says, and
# they lapse when it does. That nothing else has any is what the foreign keys say. Every booking
# pays for this, and a pinned search path would double the price: see `_pinned`.
AGREE = """CREATE OR REPLACE FUNCTION {schema}.{name}() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  {checks}
  RETURN NULL;
END $$"""

DISAGREEING = """IF {breach} THEN
    RAISE EXCEPTION 'booking_has_its_claims' USING
      ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'booking_has_its_claims';
  END IF;"""

OF_BLOCKS = """IF EXISTS (SELECT FROM changed WHERE blocks) THEN
    {check}
  END IF;"""

BOOKINGS_AGREE = """EXISTS (
    SELECT FROM {bookings} CROSS JOIN LATERAL (
      SELECT count(*) AS live, count(*) FILTER (
        WHERE c.held_until = b.expires_at OR (c.held_until IS NULL AND b.expires_at IS NULL)
      ) AS agreeing
      FROM {schema}.booking_claim AS c
      WHERE c.tenant_id = b.tenant_id AND c.live_booking_id = b.id OFFSET 0) AS found
    WHERE b.live_id IS NOT NULL AND (b.claims <> found.live OR b.claims <> found.agreeing))"""

BLOCKS_AGREE = """EXISTS (
    SELECT FROM {blocks} CROSS JOIN LATERAL (
      SELECT count(*) AS live FROM {schema}.booking_claim AS c
      WHERE c.tenant_id = b.tenant_id AND c.live_block_id = b.id OFFSET 0) AS found
    WHERE b.live_id IS NOT NULL AND b.claims <> found.live)"""

HOLDERS = """(SELECT DISTINCT tenant_id, holder_id FROM changed WHERE {which}) AS held
      JOIN {schema}.{table} AS b ON b.tenant_id = held.tenant_id AND b.id = held.holder_id"""

# What the application may change; it may read and add to all tables, and owns none.
CHANGEABLE = {
    "booking_tenant": ("name", "cancels_on_external_refund"),
    "booking_resource": ("provider_id", "revision", "document"),
    "booking_unit": ("position", "category", "seat_row", "seat_number", "offered"),
    "booking_service": ("provider_id", "revision", "document"),
    "booking_performance": (
        *("provider_id", "resource_id", "starts_at", "ends_at", "revision", "document"),
    ),
    "booking": (
        *("state", "version", "sequence", "starts_at", "ends_at", "expires_at", "checked_in_at"),
        *("price_minor", "currency", "reason_code", "flag", "items", "claims"),
    ),
    "booking_claim": ("live", "pinned", "held_until"),
    "booking_block": ("lifted_at", "version"),
    "booking_payment": (
        *("state", "provider_ref", "checkout_url", "captured_minor", "captured_currency"),
        "failure",
    ),
    "booking_refund": ("state", "provider_ref", "failure"),
    "booking_transfer": (),
    "booking_event": ("published_at",),
    "booking_answer": (),
    "booking_holder": ("until",),
    "booking_lease": ("holder", "until"),
    "booking_receipt": (),
    "booking_position": ("sequence",),
    "booking_letter": ("state", "attempts", "due_at", "code", "cause", "last_at"),
    "booking_awaited": ("told_at", "again", "due_at", "lags"),
    "booking_reached": ("sent_at",),
    "booking_webhook": (
        *("url", "events", "secrets", "state", "disabled", "failures", "failing_since"),
        "revision",
    ),
    "booking_webhook_message": (),
    "booking_webhook_delivery": (
        *("state", "attempts", "next_at", "last_at", "last_status", "last_failure"),
        "last_took_us",
    ),
}
FORGETTABLE = (
    *("booking_answer", "booking_holder", "booking_lease", "booking_receipt", "booking_letter"),
    *("booking_awaited", "booking_webhook", "booking_webhook_message", "booking_webhook_delivery"),
)
EXECUTABLE = ("booking_refuse()",)


def install(connection: sa.Connection) -> None:
    """Make functions and triggers anew, in the schema that the tables are in."""
    schema = _schema(connection)
    for statement in _functions(schema):
        connection.exec_driver_sql(statement.replace("%", "%%"))
    for name, table, trigger in _triggers(schema):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {schema}.{table}")
        connection.exec_driver_sql(trigger)


def trigger_names() -> frozenset[str]:
    """All that `install` makes."""
    return frozenset(name for name, _, _ in _triggers("any"))


def function_bodies(schema: str) -> dict[str, str]:
    """What the triggers call, as the database keeps it."""
    bodies = {}
    for statement in _functions(schema):
        head, body, _ = statement.split("$$")
        bodies[head.partition("(")[0].rpartition(".")[2]] = body
    return bodies


def grant(connection: sa.Connection, role: str) -> None:
    """Let the role do what the application does, and nothing else."""
    schema = _schema(connection)
    name = connection.dialect.identifier_preparer.quote(role)
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {name}")
    for table, columns in CHANGEABLE.items():
        on = f"ON {schema}.{table}"
        connection.exec_driver_sql(f"REVOKE ALL {on} FROM PUBLIC, {name}")
        connection.exec_driver_sql(f"GRANT SELECT, INSERT {on} TO {name}")
        if columns:
            connection.exec_driver_sql(f"GRANT UPDATE ({', '.join(columns)}) {on} TO {name}")
    for table in FORGETTABLE:
        connection.exec_driver_sql(f"GRANT DELETE ON {schema}.{table} TO {name}")
    for function in EXECUTABLE:
        on = f"ON FUNCTION {schema}.{function}"
        connection.exec_driver_sql(f"REVOKE ALL {on} FROM PUBLIC")
        connection.exec_driver_sql(f"GRANT EXECUTE {on} TO {name}")


def _schema(connection: sa.Connection) -> str:
    schema: str = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    return schema


def _functions(schema: str) -> Iterator[str]:
    for template in (FORBID, REFUSE, COVER, BOUND):
        yield template.format(schema=schema)
    bookings = HOLDERS.format(schema=schema, which="NOT blocks", table="booking")
    blocks = HOLDERS.format(schema=schema, which="blocks", table="booking_block")
    checks = {
        "booking_agrees": _bookings_agree(schema, "changed AS b"),
        "booking_block_agrees": _blocks_agree(schema, "changed AS b"),
        "booking_claim_agrees": _bookings_agree(schema, bookings)
        + OF_BLOCKS.format(check=_blocks_agree(schema, blocks)),
    }
    for name, check in checks.items():
        yield AGREE.format(schema=schema, name=name, checks=check)


def _bookings_agree(schema: str, bookings: str) -> str:
    breach = BOOKINGS_AGREE.format(schema=schema, bookings=bookings)
    return DISAGREEING.format(breach=_pinned(breach))


def _blocks_agree(schema: str, blocks: str) -> str:
    breach = BLOCKS_AGREE.format(schema=schema, blocks=blocks)
    return DISAGREEING.format(breach=_pinned(breach))


def _pinned(sql: str) -> str:
    """Nobody can slip an operator of their own in: each says where it comes from."""
    for operator in ("=", "<>"):
        sql = sql.replace(f" {operator} ", f" OPERATOR(pg_catalog.{operator}) ")
    return sql.replace("count(", "pg_catalog.count(")


def _triggers(schema: str) -> Iterator[tuple[str, str, str]]:
    for rule in rules():
        yield rule.name, rule.table, _trigger(rule, schema)
    for table in KEPT:
        name = f"{table}_is_never_emptied"
        forbid = f"EXECUTE FUNCTION {schema}.booking_forbid('{name}')"
        yield name, table, f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {schema}.{table} {forbid}"
    for name, table, function in (
        ("booking_transfer_is_covered", "booking_transfer", "booking_cover"),
        ("booking_refund_is_captured", "booking_refund", "booking_bound"),
    ):
        yield (
            name,
            table,
            f"CREATE TRIGGER {name} AFTER INSERT ON {schema}.{table}"
            f" FOR EACH ROW EXECUTE FUNCTION {schema}.{function}()",
        )
    for table in ("booking", "booking_block", "booking_claim"):
        for act in ("INSERT", "UPDATE"):
            name = f"{table}_agrees_after_{act.lower()}"
            yield (
                name,
                table,
                f"CREATE TRIGGER {name} AFTER {act} ON {schema}.{table}"
                " REFERENCING NEW TABLE AS changed"
                f" FOR EACH STATEMENT EXECUTE FUNCTION {schema}.{table}_agrees()",
            )


def _trigger(rule: Rule, schema: str) -> str:
    breach = (rule.breach or "").replace("<=>", "IS DISTINCT FROM")
    when = f"WHEN ({breach})" if breach else ""
    return (
        f"CREATE TRIGGER {rule.name} BEFORE {rule.act} ON {schema}.{rule.table}"
        f" FOR EACH ROW {when} EXECUTE FUNCTION {schema}.booking_forbid('{rule.name}')"
    )
