"""What stands behind the ports of the engine: one folder per technology."""
