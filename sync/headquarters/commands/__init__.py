"""The commands of `examhq`, a module a subject."""
