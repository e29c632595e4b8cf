CREATE TABLE booking_webhook (
  tenant_id INTEGER NOT NULL,
  id TEXT NOT NULL,
  url TEXT NOT NULL,
  events TEXT NOT NULL,
  secrets TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  disabled TEXT,
  failures INTEGER NOT NULL,
  failing_since INTEGER,
  revision INTEGER NOT NULL,
  CONSTRAINT booking_webhook_pkey PRIMARY KEY (id, tenant_id),
  CONSTRAINT booking_webhook_tenant_fkey FOREIGN KEY(tenant_id) REFERENCES booking_tenant ("key"),
  CONSTRAINT booking_webhook_state_is_known CHECK (state IN ('active', 'disabled')),
  CONSTRAINT booking_webhook_disabled_for_a_reason CHECK ((state = 'disabled') = (disabled IS NOT NULL)),
  CONSTRAINT booking_webhook_fails_since CHECK (failures >= 0 AND (failures > 0) = (failing_since IS NOT NULL)),
  CONSTRAINT booking_webhook_revision_counts CHECK (revision >= 1)
)
 STRICT;

CREATE INDEX booking_webhook_by_tenant ON booking_webhook (tenant_id, id);

CREATE TABLE booking_webhook_message (
  tenant_id INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  body BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  CONSTRAINT booking_webhook_message_pkey PRIMARY KEY (event_id, tenant_id)
)
 STRICT;

CREATE INDEX booking_webhook_message_by_age ON booking_webhook_message (created_at);

CREATE TABLE booking_webhook_delivery (
  tenant_id INTEGER NOT NULL,
  id TEXT NOT NULL,
  webhook_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_at INTEGER,
  last_at INTEGER,
  last_status INTEGER,
  last_failure TEXT,
  last_took_us INTEGER,
  CONSTRAINT booking_webhook_delivery_pkey PRIMARY KEY (id, tenant_id),
  CONSTRAINT booking_webhook_delivery_is_one_per_event UNIQUE (event_id, webhook_id, tenant_id),
  CONSTRAINT booking_webhook_delivery_webhook_fkey FOREIGN KEY(webhook_id, tenant_id) REFERENCES booking_webhook (id, tenant_id) ON DELETE CASCADE,
  CONSTRAINT booking_webhook_delivery_message_fkey FOREIGN KEY(event_id, tenant_id) REFERENCES booking_webhook_message (event_id, tenant_id),
  CONSTRAINT booking_webhook_delivery_state_is_known CHECK (state IN ('delivered', 'failed', 'pending')),
  CONSTRAINT booking_webhook_delivery_waits_until_due CHECK ((state = 'pending') = (next_at IS NOT NULL)),
  CONSTRAINT booking_webhook_delivery_counts CHECK (attempts >= 0),
  CONSTRAINT booking_webhook_delivery_ended_somehow CHECK ((last_at IS NULL) = (last_took_us IS NULL) AND (last_at IS NULL OR (last_status IS NULL) <> (last_failure IS NULL)))
)
 STRICT;

CREATE INDEX booking_webhook_delivery_by_age ON booking_webhook_delivery (created_at);

CREATE INDEX booking_webhook_delivery_due ON booking_webhook_delivery (next_at, id) WHERE next_at IS NOT NULL;

CREATE INDEX booking_webhook_delivery_log ON booking_webhook_delivery (webhook_id, id);
