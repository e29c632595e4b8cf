CREATE TABLE booking_webhook (
  tenant_id INTEGER NOT NULL,
  id UUID NOT NULL,
  url TEXT COLLATE "C" NOT NULL,
  events JSON NOT NULL,
  secrets JSON NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  disabled TEXT COLLATE "C",
  failures INTEGER NOT NULL,
  failing_since TIMESTAMP WITH TIME ZONE,
  revision INTEGER NOT NULL,
  CONSTRAINT booking_webhook_pkey PRIMARY KEY (id, tenant_id),
  CONSTRAINT booking_webhook_tenant_fkey FOREIGN KEY(tenant_id) REFERENCES booking_tenant (key),
  CONSTRAINT booking_webhook_state_is_known CHECK (state IN ('active', 'disabled')),
  CONSTRAINT booking_webhook_disabled_for_a_reason CHECK ((state = 'disabled') = (disabled IS NOT NULL)),
  CONSTRAINT booking_webhook_fails_since CHECK (failures >= 0 AND (failures > 0) = (failing_since IS NOT NULL)),
  CONSTRAINT booking_webhook_revision_counts CHECK (revision >= 1)
);

CREATE INDEX booking_webhook_by_tenant ON booking_webhook (tenant_id, id);

CREATE TABLE booking_webhook_message (
  tenant_id INTEGER NOT NULL,
  event_id UUID NOT NULL,
  type TEXT COLLATE "C" NOT NULL,
  body BYTEA NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT booking_webhook_message_pkey PRIMARY KEY (event_id, tenant_id)
);

CREATE INDEX booking_webhook_message_by_age ON booking_webhook_message (created_at);

CREATE TABLE booking_webhook_delivery (
  tenant_id INTEGER NOT NULL,
  id UUID NOT NULL,
  webhook_id UUID NOT NULL,
  event_id UUID NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  attempts INTEGER NOT NULL,
  next_at TIMESTAMP WITH TIME ZONE,
  last_at TIMESTAMP WITH TIME ZONE,
  last_status INTEGER,
  last_failure TEXT COLLATE "C",
  last_took_us BIGINT,
  CONSTRAINT booking_webhook_delivery_pkey PRIMARY KEY (id, tenant_id),
  CONSTRAINT booking_webhook_delivery_is_one_per_event UNIQUE (event_id, webhook_id, tenant_id),
  CONSTRAINT booking_webhook_delivery_webhook_fkey FOREIGN KEY(webhook_id, tenant_id) REFERENCES booking_webhook (id, tenant_id) ON DELETE CASCADE,
  CONSTRAINT booking_webhook_delivery_message_fkey FOREIGN KEY(event_id, tenant_id) REFERENCES booking_webhook_message (event_id, tenant_id),
  CONSTRAINT booking_webhook_delivery_state_is_known CHECK (state IN ('delivered', 'failed', 'pending')),
  CONSTRAINT booking_webhook_delivery_waits_until_due CHECK ((state = 'pending') = (next_at IS NOT NULL)),
  CONSTRAINT booking_webhook_delivery_counts CHECK (attempts >= 0),
  CONSTRAINT booking_webhook_delivery_ended_somehow CHECK ((last_at IS NULL) = (last_took_us IS NULL) AND (last_at IS NULL OR (last_status IS NULL) <> (last_failure IS NULL)))
);

CREATE INDEX booking_webhook_delivery_by_age ON booking_webhook_delivery (created_at);

CREATE INDEX booking_webhook_delivery_due ON booking_webhook_delivery (next_at, id) WHERE next_at IS NOT NULL;

CREATE INDEX booking_webhook_delivery_log ON booking_webhook_delivery (webhook_id, id);
