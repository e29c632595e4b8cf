CREATE TABLE booking (
  tenant_id INTEGER NOT NULL,
  id UUID NOT NULL,
  code TEXT COLLATE "C" NOT NULL,
  customer_id TEXT COLLATE "C" NOT NULL,
  provider_id TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  version INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE,
  checked_in_at TIMESTAMP WITH TIME ZONE,
  price_minor BIGINT,
  currency TEXT COLLATE "C",
  reason_code TEXT COLLATE "C",
  flag TEXT COLLATE "C",
  items JSON NOT NULL,
  terms TEXT COLLATE "C" NOT NULL,
  terms_hash TEXT COLLATE "C" NOT NULL,
  claims INTEGER NOT NULL,
  live_id UUID GENERATED ALWAYS AS (CASE WHEN state IN ('COMPLETED', 'CONFIRMED', 'NO_SHOW', 'PENDING', 'PENDING_CONFIRMATION') THEN id END) STORED,
  CONSTRAINT booking_pkey PRIMARY KEY (id, tenant_id),
  CONSTRAINT booking_live_unique UNIQUE (live_id, tenant_id),
  CONSTRAINT booking_state_is_known CHECK (state IN ('CANCELLED', 'COMPLETED', 'CONFIRMED', 'EXPIRED', 'FAILED', 'NO_SHOW', 'PENDING', 'PENDING_CONFIRMATION', 'REJECTED')),
  CONSTRAINT booking_counts CHECK (version >= 1 AND sequence >= 0),
  CONSTRAINT booking_lasts CHECK (starts_at < ends_at),
  CONSTRAINT booking_claims_something CHECK (claims >= 1),
  CONSTRAINT booking_hold_ends CHECK ((state IN ('PENDING', 'PENDING_CONFIRMATION')) = (expires_at IS NOT NULL)),
  CONSTRAINT booking_end_has_a_reason CHECK (state NOT IN ('CANCELLED', 'COMPLETED', 'EXPIRED', 'FAILED', 'NO_SHOW', 'REJECTED') OR reason_code IS NOT NULL),
  CONSTRAINT booking_price_is_money CHECK ((price_minor IS NULL) = (currency IS NULL) AND (price_minor IS NULL OR price_minor >= 0)),
  CONSTRAINT booking_terms_match_their_hash CHECK (terms_hash = encode(sha256(convert_to(terms, 'UTF8')), 'hex'))
);

CREATE INDEX booking_by_age ON booking ((tenant_id + 0), created_at, id);

CREATE INDEX booking_by_customer ON booking (customer_id, tenant_id, created_at, id);

CREATE INDEX booking_by_deadline ON booking (expires_at) WHERE expires_at IS NOT NULL;

CREATE INDEX booking_by_provider ON booking (provider_id, tenant_id, created_at, id);

CREATE TABLE booking_answer (
  tenant_id INTEGER NOT NULL,
  principal TEXT COLLATE "C" NOT NULL,
  operation TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  fingerprint TEXT COLLATE "C" NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  booking_id UUID NOT NULL,
  payment_id UUID,
  snapshot JSON NOT NULL,
  CONSTRAINT booking_answer_pkey PRIMARY KEY (tenant_id, principal, operation, key)
);

CREATE INDEX booking_answer_by_age ON booking_answer USING brin (at);

CREATE TABLE booking_tenant (
  key INTEGER GENERATED ALWAYS AS IDENTITY,
  id TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  cancels_on_external_refund BOOLEAN NOT NULL,
  PRIMARY KEY (key),
  CONSTRAINT booking_tenant_id_unique UNIQUE (id)
);

CREATE TABLE booking_event (
  position BIGINT GENERATED ALWAYS AS IDENTITY,
  tenant_id INTEGER NOT NULL,
  booking_id UUID NOT NULL,
  sequence INTEGER NOT NULL,
  event_id UUID NOT NULL,
  type TEXT COLLATE "C" NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  correlation_id TEXT COLLATE "C" NOT NULL,
  causation_id TEXT COLLATE "C",
  actor TEXT COLLATE "C" NOT NULL,
  schema_version INTEGER NOT NULL,
  data JSON NOT NULL,
  published_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT booking_event_pkey PRIMARY KEY (booking_id, tenant_id, sequence),
  CONSTRAINT booking_event_booking_fkey FOREIGN KEY(tenant_id, booking_id) REFERENCES booking (tenant_id, id),
  CONSTRAINT booking_event_sequence_counts CHECK (sequence >= 1)
);

CREATE INDEX booking_event_unpublished ON booking_event (position) WHERE published_at IS NULL;

CREATE TABLE booking_resource (
  tenant_id INTEGER NOT NULL,
  key INTEGER NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  provider_id TEXT COLLATE "C" NOT NULL,
  revision INTEGER NOT NULL,
  document JSON NOT NULL,
  CONSTRAINT booking_resource_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT booking_resource_key_unique UNIQUE (key, tenant_id),
  CONSTRAINT booking_resource_tenant_fkey FOREIGN KEY(tenant_id) REFERENCES booking_tenant (key),
  CONSTRAINT booking_resource_revision_counts CHECK (revision >= 1)
);

CREATE TABLE booking_service (
  tenant_id INTEGER NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  provider_id TEXT COLLATE "C" NOT NULL,
  revision INTEGER NOT NULL,
  document JSON NOT NULL,
  CONSTRAINT booking_service_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT booking_service_tenant_fkey FOREIGN KEY(tenant_id) REFERENCES booking_tenant (key),
  CONSTRAINT booking_service_revision_counts CHECK (revision >= 1)
);

CREATE TABLE booking_payment (
  tenant_id INTEGER NOT NULL,
  id UUID NOT NULL,
  booking_id UUID NOT NULL,
  number INTEGER NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency TEXT COLLATE "C" NOT NULL,
  provider TEXT COLLATE "C" NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  provider_ref TEXT COLLATE "C",
  checkout_url TEXT COLLATE "C",
  captured_minor BIGINT,
  captured_currency TEXT COLLATE "C",
  failure TEXT COLLATE "C",
  CONSTRAINT booking_payment_pkey PRIMARY KEY (id, tenant_id),
  CONSTRAINT booking_payment_attempt_unique UNIQUE (booking_id, tenant_id, number),
  CONSTRAINT booking_payment_booking_unique UNIQUE (booking_id, tenant_id, id),
  CONSTRAINT booking_payment_booking_fkey FOREIGN KEY(tenant_id, booking_id) REFERENCES booking (tenant_id, id),
  CONSTRAINT booking_payment_state_known CHECK (state IN ('CANCELLED', 'CREATED', 'FAILED', 'PAID', 'PARTIALLY_REFUNDED', 'PROCESSING', 'REFUNDED')),
  CONSTRAINT booking_payment_counts CHECK (number >= 1 AND amount_minor >= 0),
  CONSTRAINT booking_payment_captured_whole CHECK ((captured_minor IS NULL) = (captured_currency IS NULL) AND (captured_minor IS NULL OR captured_minor > 0))
);

CREATE INDEX booking_payment_open ON booking_payment (booking_id) WHERE state IN ('CREATED', 'PROCESSING');

CREATE TABLE booking_unit (
  tenant_id INTEGER NOT NULL,
  resource_key INTEGER NOT NULL,
  number INTEGER NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  position INTEGER NOT NULL,
  category TEXT COLLATE "C" NOT NULL,
  seat_row INTEGER NOT NULL,
  seat_number INTEGER NOT NULL,
  offered INTEGER,
  CONSTRAINT booking_unit_pkey PRIMARY KEY (tenant_id, resource_key, number),
  CONSTRAINT booking_unit_id_unique UNIQUE (tenant_id, resource_key, id),
  CONSTRAINT booking_unit_offered_unique UNIQUE (tenant_id, resource_key, offered),
  CONSTRAINT booking_unit_resource_fkey FOREIGN KEY(tenant_id, resource_key) REFERENCES booking_resource (tenant_id, key),
  CONSTRAINT booking_unit_offered_under_its_number CHECK (offered = number)
);

CREATE TABLE booking_performance (
  tenant_id INTEGER NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  provider_id TEXT COLLATE "C" NOT NULL,
  resource_id TEXT COLLATE "C" NOT NULL,
  starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
  revision INTEGER NOT NULL,
  document JSON NOT NULL,
  CONSTRAINT booking_performance_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT booking_performance_resource_fkey FOREIGN KEY(tenant_id, resource_id) REFERENCES booking_resource (tenant_id, id),
  CONSTRAINT booking_performance_revision_counts CHECK (revision >= 1),
  CONSTRAINT booking_performance_lasts CHECK (starts_at < ends_at)
);

CREATE TABLE booking_block (
  tenant_id INTEGER NOT NULL,
  id UUID NOT NULL,
  resource_key INTEGER NOT NULL,
  unit_ids JSON NOT NULL,
  starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  lifted_at TIMESTAMP WITH TIME ZONE,
  version INTEGER NOT NULL,
  claims INTEGER NOT NULL,
  live_id UUID GENERATED ALWAYS AS (CASE WHEN lifted_at IS NULL THEN id END) STORED,
  CONSTRAINT booking_block_pkey PRIMARY KEY (id, tenant_id),
  CONSTRAINT booking_block_live_unique UNIQUE (live_id, tenant_id),
  CONSTRAINT booking_block_resource_fkey FOREIGN KEY(tenant_id, resource_key) REFERENCES booking_resource (tenant_id, key),
  CONSTRAINT booking_block_counts CHECK (version >= 1 AND claims >= 1),
  CONSTRAINT booking_block_lasts CHECK (starts_at < ends_at AND isfinite(starts_at) AND isfinite(ends_at) AND ends_at - starts_at <= interval '3700 days')
);

CREATE INDEX booking_block_by_resource ON booking_block (resource_key, tenant_id, id);

CREATE TABLE booking_refund (
  tenant_id INTEGER NOT NULL,
  id UUID NOT NULL,
  booking_id UUID NOT NULL,
  number INTEGER NOT NULL,
  payment_id UUID NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  provider_ref TEXT COLLATE "C",
  failure TEXT COLLATE "C",
  CONSTRAINT booking_refund_pkey PRIMARY KEY (id, tenant_id),
  CONSTRAINT booking_refund_number_unique UNIQUE (booking_id, tenant_id, number),
  CONSTRAINT booking_refund_payment_fkey FOREIGN KEY(tenant_id, booking_id, payment_id) REFERENCES booking_payment (tenant_id, booking_id, id),
  CONSTRAINT booking_refund_state_known CHECK (state IN ('FAILED', 'REQUESTED', 'SUCCEEDED')),
  CONSTRAINT booking_refund_counts CHECK (number >= 1 AND amount_minor > 0)
);

CREATE INDEX booking_refund_open ON booking_refund (booking_id) WHERE state <> 'SUCCEEDED';

CREATE TABLE booking_claim (
  tenant_id INTEGER NOT NULL,
  resource_key INTEGER NOT NULL,
  unit INTEGER NOT NULL,
  starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
  holder_id UUID NOT NULL,
  blocks BOOLEAN NOT NULL,
  since INTEGER NOT NULL,
  live BOOLEAN NOT NULL,
  pinned BOOLEAN NOT NULL,
  held_until TIMESTAMP WITH TIME ZONE,
  live_unit INTEGER GENERATED ALWAYS AS (CASE WHEN live THEN unit END) STORED,
  live_booking_id UUID GENERATED ALWAYS AS (CASE WHEN live AND NOT blocks THEN holder_id END) STORED,
  live_block_id UUID GENERATED ALWAYS AS (CASE WHEN live AND blocks THEN holder_id END) STORED,
  CONSTRAINT booking_claim_pkey PRIMARY KEY (holder_id, tenant_id, resource_key, unit, starts_at, since),
  CONSTRAINT booking_claim_unit_fkey FOREIGN KEY(tenant_id, resource_key, live_unit) REFERENCES booking_unit (tenant_id, resource_key, offered),
  CONSTRAINT booking_claim_booking_fkey FOREIGN KEY(tenant_id, live_booking_id) REFERENCES booking (tenant_id, live_id),
  CONSTRAINT booking_claim_block_fkey FOREIGN KEY(tenant_id, live_block_id) REFERENCES booking_block (tenant_id, live_id),
  CONSTRAINT booking_claim_lasts CHECK (starts_at < ends_at AND isfinite(starts_at) AND isfinite(ends_at) AND ends_at - starts_at <= interval '3700 days'),
  CONSTRAINT booking_claim_blocks_for_good CHECK (NOT blocks OR held_until IS NULL),
  CONSTRAINT booking_claim_no_overlap EXCLUDE USING gist (tenant_id WITH =, resource_key WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&, unit WITH =) WHERE (live)
) WITH (fillfactor = 85);

CREATE INDEX booking_claim_of_block ON booking_claim (live_block_id, tenant_id) WHERE live_block_id IS NOT NULL;

CREATE INDEX booking_claim_of_booking ON booking_claim (live_booking_id, tenant_id) WHERE live_booking_id IS NOT NULL;

CREATE TABLE booking_transfer (
  tenant_id INTEGER NOT NULL,
  booking_id UUID NOT NULL,
  number INTEGER NOT NULL,
  debit TEXT COLLATE "C" NOT NULL,
  credit TEXT COLLATE "C" NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency TEXT COLLATE "C" NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  payment_id UUID NOT NULL,
  refund_id UUID,
  CONSTRAINT booking_transfer_pkey PRIMARY KEY (booking_id, tenant_id, number),
  CONSTRAINT booking_transfer_payment_fkey FOREIGN KEY(tenant_id, booking_id, payment_id) REFERENCES booking_payment (tenant_id, booking_id, id),
  CONSTRAINT booking_transfer_refund_fkey FOREIGN KEY(tenant_id, refund_id) REFERENCES booking_refund (tenant_id, id),
  CONSTRAINT booking_transfer_debit_known CHECK (debit IN ('DUE_BACK', 'KEPT', 'PROVIDER', 'SUSPENSE')),
  CONSTRAINT booking_transfer_credit_known CHECK (credit IN ('DUE_BACK', 'KEPT', 'PROVIDER', 'SUSPENSE')),
  CONSTRAINT booking_transfer_moves CHECK (debit <> credit),
  CONSTRAINT booking_transfer_counts CHECK (number >= 1 AND amount_minor > 0)
);

CREATE UNIQUE INDEX booking_transfer_captures_once ON booking_transfer (payment_id, tenant_id) WHERE debit = 'PROVIDER';
