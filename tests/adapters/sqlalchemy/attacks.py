"""What somebody may try who has the application's own password, and ill will.

Each attack is SQL for the world of `world.py`; the naive twin of the schema gets the very same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tests.adapters.sqlalchemy.world import World


class Aim(StrEnum):
    """What it is after."""

    OVERLAP = "overlap"
    RESURRECT = "resurrect"
    RETENANT = "re-tenant"
    UNBALANCE = "unbalance"
    ERASE = "erase"
    DISARM = "disarm"


@dataclass(frozen=True)
class Attack:
    """Statements of one transaction; `postgresql` where SQLite has no such words."""

    aim: Aim
    name: str
    sql: Callable[[World], tuple[str, ...]]
    only: str | None = None


def _claims(name: str, **claim: object) -> Attack:
    return Attack(Aim.OVERLAP, name, lambda world: (world.claim(**claim),))


def _does(aim: Aim, name: str, *sql: str, only: str | None = None) -> Attack:
    return Attack(aim, name, lambda world: tuple(map(world.fill, sql)), only)


POSTGRES = "postgresql"
NULLS = ("tenant_id", "resource_key", "unit", "starts_at", "ends_at", "live")

OVERLAPS = (
    _claims("the same period"),
    _claims("a period that begins before", start=8.5, end=9.5),
    _claims("a period that ends after", start=9.5, end=10.5),
    _claims("a period within", start=9.25, end=9.5),
    _claims("a period around", start=8, end=11),
    _claims("of one microsecond", start=9.5, end=9.5 + 1 / 3.6e9),
    _claims("by a block", blocks=True),
    _claims("released, to come back later", live=False),
    _claims("an empty period", start=9.5, end=9.5),
    _claims("a period backwards", start=10, end=9),
    _claims("an endless period", end="infinity"),
    _claims("a period without a beginning", start="-infinity"),
    _claims("eleven years", start=12, end=12 + 11 * 8766),
    *(_claims(f"no {column}", without=column) for column in NULLS),
    _claims("a unit that there is not", unit=99),
    _claims("a unit that was withdrawn", unit=3),
    _claims("for a booking that is cancelled", start=14, end=15, holder="cancelled"),
    _claims("for a booking that there is not", start=14, end=15, holder="nobody"),
    Attack(
        Aim.OVERLAP,
        "one more than the booking has",
        lambda world: (world.claim(start=14, end=15, holder="sold"),),
        POSTGRES,
    ),
    Attack(
        Aim.OVERLAP,
        "two at once that nobody else disturbs",
        lambda world: (
            f"{world.claim(start=14, end=16)},"
            + world.claim(start=15, end=17).partition("VALUES")[2],
        ),
    ),
    _does(
        Aim.OVERLAP,
        "by moving a claim in time",
        "UPDATE booking_claim SET starts_at = {at9}, ends_at = {at10} WHERE holder_id = {other}",
    ),
    _does(
        Aim.OVERLAP,
        "by moving a claim to another unit",
        "UPDATE booking_claim SET unit = 1 WHERE holder_id = {held}",
    ),
    _does(
        Aim.OVERLAP,
        "by taking the claim from under a booking",
        "UPDATE booking_claim SET live = {no} WHERE holder_id = {sold}",
        only=POSTGRES,
    ),
    _does(
        Aim.OVERLAP,
        "by letting a sold claim lapse",
        "UPDATE booking_claim SET held_until = {at9} WHERE holder_id = {sold}",
        only=POSTGRES,
    ),
    _does(
        Aim.OVERLAP,
        "by taking the claims from under a block",
        "UPDATE booking_claim SET live = {no} WHERE holder_id = {block}",
        only=POSTGRES,
    ),
    _does(
        Aim.OVERLAP,
        "by selling without a claim",
        "{new_booking}",
        only=POSTGRES,
    ),
    _does(
        Aim.OVERLAP,
        "by selling without a claim, behind a table of the same name",
        "CREATE TEMP TABLE booking_claim AS SELECT * FROM {schema}.booking_claim",
        "UPDATE pg_temp.booking_claim SET holder_id = {fresh}, live_booking_id = {fresh}",
        "{new_booking}",
        only=POSTGRES,
    ),
    _does(
        Aim.OVERLAP,
        "by withdrawing a unit that is claimed",
        "UPDATE booking_unit SET offered = NULL WHERE number = 1",
    ),
    _does(
        Aim.OVERLAP,
        "by offering a unit under another's number",
        "UPDATE booking_unit SET offered = 3 WHERE number = 2",
    ),
)

MOVES = (
    ("cancelled", "CONFIRMED"),
    ("cancelled", "PENDING"),
    ("expired", "PENDING"),
    ("completed", "CONFIRMED"),
    ("held", "REJECTED"),
    ("held", "NO_SHOW"),
    ("sold", "PENDING"),
    ("sold", "EXPIRED"),
    ("sold", "confirmed"),
    ("sold", "CONFIRMED "),
    ("sold", "ACTIVE"),
)

RESURRECTIONS = (
    _does(
        Aim.RESURRECT,
        "a released claim",
        "UPDATE booking_claim SET live = {yes} WHERE holder_id = {cancelled}",
    ),
    *(
        _does(
            Aim.RESURRECT,
            f"{booking} as {state}",
            f"UPDATE booking SET state = '{state}', version = version + 1,"
            " expires_at = CASE WHEN '" + state + "' = 'PENDING' THEN {at12} END,"
            f" reason_code = 'x' WHERE id = {{{booking}}}",
        )
        for booking, state in MOVES
    ),
    _does(
        Aim.RESURRECT,
        "expired as CONFIRMED, which is legal, but not without claims",
        "UPDATE booking SET state = 'CONFIRMED', version = version + 1 WHERE id = {expired}",
        only=POSTGRES,
    ),
    _does(
        Aim.RESURRECT,
        "a booking without a state",
        "UPDATE booking SET state = NULL, version = version + 1 WHERE id = {sold}",
    ),
    _does(
        Aim.RESURRECT,
        "an older version",
        "UPDATE booking SET flag = 'x', version = version - 1 WHERE id = {cancelled}",
    ),
    _does(
        Aim.RESURRECT,
        "the same version",
        "UPDATE booking SET flag = 'x' WHERE id = {sold}",
    ),
    _does(
        Aim.RESURRECT,
        "an older sequence",
        "UPDATE booking SET sequence = 0, version = version + 1 WHERE id = {sold}",
    ),
    _does(
        Aim.RESURRECT,
        "a hold without an end",
        "UPDATE booking SET expires_at = NULL, version = version + 1 WHERE id = {held}",
    ),
    _does(
        Aim.RESURRECT,
        "a block that was lifted",
        "UPDATE booking_block SET lifted_at = NULL, version = version + 1 WHERE id = {lifted}",
    ),
    _does(
        Aim.RESURRECT,
        "a payment that was refunded",
        "UPDATE booking_payment SET state = 'CREATED' WHERE id = {payment}",
    ),
    _does(
        Aim.RESURRECT,
        "a refund that was made",
        "UPDATE booking_refund SET state = 'REQUESTED' WHERE id = {refund}",
    ),
)

RETENANTS = (
    *(
        _does(
            Aim.RETENANT,
            f"what is in {table}",
            f"UPDATE {table} SET tenant_id = 2 WHERE tenant_id = 1",
        )
        for table in (
            *("booking", "booking_claim", "booking_event", "booking_payment"),
            *("booking_refund", "booking_transfer", "booking_answer", "booking_unit"),
        )
    ),
    _claims("another tenant's unit for one's own booking", tenant=2, start=14, end=15),
    _claims("one's own unit for another tenant's booking", holder="theirs", start=14, end=15),
    _does(
        Aim.RETENANT,
        "an event of another tenant's booking",
        "INSERT INTO booking_event (tenant_id, booking_id, sequence, event_id, type, at,"
        " correlation_id, actor, schema_version, data{sqlite_position})"
        " VALUES (1, {theirs}, 9, {fresh}, 'x', {at9}, 'c', 'a', 1, '{{}}'{sqlite_value})",
    ),
    _does(
        Aim.RETENANT,
        "a payment for another tenant's booking",
        "{payment_for_theirs}",
    ),
    _does(
        Aim.RETENANT,
        "the money of another booking",
        "INSERT INTO booking_refund (tenant_id, id, booking_id, number, payment_id, amount_minor,"
        " currency, reason, created_at, state)"
        " VALUES (1, {fresh}, {sold}, 7, {payment}, 1, 'EUR', 'x', {at9}, 'REQUESTED')",
    ),
    _does(
        Aim.RETENANT,
        "a booking for another customer",
        "UPDATE booking SET customer_id = 'mallory', version = version + 1 WHERE id = {sold}",
    ),
    _does(
        Aim.RETENANT,
        "a booking for another provider",
        "UPDATE booking SET provider_id = 'mallory', version = version + 1 WHERE id = {sold}",
    ),
    _does(
        Aim.RETENANT,
        "a claim for another booking",
        "UPDATE booking_claim SET holder_id = {held} WHERE holder_id = {sold}",
    ),
)


def _tells(name: str, *transfers: tuple[str, str, int], currency: str = "EUR") -> Attack:
    def sql(world: World) -> tuple[str, ...]:
        rows = (
            f"(1, {world.completed}, {number}, '{debit}', '{credit}', {minor}, '{currency}',"
            f" {world.at(9)}, {world.payment}, NULL)"
            for number, (debit, credit, minor) in enumerate(transfers, start=50)
        )
        return (f"INSERT INTO booking_transfer VALUES {', '.join(rows)}",)

    return Attack(Aim.UNBALANCE, name, sql)


UNBALANCES = (  # 40.00 came in; 15.00 went back; 25.00 are kept.
    _tells("more than is kept", ("KEPT", "DUE_BACK", 2501)),
    _tells(
        "more than is kept, in two parts", ("KEPT", "DUE_BACK", 2000), ("KEPT", "DUE_BACK", 501)
    ),
    _tells("what is not due back", ("DUE_BACK", "PROVIDER", 1)),
    _tells("before it came", ("SUSPENSE", "DUE_BACK", 1), ("KEPT", "SUSPENSE", 1)),
    _tells("in another currency", ("KEPT", "DUE_BACK", 1), currency="USD"),
    _tells("money that never came", ("PROVIDER", "KEPT", 100)),
    _tells("money that came, once more", ("PROVIDER", "KEPT", 4000)),
    _tells("less than nothing", ("KEPT", "DUE_BACK", -1)),
    _tells("nothing", ("KEPT", "DUE_BACK", 0)),
    _tells("from an account to itself", ("KEPT", "KEPT", 1)),
    _tells("to an account that there is not", ("KEPT", "MALLORY", 1)),
    _does(
        Aim.UNBALANCE,
        "by changing what was told",
        "UPDATE booking_transfer SET amount_minor = 1",
    ),
    _does(
        Aim.UNBALANCE,
        "by changing what came in",
        "UPDATE booking_payment SET captured_minor = 9999 WHERE id = {payment}",
    ),
    _does(
        Aim.UNBALANCE,
        "by changing what was asked for",
        "UPDATE booking_payment SET amount_minor = 1 WHERE id = {payment}",
    ),
    _does(
        Aim.UNBALANCE,
        "by changing what goes back",
        "UPDATE booking_refund SET amount_minor = 1 WHERE id = {refund}",
    ),
    _does(
        Aim.UNBALANCE,
        "by refunding more than came in",
        "INSERT INTO booking_refund (tenant_id, id, booking_id, number, payment_id, amount_minor,"
        " currency, reason, created_at, state)"
        " VALUES (1, {fresh}, {completed}, 7, {payment}, 2501, 'EUR', 'x', {at9}, 'REQUESTED')",
    ),
    _does(
        Aim.UNBALANCE,
        "by a price below zero",
        "UPDATE booking SET price_minor = -1, version = version + 1 WHERE id = {sold}",
    ),
    _does(
        Aim.UNBALANCE,
        "by a price in no currency",
        "UPDATE booking SET currency = NULL, version = version + 1 WHERE id = {sold}",
    ),
)

TABLES = (
    *("booking", "booking_claim", "booking_event", "booking_payment", "booking_refund"),
    *("booking_transfer", "booking_block", "booking_unit", "booking_resource", "booking_tenant"),
    "booking_position",
)

ERASURES = (
    *(_does(Aim.ERASE, f"rows of {table}", f"DELETE FROM {table}") for table in TABLES),
    *(
        _does(Aim.ERASE, f"all of {table}", f"TRUNCATE {table} CASCADE", only=POSTGRES)
        for table in TABLES
    ),
    _does(Aim.ERASE, "the table", "DROP TABLE booking_event", only=POSTGRES),
    _does(Aim.ERASE, "what an event tells", "UPDATE booking_event SET type = 'x'"),
    _does(Aim.ERASE, "the order of events", "UPDATE booking_event SET sequence = sequence + 1"),
    _does(Aim.ERASE, "when a booking was made", "UPDATE booking SET created_at = {at9}"),
    _does(
        Aim.ERASE,
        "the terms",
        "UPDATE booking SET terms = '{{}}', version = version + 1 WHERE id = {sold}",
    ),
    _does(Aim.ERASE, "an answer", "UPDATE booking_answer SET snapshot = '{{}}'"),
    _does(Aim.ERASE, "what was applied", "UPDATE booking_position SET sequence = sequence - 1"),
    _does(Aim.ERASE, "whose place it is", "UPDATE booking_position SET consumer = 'mallory'"),
    _does(Aim.ERASE, "when it was applied", "UPDATE booking_receipt SET at = {at9}"),
    _does(Aim.ERASE, "what was applied, by its name", "UPDATE booking_receipt SET event_id = 'x'"),
    _does(Aim.ERASE, "what is awaited", "UPDATE booking_awaited SET event_id = 'x'"),
    _does(Aim.ERASE, "since when it is awaited", "UPDATE booking_awaited SET sent_at = {at9}"),
    _does(Aim.ERASE, "what was answered", "UPDATE booking_reached SET sent_at = sent_at"),
    _does(Aim.ERASE, "what a letter says", "UPDATE booking_letter SET message = '{{}}'"),
    _does(Aim.ERASE, "how often a letter was tried", "UPDATE booking_letter SET attempts = -1"),
)

DISARMAMENTS = (
    _does(
        Aim.DISARM,
        "the triggers of a table",
        "ALTER TABLE booking_claim DISABLE TRIGGER ALL",
        "{a_rival}",
        only=POSTGRES,
    ),
    _does(
        Aim.DISARM,
        "the triggers of the session",
        "SET LOCAL session_replication_role = replica",
        "UPDATE booking_event SET type = 'x'",
        only=POSTGRES,
    ),
    _does(
        Aim.DISARM,
        "the constraint",
        "ALTER TABLE booking_claim DROP CONSTRAINT IF EXISTS booking_claim_no_overlap",
        "{a_rival}",
        only=POSTGRES,
    ),
    _does(
        Aim.DISARM,
        "the index",
        "DROP INDEX IF EXISTS booking_claim_no_overlap",
        "{a_rival}",
        only=POSTGRES,
    ),
    _does(
        Aim.DISARM,
        "what the triggers call",
        "CREATE OR REPLACE FUNCTION {schema}.booking_forbid() RETURNS trigger"
        " LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "UPDATE booking_event SET type = 'x'",
        only=POSTGRES,
    ),
    _does(
        Aim.DISARM,
        "the table, by a rule",
        "CREATE RULE mine AS ON INSERT TO booking_event DO INSTEAD NOTHING",
        only=POSTGRES,
    ),
    _does(
        Aim.DISARM,
        "oneself of one's own role",
        "SET ROLE postgres",
        "UPDATE booking_event SET type = 'x'",
        only=POSTGRES,
    ),
    _does(
        Aim.DISARM,
        "everybody, by granting more",
        "GRANT ALL ON booking_event TO PUBLIC",
        "DELETE FROM booking_event",
        only=POSTGRES,
    ),
)

ATTACKS = (*OVERLAPS, *RESURRECTIONS, *RETENANTS, *UNBALANCES, *ERASURES, *DISARMAMENTS)
