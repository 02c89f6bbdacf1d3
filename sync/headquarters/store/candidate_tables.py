"""What a session has of single candidates besides the roster: photos, and arrangements."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

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

# More time that was granted to one candidate in advance, for each paper of the session, and rests
# in it; and why.
arrangements = Table(
    "arrangements",
    metadata,
    Column("session", ForeignKey("sessions.id"), nullable=False),
    Column("admission", String, nullable=False),
    Column("extra_minutes", Integer, nullable=False),
    Column("rests", Integer, nullable=False),
    Column("rest_minutes", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("session", "admission"),
)
