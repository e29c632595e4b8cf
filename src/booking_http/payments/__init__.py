"""Money over HTTP: paying, refunds, and what the payment provider tells."""
