"""Servers of the campaign's own: it starts them, so it may kill and freeze them."""
