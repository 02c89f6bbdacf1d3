"""The second server: pairing, following, promotion, fencing; sealed copies where there is none.

docs/design/second-server.md says why.
"""
