"""Results are released by two: one officer proposes a fixed list, another releases that list.

Until then they are provisional. A released list is never altered: what changes later is a new
list with the next number, and a reason.
"""

import msgspec
from sqlalchemy import Connection, insert, select

from sync.errors import AlreadyThere, NotFound
from sync.headquarters.marking.corrections import LONGEST_REASON
from sync.headquarters.marking.rulings import list_corrections
from sync.headquarters.marking.scoring import lock_session, saved_reconciliation
from sync.headquarters.planning.sessions import show_session
from sync.headquarters.released.errors import (
    ListRefused,
    OtherReleaserNeeded,
    ResultsChanged,
    ResultsHeldBack,
    ResultsOpen,
    ResultsSame,
)
from sync.headquarters.released.gathering import Gathered, gather
from sync.headquarters.released.lists import differences
from sync.headquarters.released.reading import (
    Proposed,
    all_lists,
    latest_of,
    lists_of,
    next_release,
)
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.released_tables import result_codes, result_decisions, result_lists
from sync.headquarters.store.schema import scorings
from sync.words import Words


def next_list(headquarters: Headquarters, session: str) -> Gathered:
    """What could be proposed now, under the next number."""
    return gather(headquarters, session, next_release(latest_of(all_lists(headquarters, session))))


def hindrance(headquarters: Headquarters, session: str) -> Words | None:
    """What must be settled before any list of the session; None if nothing is in the way."""
    if show_session(headquarters, session).kind != "examination":
        return Words("这不是正式考试，成绩不作数", "it is no examination; its results do not count")
    with headquarters.store.reading() as db:
        scored = db.scalar(select(scorings.c.scored).where(scorings.c.session == session))
    found = saved_reconciliation(headquarters, session)
    if found is None or not scored:
        return Words("尚未评分", "it was not scored yet")
    if found.lacking:
        return Words(
            f"数据尚未收齐：{found.lacking.zh}", f"it has not come in whole: {found.lacking.en}"
        )
    waiting = [one.number for one in list_corrections(headquarters, session) if not one.decision]
    if waiting:
        named = "、".join(map(str, sorted(waiting)))
        return Words(f"更正 {named} 待确认", f"correction {named} waits for a decision")
    return None


def propose(
    headquarters: Headquarters, by: Stamp, session: str, *, reason: str = "", partial: bool = False
) -> int:
    """Fix the results that are final now as a list; the number under which it waits.

    ResultsHeldBack if some are not final and `partial` does not say that these go first. After the
    first release a reason is needed, and something that differs.
    """
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        raise ListRefused(reason_zh="原因超过 500 字", reason_en="the reason has over 500 letters")
    with headquarters.store.writing() as db:
        lock_session(db, session)
        _refuse_open(headquarters, session)
        lists = lists_of(db, session)
        if any(one.said is None for one in lists):
            raise AlreadyThere(what=session)
        last = latest_of(lists)
        found = gather(headquarters, session, next_release(last))
        _check(found, last, reason, partial)
        row = {"session": session, "release": found.list.release, "held": len(found.held)}
        row |= {"reason": reason, "digest": found.list.digest}
        content = msgspec.json.encode(found.list).decode()
        made = db.execute(insert(result_lists).values(**row, content=content, who=by.who, at=by.at))
        number = int(made.inserted_primary_key[0]) if made.inserted_primary_key else 0
        record(db, by, "results.propose", **row, number=number, lines=len(found.list.lines))
    return number


def _check(found: Gathered, last: Proposed | None, reason: str, partial: bool) -> None:
    if found.held and not partial:
        raise ResultsHeldBack(count=len(found.held))
    if last and found.list.lines == last.list.lines:
        raise ResultsSame(release=last.release)
    if not found.list.lines:
        raise ListRefused(reason_zh="还没有已定的成绩", reason_en="no result is final yet")
    if last and not reason:
        raise ListRefused(
            reason_zh="再次发布须写明原因", reason_en="a further release needs a reason"
        )


def refuse(headquarters: Headquarters, by: Stamp, session: str, number: int) -> None:
    """Decide that a list is not released; whoever proposed it may take it back so."""
    with headquarters.store.writing() as db:
        lock_session(db, session)
        _decide(db, by, _waiting(db, session, number), released=False)


def release(headquarters: Headquarters, by: Stamp, session: str, number: int, digest: str) -> None:
    """Another officer releases just the list that has this digest.

    ResultsChanged, and nothing is released, if the session's results are other ones by now.
    """
    with headquarters.store.writing() as db:
        lock_session(db, session)
        proposed = _waiting(db, session, number)
        if proposed.who == by.who:
            raise OtherReleaserNeeded(who=by.who)
        if digest != proposed.digest:
            raise ListRefused(
                reason_zh="摘要与这份名单不符", reason_en="the digest is not that of this list"
            )
        _refuse_open(headquarters, session)
        last = latest_of(lists_of(db, session))
        now = gather(headquarters, session, next_release(last))
        if now.list.digest != proposed.digest:
            changed = differences(proposed.list.lines, now.list.lines)
            raise ResultsChanged(count=len(changed))
        _decide(db, by, proposed, released=True)
        codes = [
            {"code": code, "number": number, "place": place}
            for place, code in enumerate(proposed.list.codes())
        ]
        db.execute(insert(result_codes), codes)


def _refuse_open(headquarters: Headquarters, session: str) -> None:
    if said := hindrance(headquarters, session):
        raise ResultsOpen(reason_zh=said.zh, reason_en=said.en)


def _waiting(db: Connection, session: str, number: int) -> Proposed:
    """A list that waits; AlreadyThere if it was decided."""
    for one in lists_of(db, session):
        if one.number == number:
            if one.said:
                raise AlreadyThere(what=f"{session} {number} ({one.said.who})")
            return one
    raise NotFound(what=f"{session} {number}")


def _decide(db: Connection, by: Stamp, proposed: Proposed, *, released: bool) -> None:
    row = {"number": proposed.number, "session": proposed.session, "released": released}
    given = proposed.release if released else None
    db.execute(insert(result_decisions).values(**row, release=given, who=by.who, at=by.at))
    act = "results.release" if released else "results.refuse"
    about = {"session": proposed.session, "release": proposed.release, "digest": proposed.digest}
    record(db, by, act, **about, number=proposed.number, lines=len(proposed.list.lines))
