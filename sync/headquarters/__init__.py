"""Headquarters: registers sites, publishes packages, takes in batches, scores."""
