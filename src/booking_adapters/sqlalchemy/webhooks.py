"""Where tenants' webhooks rest, in a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from booking_adapters.sqlalchemy.codec import encode
from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.keys import Keys
from booking_adapters.sqlalchemy.paging import FIRST_UUID, cut, is_uuid
from booking_adapters.sqlalchemy.statement import Statement, at_most
from booking_adapters.sqlalchemy.tables import webhook, webhook_delivery
from booking_adapters.sqlalchemy.webhook_rows import WEBHOOK_COLUMNS, WebhookReader
from booking_core.domain.kernel.errors import InvalidInput, NotFound
from booking_core.domain.kernel.ids import TenantId
from booking_core.domain.webhook.ids import WebhookId
from booking_core.domain.webhook.webhook import Health, Webhook, WebhookState
from booking_core.ports.page import Page, PageRequest
from booking_core.ports.webhooks import StaleWebhook, Webhooks

ERASED_AT_ONCE = 1000

_of_tenant = webhook.c.tenant_id == sa.bindparam("tenant", type_=webhook.c.tenant_id.type)
_one = (webhook.c.id == sa.bindparam("id", type_=webhook.c.id.type), _of_tenant)
_webhooks = sa.select(*WEBHOOK_COLUMNS)
_WEBHOOK = Statement(_webhooks.where(*_one))
_OF_TENANT = Statement(
    at_most(
        _webhooks.where(
            _of_tenant, webhook.c.id > sa.bindparam("after", type_=webhook.c.id.type)
        ).order_by(webhook.c.id)
    )
)
_ACTIVE = Statement(
    _webhooks.where(
        _of_tenant, webhook.c.state == sa.literal_column(f"'{WebhookState.ACTIVE}'")
    ).order_by(webhook.c.id)
)
_some = at_most(sa.select(webhook.c.state)).subquery()
_COUNTS = Statement(sa.select(_some.c.state, sa.func.count()).group_by(_some.c.state))
_NEW = Statement(
    sa.text("""INSERT INTO booking_webhook
        (tenant_id, id, url, events, secrets, created_at, state, disabled, failures, failing_since,
        revision)
      VALUES (:tenant, :id, :url, :events, :secrets, :created_at, :state, :disabled, 0, NULL,
        :revision)
      ON CONFLICT DO NOTHING RETURNING 1""")
)
_CHANGE = Statement(
    sa.text("""UPDATE booking_webhook SET url = :url, events = :events, secrets = :secrets,
        state = :state, disabled = :disabled, revision = :revision
      WHERE id = :id AND tenant_id = :tenant AND revision = :revision - 1 RETURNING 1""")
)
_WELL = Statement(
    sa.text("""UPDATE booking_webhook SET failures = 0, failing_since = NULL
      WHERE id = :id AND tenant_id = :tenant AND failures > 0 RETURNING 1""")
)
_UNWELL = Statement(
    sa.text("""UPDATE booking_webhook
      SET failures = failures + 1, failing_since = COALESCE(failing_since, :at)
      WHERE id = :id AND tenant_id = :tenant RETURNING failures, failing_since""")
)
_its = webhook_delivery.c.webhook_id == sa.bindparam("id", type_=webhook_delivery.c.webhook_id.type)
_of_same = webhook_delivery.c.tenant_id == sa.bindparam(
    "tenant", type_=webhook_delivery.c.tenant_id.type
)
_ERASE_DELIVERIES = Statement(
    sa.delete(webhook_delivery)
    .where(
        webhook_delivery.c.id.in_(at_most(sa.select(webhook_delivery.c.id).where(_its, _of_same)))
    )
    .returning(webhook_delivery.c.id)
)
_ERASE = Statement(sa.delete(webhook).where(*_one).returning(webhook.c.id))


class SqlWebhooks(Webhooks):
    """Each call is one statement, but for the end of a webhook with a long log."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._driver = database.driver
        self._keys = keys
        self._read = WebhookReader(database.driver)

    def get(self, tenant_id: TenantId, webhook_id: WebhookId) -> Webhook:
        for row in self._ask(_WEBHOOK, tenant_id, webhook_id):
            return self._read.webhook(tenant_id, row)
        raise NotFound("webhook", webhook_id)

    def of_tenant(self, tenant_id: TenantId, page: PageRequest) -> Page[Webhook]:
        after = page.after or FIRST_UUID
        if not is_uuid(after):
            raise InvalidInput("after", "the cursor of an earlier answer")
        tenant = self._keys.find_tenant(tenant_id)
        if tenant is None:
            return Page(entries=())
        asked = {"tenant": tenant, "after": after, "most": page.limit + 1}
        rows = self._database.rows(_OF_TENANT, asked)
        found = [self._read.webhook(tenant_id, row) for row in rows]
        return cut(found, page.limit, lambda each: each.id)

    def active(self, tenant_id: TenantId, within: Any | None = None) -> Sequence[Webhook]:
        tenant = self._keys.find_tenant(tenant_id)
        if tenant is None:
            return ()
        asked = {"tenant": tenant}
        if within is None:
            rows = self._database.rows(_ACTIVE, asked)
        else:
            rows = within.execute(_ACTIVE.text(self._driver.dialect), asked).fetchall()
        return tuple(self._read.webhook(tenant_id, row) for row in rows)

    def counts(self, most: int) -> Mapping[WebhookState, int]:
        found = dict(self._database.rows(_COUNTS, {"most": most}))
        return {state: found.get(state, 0) for state in WebhookState}

    def save(self, webhook: Webhook) -> None:
        facts = {
            "tenant": self._keys.tenant(webhook.tenant_id),
            "id": webhook.id,
            "url": webhook.url,
            "events": encode(webhook.events),
            "secrets": encode(webhook.secrets),
            "state": webhook.state.value,
            "disabled": webhook.disabled and webhook.disabled.value,
            "revision": webhook.revision,
        }
        if webhook.revision == 1:
            facts["created_at"] = self._driver.to_instant(webhook.created_at)
        if not self._do(_NEW if webhook.revision == 1 else _CHANGE, facts):
            raise StaleWebhook(webhook.id)

    def delete(self, tenant_id: TenantId, webhook_id: WebhookId) -> None:
        tenant = self._keys.find_tenant(tenant_id)
        if tenant is None or not is_uuid(webhook_id):
            raise NotFound("webhook", webhook_id)
        one = {"tenant": tenant, "id": webhook_id}
        # A long log is erased bit by bit: no statement may take longer than a few seconds.
        while len(self._do(_ERASE_DELIVERIES, one | {"most": ERASED_AT_ONCE})) == ERASED_AT_ONCE:
            pass
        if not self._do(_ERASE, one):
            raise NotFound("webhook", webhook_id)

    def note_success(self, tenant_id: TenantId, webhook_id: WebhookId) -> None:
        self._ask(_WELL, tenant_id, webhook_id)

    def note_failure(self, tenant_id: TenantId, webhook_id: WebhookId, at: datetime) -> Health:
        instant = self._driver.to_instant(at)
        for failures, since in self._ask(_UNWELL, tenant_id, webhook_id, at=instant):
            return Health(failures=failures, failing_since=self._driver.from_instant(since))
        return Health(failures=1, failing_since=at)

    def _ask(
        self, statement: Statement, tenant_id: TenantId, webhook_id: WebhookId, **also: Any
    ) -> list[Any]:
        tenant = self._keys.find_tenant(tenant_id)
        if tenant is None or not is_uuid(webhook_id):
            return []
        return self._do(statement, {"tenant": tenant, "id": webhook_id} | also)

    def _do(self, statement: Statement, asked: dict[str, Any]) -> list[Any]:
        with self._database.connection() as connection:
            text = statement.text(self._driver.dialect)
            return connection.execute(text, asked).fetchall()  # type: ignore[no-any-return]
