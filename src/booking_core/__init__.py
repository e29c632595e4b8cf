"""The booking engine: domain, use cases and ports, on the standard library alone."""
