CREATE TABLE booking (
  tenant_id INTEGER NOT NULL,
  id TEXT NOT NULL,
  code TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  expires_at INTEGER,
  checked_in_at INTEGER,
  price_minor INTEGER,
  currency TEXT,
  reason_code TEXT,
  flag TEXT,
  items TEXT NOT NULL,
  terms TEXT NOT NULL,
  terms_hash TEXT NOT NULL,
  claims INTEGER NOT NULL,
  live_id TEXT GENERATED ALWAYS AS (CASE WHEN state IN ('COMPLETED', 'CONFIRMED', 'NO_SHOW', 'PENDING', 'PENDING_CONFIRMATION') THEN id END) STORED,
  CONSTRAINT booking_pkey PRIMARY KEY (id, tenant_id),
  CONSTRAINT booking_live_unique UNIQUE (live_id, tenant_id),
  CONSTRAINT booking_state_is_known CHECK (state IN ('CANCELLED', 'COMPLETED', 'CONFIRMED', 'EXPIRED', 'FAILED', 'NO_SHOW', 'PENDING', 'PENDING_CONFIRMATION', 'REJECTED')),
  CONSTRAINT booking_counts CHECK (version >= 1 AND sequence >= 0),
  CONSTRAINT booking_lasts CHECK (starts_at < ends_at),
  CONSTRAINT booking_claims_something CHECK (claims >= 1),
  CONSTRAINT booking_hold_ends CHECK ((state IN ('PENDING', 'PENDING_CONFIRMATION')) = (expires_at IS NOT NULL)),
  CONSTRAINT booking_end_has_a_reason CHECK (state NOT IN ('CANCELLED', 'COMPLETED', 'EXPIRED', 'FAILED', 'NO_SHOW', 'REJECTED') OR reason_code IS NOT NULL),
  CONSTRAINT booking_price_is_money CHECK ((price_minor IS NULL) = (currency IS NULL) AND (price_minor IS NULL OR price_minor >= 0))
) STRICT;

CREATE INDEX booking_by_age ON booking ((tenant_id + 0), created_at, id);

CREATE INDEX booking_by_customer ON booking (customer_id, tenant_id, created_at, id);

CREATE INDEX booking_by_deadline ON booking (expires_at) WHERE expires_at IS NOT NULL;

CREATE INDEX booking_by_provider ON booking (provider_id, tenant_id, created_at, id);

CREATE TABLE booking_answer (
  tenant_id INTEGER NOT NULL,
  principal TEXT NOT NULL,
  operation TEXT NOT NULL,
  "key" TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  at INTEGER NOT NULL,
  booking_id TEXT NOT NULL,
  payment_id TEXT,
  snapshot TEXT NOT NULL,
  CONSTRAINT booking_answer_pkey PRIMARY KEY (tenant_id, principal, operation, "key")
) STRICT;

CREATE INDEX booking_answer_by_age ON booking_answer (at);

CREATE TABLE booking_tenant (
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  cancels_on_external_refund INTEGER NOT NULL,
  PRIMARY KEY ("key"),
  CONSTRAINT booking_tenant_id_unique UNIQUE (id)
) STRICT;

CREATE TABLE booking_event (
  position INTEGER NOT NULL,
  tenant_id INTEGER NOT NULL,
  booking_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  correlation_id TEXT NOT NULL,
  causation_id TEXT,
  actor TEXT NOT NULL,
  schema_version INTEGER NOT NULL,
  data TEXT NOT NULL,
  published_at INTEGER,
  CONSTRAINT booking_event_pkey PRIMARY KEY (booking_id, tenant_id, sequence),
  CONSTRAINT booking_event_booking_fkey FOREIGN KEY(tenant_id, booking_id) REFERENCES booking (tenant_id, id),
  CONSTRAINT booking_event_sequence_counts CHECK (sequence >= 1)
) STRICT;

CREATE INDEX booking_event_unpublished ON booking_event (position);

CREATE TABLE booking_resource (
  tenant_id INTEGER NOT NULL,
  "key" INTEGER NOT NULL,
  id TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  document TEXT NOT NULL,
  CONSTRAINT booking_resource_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT booking_resource_key_unique UNIQUE ("key", tenant_id),
  CONSTRAINT booking_resource_tenant_fkey FOREIGN KEY(tenant_id) REFERENCES booking_tenant ("key"),
  CONSTRAINT booking_resource_revision_counts CHECK (revision >= 1)
) STRICT;

CREATE TABLE booking_service (
  tenant_id INTEGER NOT NULL,
  id TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  document TEXT NOT NULL,
  CONSTRAINT booking_service_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT booking_service_tenant_fkey FOREIGN KEY(tenant_id) REFERENCES booking_tenant ("key"),
  CONSTRAINT booking_service_revision_counts CHECK (revision >= 1)
) STRICT;

CREATE TABLE booking_payment (
  tenant_id INTEGER NOT NULL,
  id TEXT NOT NULL,
  booking_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  amount_minor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  provider TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  provider_ref TEXT,
  checkout_url TEXT,
  captured_minor INTEGER,
  captured_currency TEXT,
  failure TEXT,
  CONSTRAINT booking_payment_pkey PRIMARY KEY (id, tenant_id),
  CONSTRAINT booking_payment_attempt_unique UNIQUE (booking_id, tenant_id, number),
  CONSTRAINT booking_payment_booking_unique UNIQUE (booking_id, tenant_id, id),
  CONSTRAINT booking_payment_booking_fkey FOREIGN KEY(tenant_id, booking_id) REFERENCES booking (tenant_id, id),
  CONSTRAINT booking_payment_state_known CHECK (state IN ('CANCELLED', 'CREATED', 'FAILED', 'PAID', 'PARTIALLY_REFUNDED', 'PROCESSING', 'REFUNDED')),
  CONSTRAINT booking_payment_counts CHECK (number >= 1 AND amount_minor >= 0),
  CONSTRAINT booking_payment_captured_whole CHECK ((captured_minor IS NULL) = (captured_currency IS NULL) AND (captured_minor IS NULL OR captured_minor > 0))
) STRICT;

CREATE INDEX booking_payment_open ON booking_payment (booking_id) WHERE state IN ('CREATED', 'PROCESSING');

CREATE TABLE booking_unit (
  tenant_id INTEGER NOT NULL,
  resource_key INTEGER NOT NULL,
  number INTEGER NOT NULL,
  id TEXT NOT NULL,
  position INTEGER NOT NULL,
  category TEXT NOT NULL,
  seat_row INTEGER NOT NULL,
  seat_number INTEGER NOT NULL,
  offered INTEGER,
  CONSTRAINT booking_unit_pkey PRIMARY KEY (tenant_id, resource_key, number),
  CONSTRAINT booking_unit_id_unique UNIQUE (tenant_id, resource_key, id),
  CONSTRAINT booking_unit_offered_unique UNIQUE (tenant_id, resource_key, offered),
  CONSTRAINT booking_unit_resource_fkey FOREIGN KEY(tenant_id, resource_key) REFERENCES booking_resource (tenant_id, "key"),
  CONSTRAINT booking_unit_offered_under_its_number CHECK (offered = number)
) STRICT;

CREATE TABLE booking_performance (
  tenant_id INTEGER NOT NULL,
  id TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  document TEXT NOT NULL,
  CONSTRAINT booking_performance_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT booking_performance_resource_fkey FOREIGN KEY(tenant_id, resource_id) REFERENCES booking_resource (tenant_id, id),
  CONSTRAINT booking_performance_revision_counts CHECK (revision >= 1),
  CONSTRAINT booking_performance_lasts CHECK (starts_at < ends_at)
) STRICT;

CREATE TABLE booking_block (
  tenant_id INTEGER NOT NULL,
  id TEXT NOT NULL,
  resource_key INTEGER NOT NULL,
  unit_ids TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  lifted_at INTEGER,
  version INTEGER NOT NULL,
  claims INTEGER NOT NULL,
  live_id TEXT GENERATED ALWAYS AS (CASE WHEN lifted_at IS NULL THEN id END) STORED,
  CONSTRAINT booking_block_pkey PRIMARY KEY (id, tenant_id),
  CONSTRAINT booking_block_live_unique UNIQUE (live_id, tenant_id),
  CONSTRAINT booking_block_resource_fkey FOREIGN KEY(tenant_id, resource_key) REFERENCES booking_resource (tenant_id, "key"),
  CONSTRAINT booking_block_counts CHECK (version >= 1 AND claims >= 1),
  CONSTRAINT booking_block_lasts CHECK (starts_at < ends_at AND ends_at - starts_at <= 319680000000000)
) STRICT;

CREATE INDEX booking_block_by_resource ON booking_block (resource_key, tenant_id, id);

CREATE TABLE booking_refund (
  tenant_id INTEGER NOT NULL,
  id TEXT NOT NULL,
  booking_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  payment_id TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  provider_ref TEXT,
  failure TEXT,
  CONSTRAINT booking_refund_pkey PRIMARY KEY (id, tenant_id),
  CONSTRAINT booking_refund_number_unique UNIQUE (booking_id, tenant_id, number),
  CONSTRAINT booking_refund_payment_fkey FOREIGN KEY(tenant_id, booking_id, payment_id) REFERENCES booking_payment (tenant_id, booking_id, id),
  CONSTRAINT booking_refund_state_known CHECK (state IN ('FAILED', 'REQUESTED', 'SUCCEEDED')),
  CONSTRAINT booking_refund_counts CHECK (number >= 1 AND amount_minor > 0)
) STRICT;

CREATE INDEX booking_refund_open ON booking_refund (booking_id) WHERE state <> 'SUCCEEDED';

CREATE TABLE booking_claim (
  tenant_id INTEGER NOT NULL,
  resource_key INTEGER NOT NULL,
  unit INTEGER NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  holder_id TEXT NOT NULL,
  blocks INTEGER NOT NULL,
  since INTEGER NOT NULL,
  live INTEGER NOT NULL,
  pinned INTEGER NOT NULL,
  held_until INTEGER,
  live_unit INTEGER GENERATED ALWAYS AS (CASE WHEN live THEN unit END) STORED,
  live_booking_id TEXT GENERATED ALWAYS AS (CASE WHEN live AND NOT blocks THEN holder_id END) STORED,
  live_block_id TEXT GENERATED ALWAYS AS (CASE WHEN live AND blocks THEN holder_id END) STORED,
  CONSTRAINT booking_claim_pkey PRIMARY KEY (holder_id, tenant_id, resource_key, unit, starts_at, since),
  CONSTRAINT booking_claim_unit_fkey FOREIGN KEY(tenant_id, resource_key, live_unit) REFERENCES booking_unit (tenant_id, resource_key, offered),
  CONSTRAINT booking_claim_booking_fkey FOREIGN KEY(tenant_id, live_booking_id) REFERENCES booking (tenant_id, live_id),
  CONSTRAINT booking_claim_block_fkey FOREIGN KEY(tenant_id, live_block_id) REFERENCES booking_block (tenant_id, live_id),
  CONSTRAINT booking_claim_lasts CHECK (starts_at < ends_at AND ends_at - starts_at <= 319680000000000),
  CONSTRAINT booking_claim_blocks_for_good CHECK (NOT blocks OR held_until IS NULL)
) STRICT;

CREATE INDEX booking_claim_by_end ON booking_claim (tenant_id, resource_key, ends_at, starts_at, unit) WHERE live;

CREATE INDEX booking_claim_by_unit ON booking_claim (tenant_id, resource_key, unit, ends_at, starts_at) WHERE live;

CREATE INDEX booking_claim_of_block ON booking_claim (live_block_id, tenant_id) WHERE live_block_id IS NOT NULL;

CREATE INDEX booking_claim_of_booking ON booking_claim (live_booking_id, tenant_id) WHERE live_booking_id IS NOT NULL;

CREATE TABLE booking_transfer (
  tenant_id INTEGER NOT NULL,
  booking_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  debit TEXT NOT NULL,
  credit TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  at INTEGER NOT NULL,
  payment_id TEXT NOT NULL,
  refund_id TEXT,
  CONSTRAINT booking_transfer_pkey PRIMARY KEY (booking_id, tenant_id, number),
  CONSTRAINT booking_transfer_payment_fkey FOREIGN KEY(tenant_id, booking_id, payment_id) REFERENCES booking_payment (tenant_id, booking_id, id),
  CONSTRAINT booking_transfer_refund_fkey FOREIGN KEY(tenant_id, refund_id) REFERENCES booking_refund (tenant_id, id),
  CONSTRAINT booking_transfer_debit_known CHECK (debit IN ('DUE_BACK', 'KEPT', 'PROVIDER', 'SUSPENSE')),
  CONSTRAINT booking_transfer_credit_known CHECK (credit IN ('DUE_BACK', 'KEPT', 'PROVIDER', 'SUSPENSE')),
  CONSTRAINT booking_transfer_moves CHECK (debit <> credit),
  CONSTRAINT booking_transfer_counts CHECK (number >= 1 AND amount_minor > 0)
) STRICT;

CREATE UNIQUE INDEX booking_transfer_captures_once ON booking_transfer (payment_id, tenant_id) WHERE debit = 'PROVIDER';
