"""Bookings through the whole saga, with every part in a process of its own."""
