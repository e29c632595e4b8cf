"""What may be wrong around the engine, looked for before it hurts."""
