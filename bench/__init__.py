"""Speed, measured: each benchmark prints its own side and the hand-written one from one run."""
