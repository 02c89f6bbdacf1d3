"""What was made of a released list and taken away: kept beside the list, and in the audit."""

from sqlalchemy import insert, select

from sync.exam.specification import Struct
from sync.headquarters.released.reading import Proposed
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.released_tables import result_exports, result_lists
from sync.words import Words

WHAT = {
    "transcripts": Words("成绩单", "transcripts"),
    "platform": Words("上报文件", "platform file"),
    "qti": Words("QTI 成绩报告", "QTI reports"),
}


class Taken(Struct, frozen=True):
    """Something that was made of a release."""

    release: int
    what: str
    who: str
    at: int


def taken(
    headquarters: Headquarters, by: Stamp, found: Proposed, what: str, **more: object
) -> None:
    """Note that `what` (a key of WHAT) was made of a release."""
    about = {"session": found.session, "release": found.release, "digest": found.digest}
    with headquarters.store.writing() as db:
        row = {"number": found.number, "what": what, "who": by.who, "at": by.at}
        db.execute(insert(result_exports).values(row))
        record(db, by, f"results.{what}", **about, **more)


def list_taken(headquarters: Headquarters, session: str) -> list[Taken]:
    """All that was made of a session's releases, the last first."""
    query = (
        select(result_exports, result_lists.c.release)
        .join(result_lists, result_lists.c.number == result_exports.c.number)
        .where(result_lists.c.session == session)
        .order_by(result_exports.c.id.desc())
    )
    with headquarters.store.reading() as db:
        return [Taken(row.release, row.what, row.who, row.at) for row in db.execute(query)]
