"""The table of candidates' photos: what is published with a session, as small JPEGs."""

from sqlalchemy import Column, ForeignKey, LargeBinary, PrimaryKeyConstraint, String, Table

from sync.headquarters.store.schema import metadata

# `photo` is what headquarters encoded itself, never the file that was handed in.
photos = Table(
    "photos",
    metadata,
    Column("session", ForeignKey("sessions.id"), nullable=False),
    Column("admission", String, nullable=False),
    Column("photo", LargeBinary, nullable=False),
    PrimaryKeyConstraint("session", "admission"),
)
