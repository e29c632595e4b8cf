"""Where messages go and come from: one folder per broker; memory's is among memory's adapters."""
