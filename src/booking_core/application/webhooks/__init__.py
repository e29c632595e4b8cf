"""What happened, told to the URLs of tenants."""
