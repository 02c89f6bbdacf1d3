"""A wrong key is corrected: one officer proposes, another confirms, the session is marked again.

Nothing is overwritten: proposals, decisions and every candidate's before and after are kept, and a
correction is corrected by the next one for the same item.
"""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, func, insert, select

from sync.errors import AlreadyThere, NotFound
from sync.exam.items import Item, fits, plain
from sync.exam.marking import Ruling, authored_ruling
from sync.exam.specification import Struct
from sync.headquarters.desk_errors import CorrectionRefused, OtherOfficerNeeded
from sync.headquarters.errors import BatchMissing
from sync.headquarters.intake.journals import read_journal
from sync.headquarters.marking.attempts import attempt_facts
from sync.headquarters.marking.results import OUTCOMES
from sync.headquarters.marking.rulings import (
    Correction,
    Rulings,
    find_correction,
    in_words,
    list_corrections,
    rulings_in_force,
)
from sync.headquarters.marking.scoring import (
    Marked,
    Scored,
    lock_session,
    mark_session,
    replace_results,
    rulings_now,
)
from sync.headquarters.planning.sessions import find, list_sittings, load_form, published_plan
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.marking_tables import correction_decisions, corrections, remarks
from sync.headquarters.store.schema import candidates, results, scorings
from sync.spreadsheet import Cell, sheet_bytes
from sync.words import Words

LONGEST_REASON = 500
HEAD = (
    "更正编号",
    "考试",
    "试题",
    "准考证号",
    "姓名",
    "更正前成绩",
    "更正后成绩",
    "更正前结果",
    "更正后结果",
    "结果有变化",
)


class Change(Struct, frozen=True):
    """One candidate before and after a correction."""

    number: int
    sitting: str
    item: str
    admission: str
    name: str
    marks_before: int | None
    marks_after: int | None
    state_before: str
    state_after: str

    @property
    def turned(self) -> bool:
        """Whether it decides between passing and failing."""
        return self.state_before != self.state_after


def propose(
    headquarters: Headquarters,
    by: Stamp,
    *,
    session: str,
    sitting: str,
    item: str,
    ruling: Ruling,
    reason: str,
) -> int:
    """Propose how an item of a published sitting is marked; the number under which it waits.

    CorrectionRefused if it could not be marked so or changes nothing; AlreadyThere while another
    proposal for the item waits.
    """
    published_plan(headquarters, session)
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise _refused("请写明原因（500 字以内）", "say why, in up to 500 characters")
    authored = authored_item(headquarters, session, sitting, item)
    ruling = _checked(authored, ruling)
    with headquarters.store.writing() as db:
        lock_session(db, session)
        counting = rulings_in_force(db, session).of(sitting)
        before = counting.get(item)
        if ruling == (before or authored_ruling(authored)):
            raise _refused("与现行判分相同", "it is marked so already")
        if _waiting(db, session, sitting, item):
            raise AlreadyThere(what=f"{session} {sitting} {item}")
        _leave_something(headquarters, session, sitting, {**counting, item: ruling})
        row = {"session": session, "sitting": sitting, "item": item, "reason": reason}
        texts = {"before": _text(before), "after": _text(ruling)}
        made = db.execute(insert(corrections).values(**row, **texts, who=by.who, at=by.at))
        number = made.inserted_primary_key[0] if made.inserted_primary_key else 0
        words = in_words(ruling).zh
        record(db, by, "correction.propose", **row, number=number, ruling=words)
    return int(number)


def refuse(headquarters: Headquarters, by: Stamp, session: str, number: int) -> None:
    """Decide that a proposal does not count; whoever proposed it may take it back so."""
    with headquarters.store.writing() as db:
        lock_session(db, session)
        _decide(db, by, _undecided(db, session, number), confirmed=False)


def confirm(headquarters: Headquarters, by: Stamp, session: str, number: int) -> list[Change]:
    """Another officer confirms: all is marked again from the journal; who was before and after.

    An empty list if the session was not scored yet: it will be scored so. BatchMissing or
    JournalBroken if it was, and cannot be read again: then nothing is decided.
    """
    plan = published_plan(headquarters, session)
    while True:
        with headquarters.store.reading() as db:
            correction = _undecided(db, session, number)
        if correction.who == by.who:
            raise OtherOfficerNeeded(who=by.who)
        journal = read_journal(headquarters, session)
        base, marked = rulings_now(headquarters, session), None
        if not journal.lacking:
            rulings, facts = base.with_one(correction), attempt_facts(journal)
            marked = mark_session(headquarters, plan, journal, rulings, facts)
        if _confirm(headquarters, by, correction, base, marked, journal.batches, journal.lacking):
            return list_changes(headquarters, session, number)


def _confirm(
    headquarters: Headquarters,
    by: Stamp,
    correction: Correction,
    base: Rulings,
    marked: Marked | None,
    batches: int,
    lacking: Words | None,
) -> bool:
    """False, and nothing is done, if rulings or batches came in meanwhile."""
    session = correction.session
    with headquarters.store.writing() as db:
        lock_session(db, session)
        _undecided(db, session, correction.number)
        known = db.scalar(select(scorings.c.batches).where(scorings.c.session == session)) or 0
        if rulings_in_force(db, session).version != base.version or known > batches:
            return False
        before = _results(db, session)
        if before and (lacking or not marked):
            said = lacking or Words("", "")
            raise BatchMissing(session=session, reason_zh=said.zh, reason_en=said.en)
        _decide(db, by, correction, confirmed=True)
        if before and marked:
            _keep_changes(db, correction, before, marked)
            replace_results(db, session, marked)
    return True


def _keep_changes(
    db: Connection, correction: Correction, before: Mapping[tuple[str, str], Scored], marked: Marked
) -> None:
    for row in marked.rows:
        if row.sitting != correction.sitting:
            continue
        old = before.get(
            (row.sitting, row.admission), Scored(row.sitting, row.admission, "unscored")
        )
        db.execute(
            insert(remarks).values(
                number=correction.number,
                session=correction.session,
                sitting=row.sitting,
                admission=row.admission,
                marks_before=old.marks,
                marks_after=row.marks,
                state_before=old.state,
                state_after=row.state,
            )
        )


def _decide(db: Connection, by: Stamp, correction: Correction, *, confirmed: bool) -> None:
    count = db.scalar(select(func.count()).select_from(correction_decisions)) or 0
    row = {"number": correction.number, "confirmed": confirmed, "place": count + 1}
    db.execute(insert(correction_decisions).values(**row, who=by.who, at=by.at))
    act = "correction.confirm" if confirmed else "correction.refuse"
    about = {"session": correction.session, "sitting": correction.sitting, "item": correction.item}
    record(db, by, act, **about, number=correction.number)


def _undecided(db: Connection, session: str, number: int) -> Correction:
    """A proposal that waits; AlreadyThere if it was decided."""
    correction = find_correction(db, session, number)
    if correction.decision:
        raise AlreadyThere(what=f"{session} {number} ({correction.decision.who})")
    return correction


def _waiting(db: Connection, session: str, sitting: str, item: str) -> bool:
    decided = select(correction_decisions.c.number)
    query = select(corrections.c.number).where(
        corrections.c.session == session,
        corrections.c.sitting == sitting,
        corrections.c.item == item,
        corrections.c.number.not_in(decided),
    )
    return db.scalar(query) is not None


def _results(db: Connection, session: str) -> dict[tuple[str, str], Scored]:
    found = db.execute(select(results).where(results.c.session == session)).mappings()
    rows = [Scored(**{k: v for k, v in row.items() if k != "session"}) for row in found]
    return {(row.sitting, row.admission): row for row in rows}


def _text(ruling: Ruling | None) -> str | None:
    return msgspec.json.encode(ruling).decode() if ruling else None


def _refused(zh: str, en: str) -> CorrectionRefused:
    return CorrectionRefused(reason_zh=zh, reason_en=en)


def _forms(headquarters: Headquarters, session: str, sitting: str) -> tuple[str, ...]:
    for row in list_sittings(headquarters, session):
        if row.plan.id == sitting:
            return row.plan.forms
    raise NotFound(what=f"{session} {sitting}")


def authored_item(headquarters: Headquarters, session: str, sitting: str, item: str) -> Item:
    """The item as the sitting's forms have it; NotFound if none of them does."""
    for form in _forms(headquarters, session, sitting):
        found = load_form(headquarters, session, form)[1].items.get(item)
        if found:
            return found
    raise NotFound(what=f"{session} {sitting} {item[:64]}")


def _checked(item: Item, ruling: Ruling) -> Ruling:
    """The ruling in one form (options and keys in order); CorrectionRefused if it cannot be."""
    if ruling.kind != "keys":
        return Ruling(ruling.kind)
    keys = tuple(sorted({tuple(sorted(set(key))) for key in ruling.keys}))
    if not keys or not all(keys):
        raise _refused("请给出答案", "name at least one key")
    if item.choice == "gap":
        return _checked_texts(keys)
    unknown = sorted({option for key in keys for option in key} - set(item.offered))
    if unknown:
        named = " ".join(unknown)[:60]
        raise _refused(f"试题没有选项 {named}", f"the item has no option {named}")
    if item.choice in ("one", "truth") and any(len(key) != 1 for key in keys):
        raise _refused("单选题每个答案只有一个选项", "each key of this item has one option")
    if not all(fits(item.choice, key) for key in keys):
        raise _refused("同一行或同一选项用了两次", "a row or an option is used twice")
    return Ruling("keys", keys)


def _checked_texts(keys: tuple[tuple[str, ...], ...]) -> Ruling:
    """Each text of its own is right; they are compared as responses are."""
    texts = sorted({plain(text) for key in keys for text in key})
    if not all(texts) or any(len(text) > LONGEST_REASON for text in texts):
        raise _refused("请给出答案", "name at least one key")
    return Ruling("keys", tuple((text,) for text in texts))


def _leave_something(
    headquarters: Headquarters, session: str, sitting: str, rulings: Mapping[str, Ruling]
) -> None:
    """CorrectionRefused if some form would have no item left that counts."""
    gone = {item for item, ruling in rulings.items() if ruling.kind == "removed"}
    for form in _forms(headquarters, session, sitting):
        if {one.id for one in load_form(headquarters, session, form)[0].items()} <= gone:
            raise _refused(f"试卷 {form} 将没有计分的试题", f"form {form} would be left empty")


def list_changes(
    headquarters: Headquarters, session: str, number: int | None = None
) -> list[Change]:
    """Before and after of one correction or all, those that pass or fail by it on top."""
    known = {one.number: one for one in list_corrections(headquarters, session)}
    query = (
        select(remarks, candidates.c.name)
        .join(
            candidates,
            (candidates.c.session == remarks.c.session)
            & (candidates.c.admission == remarks.c.admission),
        )
        .where(remarks.c.session == session)
    )
    if number is not None:
        query = query.where(remarks.c.number == number)
    with headquarters.store.reading() as db:
        find(db, session)
        rows = db.execute(query).mappings().all()
    found = [
        Change(item=known[row["number"]].item, **{k: v for k, v in row.items() if k != "session"})
        for row in rows
    ]
    return sorted(found, key=_importance)


def _importance(change: Change) -> tuple[int, bool, bool, str]:
    same = change.marks_before == change.marks_after
    return -change.number, not change.turned, same, change.admission


def changes_sheet(headquarters: Headquarters, session: str, number: int | None = None) -> bytes:
    """Before and after as .xlsx."""
    return sheet_bytes("成绩更正", HEAD, _rows(list_changes(headquarters, session, number)))


def _rows(changes: Sequence[Change]) -> list[list[Cell]]:
    return [
        [
            one.number,
            one.sitting,
            one.item,
            one.admission,
            one.name,
            one.marks_before,
            one.marks_after,
            OUTCOMES[one.state_before].zh,
            OUTCOMES[one.state_after].zh,
            "是" if one.turned else "",
        ]
        for one in changes
    ]
