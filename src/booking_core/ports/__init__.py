"""What the engine needs from the world; one port per file, each with a contract suite."""
