"""A customer's booking, its lifecycle, and the terms it was made on."""
