"""Use cases: one act per file, a command and its handler."""
