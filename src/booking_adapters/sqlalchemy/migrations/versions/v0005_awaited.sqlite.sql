CREATE TABLE booking_awaited (
  event_id TEXT NOT NULL,
  consumer TEXT NOT NULL,
  tenant_id INTEGER NOT NULL,
  booking_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  told_at INTEGER NOT NULL,
  again INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  lags INTEGER NOT NULL,
  CONSTRAINT booking_awaited_pkey PRIMARY KEY (event_id, consumer, tenant_id),
  CONSTRAINT booking_awaited_counts CHECK (again >= 0)
) STRICT;

CREATE INDEX booking_awaited_by_due ON booking_awaited (due_at);

CREATE INDEX booking_awaited_lagging ON booking_awaited (consumer, told_at) WHERE lags;

CREATE TABLE booking_reached (
  consumer TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  CONSTRAINT booking_reached_pkey PRIMARY KEY (consumer)
) STRICT;
