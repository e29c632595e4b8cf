"""How a database gets to the schema of `tables`, step by step."""
