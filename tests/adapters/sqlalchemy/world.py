"""A small world to be attacked: a bit of everything that can be stored, in two tenants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_core.domain.catalogue.resource import Unit
from booking_core.domain.kernel.ids import PaymentId, RefundId
from booking_core.domain.kernel.span import to_microseconds
from booking_core.domain.payment.account import EMPTY_ACCOUNT
from booking_core.ports.awaited import Awaiting
from booking_core.ports.outbox import SHARDS
from booking_core.ports.unit_of_work import Changes
from tests.contract import builders as b
from tests.contract.inbox_builders import history, keep, take

A, B, C, D = b.UNITS
PAY, REFUND = PaymentId(b.id_of("pay")), RefundId(b.id_of("refund"))
ENDLESS = {"infinity": 2**63 - 1, "-infinity": -(2**63)}
CLAIM = (
    *("tenant_id", "resource_key", "unit", "starts_at", "ends_at", "holder_id"),
    *("blocks", "since", "live", "pinned"),
)


def furnish(storage: SqlStorage) -> None:
    """Sold, held, cancelled, expired, completed and refunded, blocked, lifted; a unit withdrawn.

    Two events were applied, one message could not be, and of one event a receipt is awaited.
    """
    b.furnish(storage)
    gone = b.make(storage, b.a_hold("cancelled", b.span(9, 10), A))
    b.change(storage, gone, gone.cancel("changed_my_mind"))
    sold = b.a_booking("sold", b.span(9, 10), A)
    b.make(storage, sold, answer=b.an_answer(sold))
    b.make(storage, b.a_booking("other", b.span(11, 12), A))
    b.make(storage, b.a_hold("held", b.span(9, 10), B))
    expired = b.make(storage, b.a_hold("expired", b.span(13, 14), B))
    b.change(storage, expired, expired.expire())
    b.make(storage, b.a_booking("theirs", b.span(9, 10), A, tenant_id=b.GLOBEX))
    _completed(storage)
    block, lifted = b.a_block("block", b.span(14, 15), D), b.a_block("lifted", b.span(16, 17), D)
    for each in (block, lifted):
        _commit(storage, blocks=(each,), claimed=tuple(each.claims()))
    _commit(storage, blocks=(lifted.lift(b.at(7)),), released=tuple(lifted.claims()))
    storage.catalogue.save_resource(b.a_room(units=tuple(map(Unit, (A, B, D))), revision=2))
    take(storage, *history(1, 2))
    keep(storage, b"unreadable", due_at=None)
    positions = [each.position for each in storage.outbox.unsent(range(SHARDS), 2)]
    storage.outbox.mark_sent(positions, b.NOW, Awaiting(positions={"x": positions}, due_at=b.NOW))
    answered, _ = storage.awaited.look(b.NOW, b.NOW, 2).unanswered
    storage.awaited.close([answered], answered=True)


def _completed(storage: SqlStorage) -> None:
    """40.00 came in, 15.00 of it went back."""
    account = EMPTY_ACCOUNT.begin(b.an_attempt("pay"), 3).capture(PAY, b.euros(40), b.at(6))
    account = account.request_refund(REFUND, PAY, b.euros(15), b.at(7), "goodwill")
    account = account.refund_succeeded(REFUND, b.at(8), "ref")
    stay = b.a_booking("completed", b.span(7, 8), D)
    storage.unit_of_work.commit(b.making(stay, saved=(b.saved(stay, EMPTY_ACCOUNT, account),)))
    b.change(storage, stay, stay.complete(b.at(8)))


def _commit(storage: SqlStorage, **what: object) -> None:
    storage.unit_of_work.commit(Changes(tenant_id=b.ACME, now=b.NOW, **what))  # type: ignore[arg-type]


@dataclass(frozen=True)
class World:
    """How that world is spoken of in SQL; `schema` is where its tables are."""

    dialect: str
    schema: str = "public"

    def at(self, hour: float | str) -> str:
        """That hour of the day, or the end of days."""
        if self.dialect == "sqlite":
            return str(ENDLESS[hour] if isinstance(hour, str) else to_microseconds(b.at(hour)))
        when = b.at(hour) if isinstance(hour, int | float) else hour
        shown = when.isoformat() if isinstance(when, datetime) else when
        return f"CAST('{shown}' AS timestamptz)"

    def id(self, name: str) -> str:
        """The id of what is called so."""
        return f"'{b.id_of(name)}'"

    def flag(self, value: object) -> str:
        """True or false."""
        return str(int(bool(value))) if self.dialect == "sqlite" else str(bool(value)).lower()

    @property
    def completed(self) -> str:
        return self.id("completed")

    @property
    def payment(self) -> str:
        return f"'{PAY}'"

    def claim(
        self,
        *,
        tenant: int = 1,
        unit: int = 1,
        start: float | str = 9,
        end: float | str = 10,
        holder: str | None = None,
        blocks: bool = False,
        live: bool = True,
        without: str | None = None,
    ) -> str:
        """The statement that adds a claim: of what is sold already, unless told."""
        holder = holder or ("block" if blocks else "other")
        values = (
            *(str(tenant), "1", str(unit), self.at(start), self.at(end), self.id(holder)),
            *(self.flag(blocks), "1", self.flag(live), self.flag(False)),
        )
        row = {c: v for c, v in zip(CLAIM, values, strict=True) if c != without}
        return f"INSERT INTO booking_claim ({', '.join(row)}) VALUES ({', '.join(row.values())})"

    def booking(self) -> str:
        """The statement that adds a confirmed booking, and nothing else."""
        row = {
            "tenant_id": "1",
            "id": self.id("fresh"),
            "code": "'CODE'",
            "customer_id": "'mallory'",
            "provider_id": "'owner'",
            "state": "'CONFIRMED'",
            "version": "1",
            "sequence": "0",
            "created_at": self.at(6),
            "starts_at": self.at(9),
            "ends_at": self.at(10),
            "items": "'[]'",
            "terms": f"'{b.TERMS.canonical()}'",
            "terms_hash": f"'{b.TERMS.hash}'",
            "claims": "1",
        }
        return (
            f"INSERT INTO {self.schema}.booking ({', '.join(row)})"
            f" VALUES ({', '.join(row.values())})"
        )

    def fill(self, sql: str) -> str:
        """The statement with this world's names and moments."""
        names = ("sold", "other", "held", "cancelled", "expired", "completed", "theirs")
        on_sqlite = self.dialect == "sqlite"
        return sql.format(
            **{name: self.id(name) for name in (*names, "block", "lifted", "fresh", "refund")},
            **{f"at{hour}": self.at(hour) for hour in (9, 10, 12)},
            payment=self.payment,
            yes=self.flag(True),
            no=self.flag(False),
            schema=self.schema,
            new_booking=self.booking(),
            a_rival=self.claim(),
            sqlite_position=", position" if on_sqlite else "",
            sqlite_value=", 99" if on_sqlite else "",
            payment_for_theirs=(
                "INSERT INTO booking_payment (tenant_id, id, booking_id, number, amount_minor,"
                f" currency, provider, created_at, state) VALUES (1, '{uuid4()}',"
                f" {self.id('theirs')}, 1, 1, 'EUR', 'x', {self.at(9)}, 'CREATED')"
            ),
        )
