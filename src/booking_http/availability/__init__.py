"""What is free, over HTTP: slots, periods, quantities, seats, and why not."""
