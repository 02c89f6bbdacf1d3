"""What the intake asks the database before it takes a batch in: all that decides, at once."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from sync.headquarters.store import at_once
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.kinds import BATCH, KINDS, Kind
from sync.headquarters.store.schema import enrolments, sessions
from sync.wire.incoming import Stated


class Known(NamedTuple):
    """What the database knows of a batch before it is verified."""

    receipt: bytes | None
    sign_key: bytes | None
    state: str | None
    latest_term: int | None
    holder: str | None


def ask(headquarters: Headquarters, kind: Kind, stated: Stated, digest: str) -> Known:
    """One question."""
    found = headquarters.store.ask(_QUESTIONS[kind], **_asked(stated, digest))
    return Known._make(found or (None,) * len(Known._fields))


def ask_all(headquarters: Headquarters, asked: Sequence[tuple[Stated, str]]) -> list[Known]:
    """As ask, of batches; on PostgreSQL in one statement."""
    if not headquarters.store.is_postgresql:
        return [ask(headquarters, BATCH, stated, digest) for stated, digest in asked]
    given = at_once.parameters([_asked(stated, digest) for stated, digest in asked])
    return [Known._make(row) for row in headquarters.store.at_once(at_once.QUESTION, given)]


def receipt_of(headquarters: Headquarters, kind: Kind, digest: str) -> bytes | None:
    """The `received` receipt, as it was committed."""
    found = headquarters.store.ask(_RECEIPTS[kind], digest=digest)
    return None if found is None else bytes(found[0])


def _asked(stated: Stated, digest: str) -> dict[str, Any]:
    return {"digest": digest} | {name: getattr(stated, name) for name in Stated.__struct_fields__}


def _receipt(kind: Kind) -> Select[Any]:
    kept = kind.receipts.c
    return select(kept.envelope).where(kept.digest == bindparam("digest"), kept.level == "received")


def _question(kind: Kind) -> Select[Any]:
    """One row of `Known`; made once, as making it costs more than asking it."""
    rows = kind.rows.c
    site: ColumnElement[str] = bindparam("site")
    session: ColumnElement[str] = bindparam("session")
    term: ColumnElement[int] = bindparam("server_term")
    own = (rows.site == site) & (rows.session == session)
    number = (rows.server_term == term) & (rows.sequence == bindparam("sequence"))
    published = (sessions.c.id == session) & (sessions.c.site == site)
    signing = select(enrolments.c.sign_key).where(enrolments.c.site == site)
    newest = signing.order_by(enrolments.c.serial.desc()).limit(1)
    return select(
        _receipt(kind).scalar_subquery(),
        newest.scalar_subquery(),
        select(sessions.c.state).where(published).scalar_subquery(),
        select(func.max(rows.server_term)).where(own).scalar_subquery(),
        select(func.max(rows.digest)).where(own & number).scalar_subquery(),
    )


_QUESTIONS = {kind: _question(kind) for kind in KINDS}
_RECEIPTS = {kind: _receipt(kind) for kind in KINDS}
