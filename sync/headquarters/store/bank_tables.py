"""The tables of the bank: items, all their versions, and the files that they show."""

from sqlalchemy import (
    BigInteger,
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
