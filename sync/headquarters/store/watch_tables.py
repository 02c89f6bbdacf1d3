"""The tables of what is watched: how far each session is, and what its journal tells people about.

They are drawn from received journals by whoever scores them, so that pages count by SQL and open
no batch. Losing them loses nothing: the next batch of a session, or `examhq score`, fills them.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from sync.headquarters.store.schema import metadata

# How far a session is by its journal; times are the site's clock. `registered` and the other counts
# are attempts: a candidate of two sittings counts twice. `differing` is how many attempts of closed
# sittings are not as they should be.
progress = Table(
    "progress",
    metadata,
    Column("session", ForeignKey("sessions.id"), primary_key=True),
    Column("batches", Integer, nullable=False),
    Column("server_term", Integer, nullable=False),
    Column("unlocked_at", BigInteger),
    Column("opened_at", BigInteger),
    Column("closed_at", BigInteger),
    Column("last_at", BigInteger),
    Column("registered", Integer, nullable=False),
    Column("absent", Integer, nullable=False),
    Column("present", Integer, nullable=False),
    Column("handed_in", Integer, nullable=False),
    Column("differing", Integer, nullable=False),
    Column("forks", Integer, nullable=False),
    Column("broken", Boolean, nullable=False),
    Column("gap", Boolean, nullable=False),
    Column("lacking_zh", Text),
    Column("lacking_en", Text),
)

# Events that people look into, with where in the signed journal they stand.
incidents = Table(
    "incidents",
    metadata,
    Column("session", ForeignKey("sessions.id"), nullable=False),
    Column("server_term", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("sitting", String, nullable=False),
    Column("admission", String, nullable=False),
    Column("ms", BigInteger),
    Column("number", BigInteger),
    Column("who", String, nullable=False),
    Column("second", String, nullable=False),
    Column("category", Text, nullable=False),
    Column("note", Text, nullable=False),
    # The first signed checkpoint that covers the event, and the batch that carries it.
    Column("checkpoint", BigInteger, nullable=False),
    Column("root", String, nullable=False),
    Column("batch", String, nullable=False),
    PrimaryKeyConstraint("session", "server_term", "seq"),
    Index("incidents_by_kind", "kind", "session"),
)

# Uploaded files that the journal names, by the number of their event.
named_files = Table(
    "named_files",
    metadata,
    Column("session", ForeignKey("sessions.id"), nullable=False),
    Column("server_term", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("sitting", String, nullable=False),
    Column("admission", String, nullable=False),
    Column("item", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    PrimaryKeyConstraint("session", "seq"),
)

# Every receipt code that a candidate was shown. `standing` is the last one of its attempt;
# `fits` says whether it is the code of the answers that came in.
hand_ins = Table(
    "hand_ins",
    metadata,
    Column("session", ForeignKey("sessions.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("sitting", String, nullable=False),
    Column("admission", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("how", String, nullable=False),
    Column("receipt", String, nullable=False),
    Column("standing", Boolean, nullable=False),
    Column("fits", Boolean),
    PrimaryKeyConstraint("session", "seq"),
    Index("hand_ins_by_receipt", "receipt"),
)
