CREATE TABLE booking_holder (
  work TEXT COLLATE "C" NOT NULL,
  holder TEXT COLLATE "C" NOT NULL,
  until TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT booking_holder_pkey PRIMARY KEY (work, holder)
);

CREATE TABLE booking_lease (
  work TEXT COLLATE "C" NOT NULL,
  shard INTEGER NOT NULL,
  holder TEXT COLLATE "C" NOT NULL,
  until TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT booking_lease_pkey PRIMARY KEY (work, shard),
  CONSTRAINT booking_lease_shard_counts CHECK (shard >= 0)
);
