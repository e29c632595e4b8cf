"""How other systems say what we say: one module for each, in and out."""
