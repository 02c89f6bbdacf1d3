"""Results released by two as fixed lists, and what is made of such a list."""
