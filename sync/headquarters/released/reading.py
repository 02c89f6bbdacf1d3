"""What was proposed and released of a session's results, as it is kept."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, func, select

from sync.errors import NotFound
from sync.exam.specification import Struct
from sync.headquarters.planning.sessions import find
from sync.headquarters.released.errors import ListAltered, NothingReleased
from sync.headquarters.released.lists import Line, ResultList, normal_code
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.released_tables import result_codes, result_decisions, result_lists


class Said(Struct, frozen=True):
    """What another officer decided about a list."""

    released: bool
    who: str
    at: int


class Proposed(Struct, frozen=True):
    """A list as somebody proposed it; without `said` it waits."""

    number: int
    session: str
    release: int
    held: int
    reason: str
    digest: str
    who: str
    at: int
    list: ResultList
    said: Said | None = None


class Checked(Struct, frozen=True):
    """What a code stands for; `now` is the same candidate's line in the latest release."""

    code: str
    release: Proposed
    line: Line
    latest: int
    now: Line | None

    @property
    def stands(self) -> bool:
        """Whether no later release says anything else of the candidate."""
        return self.now == self.line


def lists_of(db: Connection, session: str) -> list[Proposed]:
    """All lists of a session, in the order they were proposed.

    ListAltered if one is not what was proposed: nothing is made of it, nor of those beside it.
    """
    query = _lists().where(result_lists.c.session == session).order_by(result_lists.c.number)
    return [_proposed(row) for row in db.execute(query)]


def last_releases(headquarters: Headquarters) -> list[Proposed]:
    """The last release of each session that has one, by session; one question for all."""
    said = result_decisions.c
    last = select(said.session, func.max(said.release).label("release"))
    newest = last.where(said.released).group_by(said.session).subquery()
    this = (newest.c.session == said.session) & (newest.c.release == said.release)
    query = _lists().join(newest, this).order_by(result_lists.c.session)
    with headquarters.store.reading() as db:
        return [_proposed(row) for row in db.execute(query)]


def _lists() -> Select[Any]:
    said = result_decisions.c
    decided = [said.released, said.who.label("by"), said.at.label("then")]
    return select(result_lists, *decided).join(
        result_decisions, said.number == result_lists.c.number, isouter=True
    )


def _proposed(row: Row[Any]) -> Proposed:
    held = msgspec.json.decode(row.content, type=ResultList)
    if held.digest != row.digest or (held.session, held.release) != (row.session, row.release):
        raise ListAltered(session=row.session, number=row.number)
    return Proposed(
        number=row.number,
        session=row.session,
        release=row.release,
        held=row.held,
        reason=row.reason,
        digest=row.digest,
        who=row.who,
        at=row.at,
        list=held,
        said=None if row.released is None else Said(row.released, row.by, row.then),
    )


def all_lists(headquarters: Headquarters, session: str) -> list[Proposed]:
    """As lists_of; NotFound without such a session."""
    with headquarters.store.reading() as db:
        find(db, session)
        return lists_of(db, session)


def latest_of(lists: list[Proposed]) -> Proposed | None:
    """The released one with the highest number."""
    found = [one for one in lists if one.said and one.said.released]
    return max(found, key=lambda one: one.release, default=None)


def next_release(last: Proposed | None) -> int:
    """The number of the release after this one, the session's last; None: it has none."""
    return last.release + 1 if last else 1


def latest(headquarters: Headquarters, session: str) -> Proposed | None:
    """The session's last release."""
    return latest_of(all_lists(headquarters, session))


def released(headquarters: Headquarters, session: str, release: int | None = None) -> Proposed:
    """One release, or the last; NothingReleased or NotFound if there is none."""
    done = [one for one in all_lists(headquarters, session) if one.said and one.said.released]
    if not done:
        raise NothingReleased(session=session)
    if release is None:
        return max(done, key=lambda one: one.release)
    for one in done:
        if one.release == release:
            return one
    raise NotFound(what=f"{session} {release}")


def check(headquarters: Headquarters, text: str) -> Checked:
    """What a printed code stands for; NotFound if headquarters gave no such code.

    ListAltered if the database has it for another line than the one it was made of.
    """
    code = normal_code(text)
    with headquarters.store.reading() as db:
        row = db.execute(select(result_codes).where(result_codes.c.code == code)).first()
        if row is None:
            raise NotFound(what=code or text[:40])
        session = db.scalar(
            select(result_lists.c.session).where(result_lists.c.number == row.number)
        )
        lists = lists_of(db, str(session))
    own = next(one for one in lists if one.number == row.number)
    if own.list.codes()[row.place : row.place + 1] != [row.code]:
        raise ListAltered(session=own.session, number=own.number)
    line, last = own.list.lines[row.place], latest_of(lists) or own
    now = next((one for one in last.list.lines if one.key == line.key), None)
    return Checked(row.code, own, line, last.release, now)
