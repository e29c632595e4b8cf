"""A hundred kinds of poison among healthy messages: each is a dead letter that names its cause."""
