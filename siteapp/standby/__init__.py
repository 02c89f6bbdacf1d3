"""The second server: pairing, following, promotion, fencing (docs/design/second-server.md)."""
