"""Questions about what is free, and keeping units from sale."""
