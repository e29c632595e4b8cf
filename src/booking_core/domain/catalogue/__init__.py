"""What can be booked, when, by which rules and for how much."""
