"""What is told to the URLs of tenants, and what becomes of each telling."""
