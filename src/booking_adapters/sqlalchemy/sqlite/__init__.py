"""What only SQLite does, or does in its own way."""
