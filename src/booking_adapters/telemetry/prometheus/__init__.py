"""Numbers for Prometheus; the extra `observability` installs its client."""
