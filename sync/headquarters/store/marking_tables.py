"""The tables of marking: corrections of keys, what each changed, statistics. Beside schema.py.

Corrections, decisions and changes are only ever added; triggers refuse to alter or delete them.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    event,
)

from sync.headquarters.store.schema import metadata

# Proposals: `before` is the ruling that counted then (null: the authored key), `after` the new one.
corrections = Table(
    "corrections",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("session", String, nullable=False),
    Column("sitting", String, nullable=False),
    Column("item", String, nullable=False),
    Column("before", Text),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("who", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    ForeignKeyConstraint(["session", "sitting"], ["sittings.session", "sittings.id"]),
)

# What another officer said of it; `place` orders those that count within a session.
correction_decisions = Table(
    "correction_decisions",
    metadata,
    Column("number", ForeignKey("corrections.number"), primary_key=True),
    Column("confirmed", Boolean, nullable=False),
    Column("place", Integer, nullable=False),
    Column("who", String, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# Every candidate of the sitting before and after a confirmed correction.
remarks = Table(
    "remarks",
    metadata,
    Column("number", ForeignKey("corrections.number"), nullable=False),
    Column("session", String, nullable=False),
    Column("sitting", String, nullable=False),
    Column("admission", String, nullable=False),
    Column("marks_before", Integer),
    Column("marks_after", Integer),
    Column("state_before", String, nullable=False),
    Column("state_after", String, nullable=False),
    PrimaryKeyConstraint("number", "admission"),
)

# What the last scoring found of each form's items, as JSON.
form_statistics = Table(
    "form_statistics",
    metadata,
    Column("session", String, nullable=False),
    Column("sitting", String, nullable=False),
    Column("form", String, nullable=False),
    Column("content", Text, nullable=False),
    PrimaryKeyConstraint("session", "sitting", "form"),
    ForeignKeyConstraint(["session", "sitting"], ["sittings.session", "sittings.id"]),
)

_REFUSE = DDL(  # type: ignore[no-untyped-call]
    "CREATE OR REPLACE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RAISE EXCEPTION ''what was decided is append-only''; END'"
)


def append_only(table: Table) -> None:
    """Let the database itself refuse to alter or delete rows of a table, as it is created."""
    event.listen(table, "after_create", _REFUSE.execute_if(dialect="postgresql"))
    for act in ("UPDATE", "DELETE"):
        name = f"{table.name}_no_{act.lower()}"
        begin = f"CREATE TRIGGER {name} BEFORE {act} ON {table.name} "
        for dialect, rest in (
            ("sqlite", "BEGIN SELECT RAISE(ABORT, 'what was decided is append-only'); END"),
            ("postgresql", "FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()"),
        ):
            trigger = DDL(begin + rest)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", trigger.execute_if(dialect=dialect))


for _table in (corrections, correction_decisions, remarks):
    append_only(_table)
