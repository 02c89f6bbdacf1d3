"""What is examined: the bank of items, and the specifications with their assumed rules."""
