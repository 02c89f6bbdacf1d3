"""The tables of the marking desk: who assesses, the scripts, who has which, and what they gave.

Judgements are only ever added; triggers refuse to alter or delete them.
"""

from sqlalchemy import (
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
    UniqueConstraint,
)

from sync.headquarters.store.marking_tables import append_only
from sync.headquarters.store.schema import metadata

# A sitting that is marked at the desk; `reason` says why fewer assessors than the rule were taken.
assessments = Table(
    "assessments",
    metadata,
    Column("session", String, nullable=False),
    Column("sitting", String, nullable=False),
    Column("assessors", Integer, nullable=False),
    Column("distance", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("who", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("session", "sitting"),
    ForeignKeyConstraint(["session", "sitting"], ["sittings.session", "sittings.id"]),
)

panel = Table(
    "panel",
    metadata,
    Column("session", String, nullable=False),
    Column("sitting", String, nullable=False),
    Column("name", ForeignKey("staff.name"), nullable=False),
    Column("arbiter", Boolean, nullable=False),
    PrimaryKeyConstraint("session", "sitting", "name"),
    ForeignKeyConstraint(["session", "sitting"], ["assessments.session", "assessments.sitting"]),
)

# One task of one candidate under a number that says nothing of them; `content` is what they
# handed in, as it was when the desk was opened.
scripts = Table(
    "scripts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("number", String, nullable=False, unique=True),
    Column("session", String, nullable=False),
    Column("sitting", String, nullable=False),
    Column("admission", String, nullable=False),
    Column("task", String, nullable=False),
    Column("form", String, nullable=False),
    Column("content", Text, nullable=False),
    UniqueConstraint("session", "sitting", "admission", "task"),
    ForeignKeyConstraint(["session", "sitting"], ["assessments.session", "assessments.sitting"]),
)

# A script has one place for each assessor that must mark it; place 0 is the arbiter's.
places = Table(
    "places",
    metadata,
    Column("script", ForeignKey("scripts.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("assessor", String),
    Column("claimed_at", BigInteger),
    Column("done", Boolean, nullable=False),
    PrimaryKeyConstraint("script", "place"),
    UniqueConstraint("script", "assessor"),
)

judgements = Table(
    "judgements",
    metadata,
    Column("script", ForeignKey("scripts.id"), nullable=False),
    Column("assessor", String, nullable=False),
    Column("arbiter", Boolean, nullable=False),
    Column("marks", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("claimed_at", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("script", "assessor"),
)
append_only(judgements)

# The committee of a review (综合评审) in a session, for one certificate, and its form: criteria
# with marks as JSON.
committees = Table(
    "committees",
    metadata,
    Column("session", ForeignKey("sessions.id"), nullable=False),
    Column("specification", String, nullable=False),
    Column("criteria", Text, nullable=False),
    Column("who", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("session", "specification"),
)

committee_members = Table(
    "committee_members",
    metadata,
    Column("session", String, nullable=False),
    Column("specification", String, nullable=False),
    Column("name", ForeignKey("staff.name"), nullable=False),
    PrimaryKeyConstraint("session", "specification", "name"),
    ForeignKeyConstraint(
        ["session", "specification"], ["committees.session", "committees.specification"]
    ),
)

committee_marks = Table(
    "committee_marks",
    metadata,
    Column("session", String, nullable=False),
    Column("specification", String, nullable=False),
    Column("admission", String, nullable=False),
    Column("name", String, nullable=False),
    Column("marks", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("session", "specification", "admission", "name"),
    ForeignKeyConstraint(
        ["session", "specification"], ["committees.session", "committees.specification"]
    ),
)
append_only(committee_marks)

# What the committee came to, once all of its members have given their marks.
review_marks = Table(
    "review_marks",
    metadata,
    Column("session", String, nullable=False),
    Column("specification", String, nullable=False),
    Column("admission", String, nullable=False),
    Column("marks", Integer, nullable=False),
    PrimaryKeyConstraint("session", "specification", "admission"),
    ForeignKeyConstraint(
        ["session", "specification"], ["committees.session", "committees.specification"]
    ),
)
