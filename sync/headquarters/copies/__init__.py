"""Copies of headquarters: written while it works, restored into an empty place, drilled."""
