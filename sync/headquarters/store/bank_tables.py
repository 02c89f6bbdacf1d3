"""The tables of the bank: items, all their versions, and the files that they show."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from sync.headquarters.store.marking_tables import append_only
from sync.headquarters.store.schema import metadata

# An item under its identifier; `state`: draft, reviewed or retired, of its newest version.
bank_items = Table(
    "bank_items",
    metadata,
    Column("id", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("field", String, nullable=False),
    Column("task", String, nullable=False),
)

# What an item was in each version: a draft as JSON, where it came from, and whose it is.
bank_versions = Table(
    "bank_versions",
    metadata,
    Column("item", ForeignKey("bank_items.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("source", String, nullable=False),
    Column("who", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("item", "version"),
)

# Pictures, sound and film by the name that items have for them (media/<digest>.<kind>).
bank_media = Table(
    "bank_media",
    metadata,
    Column("name", String, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

# What an item is looked up by, of its newest version, made anew with each: `part` is the part of a
# paper that it can be in (empty: none), `difficulty` per cent, `situation` the id of its shared
# stem, `words` all its words in small letters.
bank_cards = Table(
    "bank_cards",
    metadata,
    Column("item", ForeignKey("bank_items.id"), primary_key=True),
    Column("specification", String, nullable=False, index=True),
    Column("sample", Boolean, nullable=False),
    Column("part", String, nullable=False),
    Column("difficulty", Integer),
    Column("situation", String, nullable=False),
    Column("stem", Text, nullable=False),
    Column("words", Text, nullable=False),
)

# Who made a version reviewed, retired or a draft again, and why.
bank_reviews = Table(
    "bank_reviews",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("item", ForeignKey("bank_items.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("who", String, nullable=False),
    Column("at", BigInteger, nullable=False),
)
append_only(bank_reviews)
