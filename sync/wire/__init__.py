"""Bytes and the only cryptography: canonical JSON, keys, sealed documents, unlock codes."""
