"""A town's worth of inventory to try the engine on, one house per file."""
