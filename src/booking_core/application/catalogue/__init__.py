"""What a provider does with what it sells."""
