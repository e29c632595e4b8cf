"""What can be done with a booking."""
