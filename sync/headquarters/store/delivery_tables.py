"""The tables of delivery: what sites say of themselves, and half uploads. Beside schema.py."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
)

from sync.headquarters.store.schema import metadata

# The newest inventory of each site; `at` is our clock, `said_at` the site's.
contacts = Table(
    "contacts",
    metadata,
    Column("site", ForeignKey("sites.id"), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("said_at", BigInteger, nullable=False),
    Column("software", String, nullable=False),
    # Hash of the journals when headquarters had just the same; null while something differs.
    Column("agreed", String),
    # Digests of the newest lists that are not here, and that are not because another file has the
    # number.
    Column("lacking", BigInteger, nullable=False),
    Column("forked", BigInteger, nullable=False),
)

# Its sessions. `state` and `cut` (batches by the site's journal) are null if it does not say.
contact_sessions = Table(
    "contact_sessions",
    metadata,
    Column("site", ForeignKey("contacts.site"), nullable=False),
    Column("session", String, nullable=False),
    Column("state", String),
    Column("cut", BigInteger),
    # What lies in the site's spool: of the highest server term, and that term.
    Column("server_term", BigInteger),
    Column("batches", BigInteger, nullable=False),
    Column("files", BigInteger, nullable=False),
    PrimaryKeyConstraint("site", "session"),
)

# The newest readiness report of each session; `at` by the site's clock, never beyond ours.
readiness = Table(
    "readiness",
    metadata,
    Column("site", ForeignKey("sites.id"), nullable=False),
    Column("session", ForeignKey("sessions.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    # What lists of many sites ask; all else is in the envelope.
    Column("ready", Boolean, nullable=False),
    Column("rooms", BigInteger, nullable=False),
    Column("servers", BigInteger, nullable=False),
    Column("student_machines", BigInteger, nullable=False),
    Column("cameras", BigInteger),
    Column("envelope", LargeBinary, nullable=False),
    PrimaryKeyConstraint("site", "session"),
)

# Half uploads. `at`: when the last part came. `digest` names the whole file.
uploads = Table(
    "uploads",
    metadata,
    Column("site", ForeignKey("sites.id"), nullable=False),
    Column("digest", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("site", "digest"),
)

# Their bytes: in the database, because all receivers have it, and part and offset change together.
upload_parts = Table(
    "upload_parts",
    metadata,
    Column("site", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("site", "digest", "offset"),
    ForeignKeyConstraint(
        ["site", "digest"], ["uploads.site", "uploads.digest"], ondelete="CASCADE"
    ),
)
