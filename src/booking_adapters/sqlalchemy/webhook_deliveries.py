"""What is on its way to webhooks, in a database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.paging import cut, is_uuid
from booking_adapters.sqlalchemy.statement import Statement, at_most, one_of
from booking_adapters.sqlalchemy.tables import webhook, webhook_delivery, webhook_message
from booking_adapters.sqlalchemy.webhook_rows import (
    DELIVERY_COLUMNS,
    MICROSECOND,
    WEBHOOK_COLUMNS,
    WebhookReader,
)
from booking_core.domain.kernel.errors import InvalidInput, NotFound
from booking_core.domain.kernel.ids import TenantId
from booking_core.domain.kernel.span import Span
from booking_core.domain.webhook.delivery import DeliveryState, WebhookDelivery
from booking_core.domain.webhook.ids import DeliveryId, WebhookId
from booking_core.domain.webhook.message import WebhookMessage
from booking_core.ports.outbox import Backlog
from booking_core.ports.page import Page, PageRequest
from booking_core.ports.webhook_deliveries import Claimed, WebhookDeliveries

LAST_UUID = "ffffffff-ffff-ffff-ffff-ffffffffffff"

_d = webhook_delivery.c
_PENDING = f"'{DeliveryState.PENDING}'"
_MESSAGE = Statement(
    sa.text("""INSERT INTO booking_webhook_message (tenant_id, event_id, type, body, created_at)
      VALUES (:tenant, :event, :type, :body, :at) ON CONFLICT DO NOTHING""")
)
# Of a webhook that is gone nothing is selected.
_DELIVERY = Statement(
    sa.text(f"""INSERT INTO booking_webhook_delivery
        (tenant_id, id, webhook_id, event_id, created_at, state, attempts, next_at)
      SELECT tenant_id, :id, id, :event, :at, {_PENDING}, 0, :next_at
      FROM booking_webhook WHERE id = :webhook AND tenant_id = :tenant
      ON CONFLICT DO NOTHING"""),
    postgresql=sa.text(f"""INSERT INTO booking_webhook_delivery
        (tenant_id, id, webhook_id, event_id, created_at, state, attempts, next_at)
      SELECT tenant_id, CAST(:id AS uuid), id, CAST(:event AS uuid), CAST(:at AS timestamptz),
        {_PENDING}, 0, CAST(:next_at AS timestamptz)
      FROM booking_webhook WHERE id = :webhook AND tenant_id = :tenant
      ON CONFLICT DO NOTHING"""),
)
# A claim writes; where nothing is due it is enough to look.
_ANY_DUE = Statement(
    at_most(
        sa.select(_d.id)
        .where(_d.next_at <= sa.bindparam("now", type_=_d.next_at.type))
        .order_by(_d.next_at, _d.id)
    )
)
_waiting = at_most(
    sa.select(_d.next_at).where(_d.next_at.is_not(None)).order_by(_d.next_at, _d.id)
).subquery()
_BACKLOG = Statement(sa.select(sa.func.count(), sa.func.min(_waiting.c.next_at)))
# What others are claiming at this moment is theirs: who waited for it would claim it once more.
_DUE = Statement(
    sa.text("""SELECT id, next_at FROM booking_webhook_delivery
      WHERE next_at <= :now AND webhook_id NOT IN (SELECT value FROM json_each(:but))
      ORDER BY next_at, id LIMIT :most"""),
    postgresql=sa.text("""SELECT id, next_at FROM booking_webhook_delivery
      WHERE next_at <= :now AND NOT webhook_id = ANY(CAST(:but AS uuid[]))
      ORDER BY next_at, id LIMIT :most FOR UPDATE SKIP LOCKED"""),
)
_COUNT = Statement(
    sa.update(webhook_delivery)
    .where(one_of(_d.id, "ids"))
    .values(
        attempts=_d.attempts + sa.literal_column("1"),
        next_at=sa.bindparam("until", type_=_d.next_at.type),
    )
)
_deliveries = sa.select(*DELIVERY_COLUMNS).join(
    webhook_message,
    (webhook_message.c.event_id == _d.event_id) & (webhook_message.c.tenant_id == _d.tenant_id),
)
_whole = (
    sa.select(_d.tenant_id, *DELIVERY_COLUMNS, webhook_message.c.body, *WEBHOOK_COLUMNS)
    .join(
        webhook_message,
        (webhook_message.c.event_id == _d.event_id) & (webhook_message.c.tenant_id == _d.tenant_id),
    )
    .join(webhook, (webhook.c.id == _d.webhook_id) & (webhook.c.tenant_id == _d.tenant_id))
)
_CLAIMED = Statement(_whole.where(one_of(_d.id, "ids")))
_of_tenant = _d.tenant_id == sa.bindparam("tenant", type_=_d.tenant_id.type)
_ONE = Statement(_whole.where(_d.id == sa.bindparam("id", type_=_d.id.type), _of_tenant))
_RECORD = Statement(
    sa.text(f"""UPDATE booking_webhook_delivery SET state = :state, next_at = :next_at,
        last_at = :at, last_status = :status, last_failure = :failure, last_took_us = :took
      WHERE id = :id AND tenant_id = :tenant AND state = {_PENDING} AND attempts = :attempts
      RETURNING 1""")
)


def _log(*where: sa.ColumnElement[bool]) -> Statement:
    its = _d.webhook_id == sa.bindparam("webhook", type_=_d.webhook_id.type)
    before = _d.id < sa.bindparam("before", type_=_d.id.type)
    query = _deliveries.where(its, _of_tenant, before, *where).order_by(_d.id.desc())
    return Statement(at_most(query))


_LOG = {None: _log()} | {
    state: _log(_d.state == sa.literal_column(f"'{state}'")) for state in DeliveryState
}
_again = {
    "state": sa.literal_column(_PENDING),
    "attempts": sa.literal_column("0"),
    "next_at": sa.bindparam("now", type_=_d.next_at.type),
}
_REPLAY = Statement(
    sa.update(webhook_delivery)
    .where(_d.id == sa.bindparam("id", type_=_d.id.type), _of_tenant)
    .values(_again)
    .returning(_d.id)
)
_other = webhook_delivery.alias("other")
_REPLAY_ALL = Statement(
    sa.update(webhook_delivery)
    .where(
        _d.id.in_(
            at_most(
                sa.select(_other.c.id)
                .where(
                    _other.c.webhook_id == sa.bindparam("webhook", type_=_d.webhook_id.type),
                    _other.c.tenant_id == sa.bindparam("tenant", type_=_d.tenant_id.type),
                    _other.c.created_at >= sa.bindparam("start", type_=_d.created_at.type),
                    _other.c.created_at < sa.bindparam("end", type_=_d.created_at.type),
                    one_of(_other.c.state, "states"),
                )
                .order_by(_other.c.id)
            )
        )
    )
    .values(_again)
    .returning(_d.id)
)
_FORGET = Statement(
    sa.text(f"""DELETE FROM booking_webhook_delivery WHERE id IN (
        SELECT id FROM booking_webhook_delivery
        WHERE created_at < :before AND state <> {_PENDING} ORDER BY created_at LIMIT :most)
      RETURNING 1""")
)
_FORGET_MESSAGES = Statement(
    sa.text("""DELETE FROM booking_webhook_message WHERE (event_id, tenant_id) IN (
        SELECT m.event_id, m.tenant_id FROM booking_webhook_message AS m
        WHERE m.created_at < :before AND NOT EXISTS (
          SELECT 1 FROM booking_webhook_delivery AS d
          WHERE d.event_id = m.event_id AND d.tenant_id = m.tenant_id)
        ORDER BY m.created_at LIMIT :most)
      RETURNING 1""")
)


class SqlWebhookDeliveries(WebhookDeliveries):
    """A claim is one short transaction; everything else is a statement that commits by itself."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._driver = database.driver
        self._keys = keys
        self._read = WebhookReader(database.driver)

    def add(
        self,
        message: WebhookMessage,
        deliveries: Sequence[WebhookDelivery],
        within: Any | None = None,
    ) -> None:
        tenant = self._keys.tenant(message.tenant_id)
        if within is not None:
            self._add(within, tenant, message, deliveries)
            return
        with self._database.transaction() as connection:
            self._add(connection, tenant, message, deliveries)

    def claim(
        self, now: datetime, until: datetime, most: int, but: Collection[WebhookId] = ()
    ) -> Sequence[Claimed]:
        instant = self._driver.to_instant
        if not self._database.first_rows(_ANY_DUE, {"now": instant(now), "most": 1}):
            return ()
        dialect, many = self._driver.dialect, self._driver.many
        asked = {"now": instant(now), "most": most, "but": many(sorted(but))}
        with self._database.transaction() as connection:
            due = [id for id, _ in connection.execute(_DUE.text(dialect), asked).fetchall()]
            ids = {"ids": many(due)}
            connection.execute(_COUNT.text(dialect), ids | {"until": instant(until)})
            whole = connection.execute(_CLAIMED.text(dialect), ids).fetchall()
        claimed = [self._whole(row) for row in whole]
        return sorted(claimed, key=lambda it: due.index(it.delivery.id))

    def record(self, delivery: WebhookDelivery) -> bool:
        last = delivery.last
        assert last is not None  # It was attempted.
        facts = {
            "id": delivery.id,
            "state": delivery.state.value,
            "next_at": self._driver.to_instant(delivery.next_at),
            "at": self._driver.to_instant(last.at),
            "status": last.outcome.status,
            "failure": last.outcome.failure and last.outcome.failure.value,
            "took": last.outcome.took // MICROSECOND,
            "attempts": delivery.attempts,
        }
        return bool(self._do(_RECORD, delivery.tenant_id, **facts))

    def get(self, tenant_id: TenantId, delivery_id: DeliveryId) -> Claimed:
        if is_uuid(delivery_id):
            for row in self._do(_ONE, tenant_id, id=delivery_id):
                return self._whole(row)
        raise NotFound("delivery", delivery_id)

    def of_webhook(
        self,
        tenant_id: TenantId,
        webhook_id: WebhookId,
        page: PageRequest,
        state: DeliveryState | None = None,
    ) -> Page[WebhookDelivery]:
        before = page.after or LAST_UUID
        if not is_uuid(before):
            raise InvalidInput("after", "the cursor of an earlier answer")
        tenant = self._keys.find_tenant(tenant_id)
        if tenant is None or not is_uuid(webhook_id):
            return Page(entries=())
        asked = {"tenant": tenant, "webhook": webhook_id, "before": before, "most": page.limit + 1}
        rows = self._database.first_rows(_LOG[state], asked)
        found = [self._read.delivery(tenant_id, row) for row in rows]
        return cut(found, page.limit, lambda each: each.id)

    def replay(self, tenant_id: TenantId, delivery_id: DeliveryId, now: datetime) -> None:
        instant = self._driver.to_instant(now)
        if not is_uuid(delivery_id) or not self._do(
            _REPLAY, tenant_id, id=delivery_id, now=instant
        ):
            raise NotFound("delivery", delivery_id)

    def replay_all(
        self,
        tenant_id: TenantId,
        webhook_id: WebhookId,
        during: Span,
        states: Collection[DeliveryState],
        now: datetime,
        most: int,
    ) -> int:
        if not is_uuid(webhook_id):
            return 0
        instant = self._driver.to_instant
        asked = {
            "webhook": webhook_id,
            "start": instant(during.start),
            "end": instant(during.end),
            "states": self._driver.many([state.value for state in states]),
            "now": instant(now),
            "most": most,
        }
        return len(self._do(_REPLAY_ALL, tenant_id, **asked))

    def backlog(self, most: int) -> Backlog:
        ((count, oldest),) = self._database.rows(_BACKLOG, {"most": most})
        return Backlog(count=count, oldest=self._driver.from_instant(oldest))

    def forget(self, before: datetime, most: int) -> int:
        asked = {"before": self._driver.to_instant(before), "most": most}
        dialect = self._driver.dialect
        with self._database.connection() as connection:
            forgotten = connection.execute(_FORGET.text(dialect), asked).fetchall()
            connection.execute(_FORGET_MESSAGES.text(dialect), asked).fetchall()
        return len(forgotten)

    def _add(
        self,
        connection: Any,
        tenant: int,
        message: WebhookMessage,
        deliveries: Sequence[WebhookDelivery],
    ) -> None:
        dialect, instant = self._driver.dialect, self._driver.to_instant
        for number, delivery in enumerate(deliveries):
            facts = {
                "tenant": tenant,
                "event": message.event_id,
                "at": instant(delivery.created_at),
            }
            if number == 0:
                told = facts | {"type": message.event_type, "body": message.body}
                connection.execute(_MESSAGE.text(dialect), told)
            facts |= {
                "id": delivery.id,
                "webhook": delivery.webhook_id,
                "next_at": instant(delivery.next_at),
            }
            connection.execute(_DELIVERY.text(dialect), facts)

    def _whole(self, row: Sequence[Any]) -> Claimed:
        tenant, *columns = row
        tenant_id = self._keys.tenant_id(tenant)
        cut_at = len(DELIVERY_COLUMNS)
        delivery = self._read.delivery(tenant_id, columns[:cut_at])
        return Claimed(
            delivery=delivery,
            webhook=self._read.webhook(tenant_id, columns[cut_at + 1 :]),
            message=self._read.message(delivery, columns[cut_at]),
        )

    def _do(self, statement: Statement, tenant_id: TenantId, **asked: Any) -> list[Any]:
        tenant = self._keys.find_tenant(tenant_id)
        if tenant is None:
            return []
        with self._database.connection() as connection:
            text = statement.text(self._driver.dialect)
            return connection.execute(  # type: ignore[no-any-return]
                text, {"tenant": tenant} | asked
            ).fetchall()
