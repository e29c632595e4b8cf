"""Bookings over HTTP: making them, reading them, and everything that can happen to them."""
