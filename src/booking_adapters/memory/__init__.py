"""Every port in memory: for tests and for whoever embeds the engine first.

One process, nothing durable; all else is held to the same contracts as the databases.
"""
