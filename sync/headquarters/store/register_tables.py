"""Tables of the register: site applications, the pilot's quota, the calendar of sittings.

On the same metadata as `schema`; a day is ISO 8601 in Beijing's time.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from sync.headquarters.store.schema import metadata

# `site` is no foreign key: a school applies before its box is enrolled. `stated` is the form as
# JSON, `form` the digest of the stamped one.
site_applications = Table(
    "site_applications",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("site", String, nullable=False),
    Column("state", String, nullable=False),
    Column("stated", Text, nullable=False),
    Column("form", String),
    Column("form_kind", String),
    Column("form_size", BigInteger),
    Column("changed_at", BigInteger, nullable=False),
    Index("site_applications_of_site", "site"),
)

# Every transition, in the transaction that made it.
application_steps = Table(
    "application_steps",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("application", ForeignKey("site_applications.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("who", String, nullable=False),
    Column("act", String, nullable=False),
    Column("from_state", String, nullable=False),
    Column("to_state", String, nullable=False),
    Column("why", Text, nullable=False),
)

# What an approval names: a qualification with all its levels, or one specification.
approvals = Table(
    "approvals",
    metadata,
    Column("application", ForeignKey("site_applications.id"), nullable=False),
    Column("certificate", String, nullable=False),
    Column("first_day", String, nullable=False),
    Column("last_day", String, nullable=False),
    PrimaryKeyConstraint("application", "certificate"),
)

# How many a site may register in a year. How many it has is counted from the rosters.
pilot_quotas = Table(
    "pilot_quotas",
    metadata,
    Column("year", Integer, nullable=False),
    Column("site", String, nullable=False),
    Column("specification", String, nullable=False),
    Column("requested", Integer, nullable=False),
    Column("granted", Integer, nullable=False),
    Column("majors", Text, nullable=False),
    Column("teachers", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("year", "site", "specification"),
)

calendar_sittings = Table(
    "calendar_sittings",
    metadata,
    Column("year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("first_day", String, nullable=False),
    Column("first_hours", String, nullable=False),
    Column("second_day", String, nullable=False),
    Column("second_hours", String, nullable=False),
    Column("levels", String, nullable=False),
    PrimaryKeyConstraint("year", "number"),
)

# Every version that was required of sites, as it was signed; the highest serial counts.
version_rules = Table(
    "version_rules",
    metadata,
    Column("serial", Integer, primary_key=True, autoincrement=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("who", String, nullable=False),
    Column("at", BigInteger, nullable=False),
)
