"""What keeps the engine in order: sweeping, reconciling, verifying."""
