"""Who of this package listens to the broker, and with how much patience."""
