CREATE TABLE booking_letter (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  consumer TEXT NOT NULL,
  identity TEXT NOT NULL,
  message TEXT NOT NULL,
  body BLOB NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  due_at INTEGER,
  code TEXT NOT NULL,
  cause TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  CONSTRAINT booking_letter_identity_unique UNIQUE (identity, consumer),
  CONSTRAINT booking_letter_state_is_known CHECK (state IN ('dead', 'waiting')),
  CONSTRAINT booking_letter_waits_until_due CHECK ((state = 'waiting') = (due_at IS NOT NULL)),
  CONSTRAINT booking_letter_counts CHECK (attempts >= 0)
) STRICT;

CREATE INDEX booking_letter_by_due ON booking_letter (consumer, due_at, id);

CREATE INDEX booking_letter_dead ON booking_letter (id) WHERE state = 'dead';

CREATE INDEX booking_letter_waiting ON booking_letter (id) WHERE state = 'waiting';

CREATE TABLE booking_position (
  booking_id TEXT NOT NULL,
  consumer TEXT NOT NULL,
  tenant_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  CONSTRAINT booking_position_pkey PRIMARY KEY (booking_id, consumer, tenant_id),
  CONSTRAINT booking_position_counts CHECK (sequence >= 1)
) STRICT;

CREATE TABLE booking_receipt (
  event_id TEXT NOT NULL,
  consumer TEXT NOT NULL,
  tenant_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  CONSTRAINT booking_receipt_pkey PRIMARY KEY (event_id, consumer, tenant_id),
  CONSTRAINT booking_receipt_event_id_is_short CHECK (length(event_id) <= 128)
) STRICT;

CREATE INDEX booking_receipt_by_age ON booking_receipt (at);
