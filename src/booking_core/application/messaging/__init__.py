"""How what happened reaches others."""
