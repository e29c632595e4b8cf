"""The engine as an HTTP service."""
