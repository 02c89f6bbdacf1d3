"""The tables of headquarters, in SQL that SQLite and PostgreSQL both speak.

Times are milliseconds since 1970. A digest is the hex SHA-256 of a file in `blobs/`.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
)

SCHEMA_VERSION = 5
metadata = MetaData()

about = Table("about", metadata, Column("name", String, primary_key=True), Column("value", String))

sites = Table(
    "sites",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("registered_at", BigInteger, nullable=False),
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("site", ForeignKey("sites.id"), nullable=False),
    Column("serial", Integer, nullable=False),
    Column("request", String, nullable=False, unique=True),
    Column("sign_key", LargeBinary, nullable=False),
    Column("sign_key_id", String, nullable=False),
    Column("certificate", LargeBinary, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("site", "serial"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("site", ForeignKey("sites.id"), nullable=False),
    Column("name_zh", String, nullable=False),
    Column("name_en", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("starts_at", String, nullable=False),
    Column("room", String, nullable=False),
    Column("seed", String, nullable=False),
    Column("state", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("published_at", BigInteger),
    Column("plan", Text),
    Column("package_digest", String),
    Column("package_size", BigInteger),
    Column("package_serial", Integer),
)

# Every register of headquarters' keys as the root signed it; the highest serial counts.
key_registers = Table(
    "key_registers",
    metadata,
    Column("serial", Integer, primary_key=True, autoincrement=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# Sessions that one release officer has signed: what is in the sealed file, and by whom.
release_drafts = Table(
    "release_drafts",
    metadata,
    Column("session", ForeignKey("sessions.id"), primary_key=True),
    Column("digest", String, nullable=False),
    Column("content", String, nullable=False),
    Column("key_id", String, nullable=False),
    Column("who", String, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# `specification` is frozen when the sitting is made: later changes of rules leave it alone.
sittings = Table(
    "sittings",
    metadata,
    Column("session", ForeignKey("sessions.id"), nullable=False),
    Column("id", String, nullable=False),
    Column("position", Integer, nullable=False),
    Column("specification", Text, nullable=False),
    Column("plan", Text, nullable=False),
    PrimaryKeyConstraint("session", "id"),
)

# `bank` holds the items of the form with their keys, so that marking needs no other file.
forms = Table(
    "forms",
    metadata,
    Column("session", String, nullable=False),
    Column("sitting", String, nullable=False),
    Column("id", String, nullable=False),
    Column("form", Text, nullable=False),
    Column("bank", Text, nullable=False),
    PrimaryKeyConstraint("session", "sitting", "id"),
    ForeignKeyConstraint(["session", "sitting"], ["sittings.session", "sittings.id"]),
)

# For which days (in Beijing) an item or a task was published: later forms take it last.
exposures = Table(
    "exposures",
    metadata,
    Column("specification", String, nullable=False),
    Column("item", String, nullable=False),
    Column("day", String, nullable=False),
    PrimaryKeyConstraint("specification", "item", "day"),
)

# Who agreed that a package is unlocked over the network; two are needed.
unlock_consents = Table(
    "unlock_consents",
    metadata,
    Column("package", String, nullable=False),
    Column("who", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("package", "who"),
)

# Which official's code of a package an officer has looked at: one officer, one code.
code_holders = Table(
    "code_holders",
    metadata,
    Column("package", String, nullable=False),
    Column("who", String, nullable=False),
    Column("official", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("package", "who"),
)

candidates = Table(
    "candidates",
    metadata,
    Column("session", ForeignKey("sessions.id"), nullable=False),
    Column("admission", String, nullable=False),
    Column("name", String, nullable=False),
    Column("identity", String, nullable=False),
    Column("sex", String, nullable=False),
    Column("school", String, nullable=False),
    Column("major", String, nullable=False),
    Column("seat", Integer, nullable=False),
    PrimaryKeyConstraint("session", "admission"),
    UniqueConstraint("session", "seat"),
    UniqueConstraint("session", "identity"),
)

entries = Table(
    "entries",
    metadata,
    Column("session", String, nullable=False),
    Column("sitting", String, nullable=False),
    Column("admission", String, nullable=False),
    PrimaryKeyConstraint("session", "sitting", "admission"),
    ForeignKeyConstraint(["session", "sitting"], ["sittings.session", "sittings.id"]),
    ForeignKeyConstraint(["session", "admission"], ["candidates.session", "candidates.admission"]),
)

# What the session's practical tasks hand out, by the name that a task gives the file.
materials = Table(
    "materials",
    metadata,
    Column("session", ForeignKey("sessions.id"), nullable=False),
    Column("file", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("session", "file"),
)

batches = Table(
    "batches",
    metadata,
    Column("digest", String, primary_key=True),
    Column("site", ForeignKey("sites.id"), nullable=False),
    Column("session", ForeignKey("sessions.id"), nullable=False),
    Column("server_term", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("signed_by", String, nullable=False),
    # The ids of the two keys that open it.
    Column("sealed_to", String, nullable=False),
    Column("state", String, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    # The final batch that this one came after, once it was opened.
    Column("supplements", String),
    UniqueConstraint("site", "session", "server_term", "sequence"),
    Index("batches_of_session", "session"),
)

# Bytes of batches and of refused files, where they are kept in the database and not in a folder.
blobs = Table(
    "blobs",
    metadata,
    Column("area", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("area", "digest"),
)

# What is to be done: archive a digest, score a session. A claim ends by itself.
work = Table(
    "work",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("claimed_until", BigInteger, nullable=False),
    Index("work_by_kind", "kind", "id"),
)

# Refused files: what was wrong, and what they say of themselves (unverified).
quarantine = Table(
    "quarantine",
    metadata,
    Column("digest", String, primary_key=True),
    Column("declared", String, nullable=False),
    Column("claims", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("code", String, nullable=False),
    Column("reason_zh", String, nullable=False),
    Column("reason_en", String, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("taken_at", BigInteger),
)

receipts = Table(
    "receipts",
    metadata,
    Column("digest", ForeignKey("batches.digest"), nullable=False),
    Column("level", String, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("digest", "level"),
)

# Uploaded files, each sealed in a document of its own; `sequence` is the number of its event in
# the site's journal. `verdict` is null until the content was held against that event.
files = Table(
    "files",
    metadata,
    Column("digest", String, primary_key=True),
    Column("site", ForeignKey("sites.id"), nullable=False),
    Column("session", ForeignKey("sessions.id"), nullable=False),
    Column("server_term", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("signed_by", String, nullable=False),
    # The ids of the two keys that open it.
    Column("sealed_to", String, nullable=False),
    Column("state", String, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("verdict", String),
)

file_receipts = Table(
    "file_receipts",
    metadata,
    Column("digest", ForeignKey("files.digest"), nullable=False),
    Column("level", String, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("digest", "level"),
)

results = Table(
    "results",
    metadata,
    Column("session", String, nullable=False),
    Column("sitting", String, nullable=False),
    Column("admission", String, nullable=False),
    Column("state", String, nullable=False),
    Column("marks", Integer),
    Column("of", Integer),
    Column("answered", Integer),
    Column("how", String),
    Column("receipt", String),
    Column("receipt_fits", Boolean),
    Column("form", String),
    Column("evidence", Integer, nullable=False),
    PrimaryKeyConstraint("session", "sitting", "admission"),
    ForeignKeyConstraint(
        ["session", "sitting", "admission"],
        ["entries.session", "entries.sitting", "entries.admission"],
    ),
)

practical_marks = Table(
    "practical_marks",
    metadata,
    Column("session", String, nullable=False),
    Column("sitting", String, nullable=False),
    Column("admission", String, nullable=False),
    Column("marks", Integer, nullable=False),
    PrimaryKeyConstraint("session", "sitting", "admission"),
    ForeignKeyConstraint(
        ["session", "sitting", "admission"],
        ["entries.session", "entries.sitting", "entries.admission"],
    ),
)

# What is known of a session's journal: how many batches it was read from, and the reconciliation.
scorings = Table(
    "scorings",
    metadata,
    Column("session", ForeignKey("sessions.id"), primary_key=True),
    Column("batches", Integer, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("reconciliation", Text, nullable=False),
    Column("scored", Boolean, nullable=False),
)

rule_settings = Table(
    "rule_settings",
    metadata,
    Column("specification", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("specification", "rule"),
)

staff = Table(
    "staff",
    metadata,
    Column("name", String, primary_key=True),
    Column("roles", String, nullable=False),
    Column("password", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("staff", ForeignKey("staff.name"), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

# Wrong tries by account and by address; the delay grows with their number.
tries = Table(
    "tries",
    metadata,
    Column("key", String, primary_key=True),
    Column("wrong", Integer, nullable=False),
    Column("not_before", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("who", String, nullable=False),
    Column("act", String, nullable=False),
    Column("what", Text, nullable=False),
)

_APPEND_ONLY = DDL(  # type: ignore[no-untyped-call]
    "CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RAISE EXCEPTION ''the audit is append-only''; END'"
)
event.listen(audit, "after_create", _APPEND_ONLY.execute_if(dialect="postgresql"))
for _act in ("UPDATE", "DELETE"):
    _begin = f"CREATE TRIGGER audit_no_{_act.lower()} BEFORE {_act} ON audit "
    for _dialect, _rest in (
        ("sqlite", "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"),
        ("postgresql", "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"),
    ):
        _trigger = DDL(_begin + _rest)  # type: ignore[no-untyped-call]
        event.listen(audit, "after_create", _trigger.execute_if(dialect=_dialect))
