"""The engine as a command line."""
