"""What all contexts share: ids, money, time, lifecycles, refusals, events."""
