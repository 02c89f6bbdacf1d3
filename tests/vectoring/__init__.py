"""Makes and reads `tests/vectors/<format>/<fault>`: one fault a file (docs/specs/vectors.md)."""
