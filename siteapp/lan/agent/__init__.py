"""The seat agent: one file that student machines run by themselves; nothing here imports it."""
