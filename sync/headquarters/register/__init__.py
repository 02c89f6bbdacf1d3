"""Whom headquarters knows: sites, its own people, its own keys."""
