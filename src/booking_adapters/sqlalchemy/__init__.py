"""Storage on PostgreSQL and SQLite: one schema, one contract, two dialects of SQL."""
