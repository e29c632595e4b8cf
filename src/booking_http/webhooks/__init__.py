"""Webhooks: URLs of a tenant's that are told what happens."""
