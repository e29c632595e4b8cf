"""Webhooks on the wire: an HTTP client that cannot be sent where it should not go."""
