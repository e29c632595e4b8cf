"""Money: attempts to pay, refunds, and the ledger in which both are told."""
