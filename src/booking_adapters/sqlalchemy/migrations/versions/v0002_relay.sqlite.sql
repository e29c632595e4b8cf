CREATE TABLE booking_holder (
  work TEXT NOT NULL,
  holder TEXT NOT NULL,
  until INTEGER NOT NULL,
  CONSTRAINT booking_holder_pkey PRIMARY KEY (work, holder)
) STRICT;

CREATE TABLE booking_lease (
  work TEXT NOT NULL,
  shard INTEGER NOT NULL,
  holder TEXT NOT NULL,
  until INTEGER NOT NULL,
  CONSTRAINT booking_lease_pkey PRIMARY KEY (work, shard),
  CONSTRAINT booking_lease_shard_counts CHECK (shard >= 0)
) STRICT;

CREATE INDEX booking_event_unsent ON booking_event (position) WHERE published_at IS NULL;
