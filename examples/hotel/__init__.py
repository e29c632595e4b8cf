"""A hotel's bookings, read from a file and taken to the engine: see ../hotel_replay.py."""
