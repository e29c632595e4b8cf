CREATE TABLE booking_awaited (
  event_id TEXT COLLATE "C" NOT NULL,
  consumer TEXT COLLATE "C" NOT NULL,
  tenant_id INTEGER NOT NULL,
  booking_id UUID NOT NULL,
  sequence INTEGER NOT NULL,
  sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
  told_at TIMESTAMP WITH TIME ZONE NOT NULL,
  again INTEGER NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE NOT NULL,
  lags BOOLEAN NOT NULL,
  CONSTRAINT booking_awaited_pkey PRIMARY KEY (event_id, consumer, tenant_id),
  CONSTRAINT booking_awaited_counts CHECK (again >= 0)
);

CREATE INDEX booking_awaited_by_due ON booking_awaited (due_at);

CREATE INDEX booking_awaited_lagging ON booking_awaited (consumer, told_at) WHERE lags;

CREATE TABLE booking_reached (
  consumer TEXT COLLATE "C" NOT NULL,
  sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT booking_reached_pkey PRIMARY KEY (consumer)
);
