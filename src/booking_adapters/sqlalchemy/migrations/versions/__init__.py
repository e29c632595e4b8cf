"""One module per step; a step's SQL stands beside it, one file per database."""
