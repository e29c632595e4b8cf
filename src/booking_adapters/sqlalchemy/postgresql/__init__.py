"""What only PostgreSQL does, or does in its own way."""
