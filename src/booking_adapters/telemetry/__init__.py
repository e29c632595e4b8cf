"""Watching the engine: numbers, traces and the correlation of log lines."""
