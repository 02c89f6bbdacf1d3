"""QTI items: read without trust, scored as published, written in one profile."""
