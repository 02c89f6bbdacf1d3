"""Tables of enrolment: what was given to sites, and what boxes came with."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from sync.headquarters.store.schema import metadata

# `id` is the key id of the token's public key: the token itself is told once and kept nowhere.
# `replaces` is the serial of the box that may be replaced, and `allowed_by` the second officer.
invitations = Table(
    "invitations",
    metadata,
    Column("id", String, primary_key=True),
    Column("site", String, nullable=False),
    Column("name", String, nullable=False),
    Column("address", String, nullable=False),
    Column("token_key", LargeBinary, nullable=False),
    Column("bundle", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("replaces", Integer),
    Column("allowed_by", String),
    Column("withdrawn_at", BigInteger),
    # The request that came first, and when.
    Column("used_by", String),
    Column("used_at", BigInteger),
    Index("invitations_by_site", "site"),
)

# Requests that carried a right token: one waits for its words, the others are refused and shown.
site_requests = Table(
    "site_requests",
    metadata,
    Column("digest", String, primary_key=True),
    Column("invitation", ForeignKey("invitations.id"), nullable=False),
    Column("site", String, nullable=False),
    Column("sign_key", LargeBinary, nullable=False),
    Column("seal_key", LargeBinary, nullable=False),
    # Six places in the word lists, with blanks between.
    Column("words", String, nullable=False),
    Column("origin", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    # waiting, refused or enrolled; `code` says why it was refused.
    Column("state", String, nullable=False),
    Column("code", String),
    Column("wrong", Integer, nullable=False),
    Column("confirmed_by", String),
    Index("site_requests_by_invitation", "invitation"),
)
