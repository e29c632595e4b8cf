"""Traces by OpenTelemetry; the extra `observability` installs its SDK."""
