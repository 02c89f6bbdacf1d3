"""The oldest version that sites may use: said by an officer, signed, and taken by every site."""

import re

from sqlalchemy import insert, select

from sync.headquarters.errors import VersionRefused
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.register_tables import version_rules
from sync.wire import documents
from sync.wire.version_rule import PATTERN, VersionRule

MOST_SHOWN = 50
LONGEST_REASON = 200


def require(headquarters: Headquarters, by: Stamp, oldest: str, reason: str) -> VersionRule:
    """From now on no site is ready with an older version; VersionRefused if it is none.

    A rule may also be lower than the last: then an officer has thought better of it.
    """
    oldest, reason = oldest.strip(), reason.strip()
    if not re.match(PATTERN, oldest) or not 0 < len(reason) <= LONGEST_REASON:
        raise VersionRefused(version=oldest[:40])
    with headquarters.store.writing() as db:
        last = db.execute(_NEWEST).first()
        made = VersionRule(last.serial + 1 if last else 1, oldest, reason, by.at)
        envelope = documents.sign(made, headquarters.keys.receipt())
        row = {"serial": made.serial, "envelope": envelope, "who": by.who, "at": by.at}
        db.execute(insert(version_rules).values(row))
        record(db, by, "version.require", version=oldest, reason=reason)
    return made


_NEWEST = select(version_rules).order_by(version_rules.c.serial.desc()).limit(1)


def newest(headquarters: Headquarters) -> bytes | None:
    """The rule that counts, signed; by the present receipt key, also after that was rotated."""
    with headquarters.store.reading() as db:
        row = db.execute(_NEWEST).first()
    if row is None:
        return None
    return documents.sign(documents.peek(row.envelope, VersionRule), headquarters.keys.receipt())


def history(headquarters: Headquarters) -> list[tuple[VersionRule, str]]:
    """The newest rules first, each with who made it."""
    query = select(version_rules).order_by(version_rules.c.serial.desc()).limit(MOST_SHOWN)
    with headquarters.store.reading() as db:
        rows = db.execute(query).all()
    return [(documents.peek(row.envelope, VersionRule), row.who) for row in rows]
