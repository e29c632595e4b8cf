CREATE TABLE booking_letter (
  id BIGINT GENERATED ALWAYS AS IDENTITY,
  consumer TEXT COLLATE "C" NOT NULL,
  identity TEXT COLLATE "C" NOT NULL,
  message TEXT COLLATE "C" NOT NULL,
  body BYTEA NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  attempts INTEGER NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE,
  code TEXT COLLATE "C" NOT NULL,
  cause TEXT COLLATE "C" NOT NULL,
  first_at TIMESTAMP WITH TIME ZONE NOT NULL,
  last_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT booking_letter_pkey PRIMARY KEY (id),
  CONSTRAINT booking_letter_identity_unique UNIQUE (identity, consumer),
  CONSTRAINT booking_letter_state_is_known CHECK (state IN ('dead', 'waiting')),
  CONSTRAINT booking_letter_waits_until_due CHECK ((state = 'waiting') = (due_at IS NOT NULL)),
  CONSTRAINT booking_letter_counts CHECK (attempts >= 0)
);

CREATE INDEX booking_letter_by_due ON booking_letter (consumer, due_at, id);

CREATE INDEX booking_letter_dead ON booking_letter (id) WHERE state = 'dead';

CREATE INDEX booking_letter_waiting ON booking_letter (id) WHERE state = 'waiting';

CREATE TABLE booking_position (
  booking_id TEXT COLLATE "C" NOT NULL,
  consumer TEXT COLLATE "C" NOT NULL,
  tenant_id INTEGER NOT NULL,
  sequence BIGINT NOT NULL,
  CONSTRAINT booking_position_pkey PRIMARY KEY (booking_id, consumer, tenant_id),
  CONSTRAINT booking_position_counts CHECK (sequence >= 1)
);

CREATE TABLE booking_receipt (
  event_id TEXT COLLATE "C" NOT NULL,
  consumer TEXT COLLATE "C" NOT NULL,
  tenant_id INTEGER NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT booking_receipt_pkey PRIMARY KEY (event_id, consumer, tenant_id),
  CONSTRAINT booking_receipt_event_id_is_short CHECK (length(event_id) <= 128)
);

CREATE INDEX booking_receipt_by_age ON booking_receipt (at);
