"""The tables of released results: lists as proposed, what was decided, codes of transcripts.

All are only ever added to; triggers refuse to alter or delete them. Beside schema.py.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sync.headquarters.store.marking_tables import append_only
from sync.headquarters.store.schema import metadata

# A fixed list, proposed as the session's release number `release`; `held` is how many it leaves
# out because their results are not final.
result_lists = Table(
    "result_lists",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("session", ForeignKey("sessions.id"), nullable=False, index=True),
    Column("release", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("digest", String, nullable=False),
    Column("content", Text, nullable=False),
    Column("who", String, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# What another officer said of it; `release` is null for a list that was not released, so that the
# database itself lets only one list be a session's release of a number.
result_decisions = Table(
    "result_decisions",
    metadata,
    Column("number", ForeignKey("result_lists.number"), primary_key=True),
    Column("session", ForeignKey("sessions.id"), nullable=False),
    Column("released", Boolean, nullable=False),
    Column("release", Integer),
    Column("who", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("session", "release"),
)

# The code of each line of a released list.
result_codes = Table(
    "result_codes",
    metadata,
    Column("code", String, nullable=False),
    Column("number", ForeignKey("result_lists.number"), nullable=False),
    Column("place", Integer, nullable=False),
    PrimaryKeyConstraint("code"),
)

# What was made of a released list, and taken away.
result_exports = Table(
    "result_exports",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("number", ForeignKey("result_lists.number"), nullable=False, index=True),
    Column("what", String, nullable=False),
    Column("who", String, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# Which columns a certificate platform takes, as TOML; the last of a name counts.
column_mappings = Table(
    "column_mappings",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("name", String, nullable=False),
    Column("content", Text, nullable=False),
    Column("who", String, nullable=False),
    Column("at", BigInteger, nullable=False),
)

for _table in (result_lists, result_decisions, result_codes, result_exports, column_mappings):
    append_only(_table)
