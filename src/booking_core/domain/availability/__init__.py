"""What is free, why not, and which unit to take: pure functions over one set of rules."""
