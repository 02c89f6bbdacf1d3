"""Scoring a session from its received journal; doing it twice gives the same rows."""

import logging
from collections.abc import Callable, Mapping
from functools import cache, partial

import msgspec
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import DataError, SQLAlchemyError

from sync.errors import DocumentRefused, NotFound
from sync.exam.item_analysis import Answered, FormStatistics, form_statistics, item_times
from sync.exam.items import Bank
from sync.exam.marking import Marker, PaperMark, Ruling, brought_to, marker
from sync.exam.paper import Form
from sync.exam.sitting import CandidatePlan, SessionPlan, attempt_id, form_for
from sync.exam.specification import Struct
from sync.headquarters.errors import BatchMissing, JournalBroken
from sync.headquarters.intake.archive import list_batches
from sync.headquarters.intake.journals import ReceivedJournal, read_journal
from sync.headquarters.intake.work import claim, done
from sync.headquarters.marking.attempts import AttemptFacts, Facts, attempt_facts
from sync.headquarters.marking.item_figures import keep_statistics
from sync.headquarters.marking.keeping import add_all, keep_tracks
from sync.headquarters.marking.reconcile import NOTHING, Reconciliation, reconcile
from sync.headquarters.marking.rulings import Rulings, rulings_in_force
from sync.headquarters.planning.sessions import SittingRow, list_sittings, load_form, published_plan
from sync.headquarters.store.commits import SCORE_WORK
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import batches, results, scorings, sessions
from sync.words import Words

log = logging.getLogger(__name__)
CLAIM = 200


class Scored(Struct, frozen=True):
    """One attempt: passed, failed, absent, violation, missing; awaiting, if people mark it."""

    sitting: str
    admission: str
    state: str
    marks: int | None = None
    of: int | None = None
    answered: int | None = None
    how: str | None = None
    receipt: str | None = None
    receipt_fits: bool | None = None
    form: str | None = None
    evidence: int = 0


def score(headquarters: Headquarters, by: Stamp, session: str) -> list[Scored]:
    """Score a session whose journal is whole; BatchMissing or JournalBroken otherwise."""
    plan = published_plan(headquarters, session)
    journal = read_journal(headquarters, session)
    if journal.lacking:
        raise BatchMissing(
            session=session, reason_zh=journal.lacking.zh, reason_en=journal.lacking.en
        )
    facts = attempt_facts(journal)
    found = reconcile(plan, journal, facts)
    while True:
        rulings = rulings_now(headquarters, session)
        marked = mark_session(headquarters, plan, journal, rulings, facts)
        if _save(headquarters, by, found, journal, marked):
            return list(marked.rows)


def rulings_now(headquarters: Headquarters, session: str) -> Rulings:
    """The rulings that count at this moment."""
    with headquarters.store.reading() as db:
        return rulings_in_force(db, session)


def reconciliation(headquarters: Headquarters, session: str) -> Reconciliation:
    """The reconciliation from what has come in up to now."""
    return _reconcile(headquarters, published_plan(headquarters, session))[0]


def _reconcile(
    headquarters: Headquarters, plan: SessionPlan
) -> tuple[Reconciliation, ReceivedJournal, Facts]:
    problem = None
    try:
        journal = read_journal(headquarters, plan.id)
    except DocumentRefused as refused:
        problem = Words(refused.say("zh"), refused.say("en"))
        journal = ReceivedJournal(plan.id, len(list_batches(headquarters, session=plan.id)), ())
    facts = attempt_facts(journal)
    return reconcile(plan, journal, facts, problem), journal, facts


def refresh(headquarters: Headquarters, by: Stamp) -> int:
    """Reconcile, and score where the journal is whole, what got new batches; how many sessions.

    A session that cannot be read keeps no other from being scored; it is tried again when the
    claim on it has run out.
    """
    count, last = 0, 0
    while claimed := claim(headquarters, SCORE_WORK, by.at, limit=CLAIM, after=last):
        last = claimed[-1].id
        for session in dict.fromkeys(one.subject for one in claimed):
            count += 1
            try:
                _refresh_one(headquarters, by, session)
            except Exception as fault:
                # The disk or the database; all else is of what this site wrote.
                if isinstance(fault, OSError | SQLAlchemyError) and not isinstance(
                    fault, DataError
                ):
                    raise
                log.exception("session %s cannot be scored", session)
                continue
            with headquarters.store.writing() as db:
                done(db, [one for one in claimed if one.subject == session])
    return count


def _refresh_one(headquarters: Headquarters, by: Stamp, session: str) -> None:
    plan = published_plan(headquarters, session)
    found, journal, facts = _reconcile(headquarters, plan)
    saved = False
    while not saved:
        marked = None
        try:
            if not found.lacking:
                rulings = rulings_now(headquarters, session)
                marked = mark_session(headquarters, plan, journal, rulings, facts)
        except JournalBroken as broken:
            found = reconcile(plan, journal, facts, Words(broken.say("zh"), broken.say("en")))
        saved = _save(headquarters, by, found, journal, marked)
    if found.lacking:
        log.info("session %s: %s", session, found.lacking.en)


def saved_reconciliation(headquarters: Headquarters, session: str) -> Reconciliation | None:
    """The reconciliation as of the last refresh, without opening any batch."""
    query = select(scorings.c.reconciliation).where(scorings.c.session == session)
    with headquarters.store.reading() as db:
        text = db.scalar(query)
    return msgspec.json.decode(text, type=Reconciliation) if text else None


def scored_rows(headquarters: Headquarters, session: str) -> list[Scored]:
    """The saved outcomes of a session; none before it was scored."""
    query = select(results).where(results.c.session == session)
    with headquarters.store.reading() as db:
        found = db.execute(query.order_by(results.c.sitting, results.c.admission)).mappings()
        return [Scored(**{k: v for k, v in row.items() if k != "session"}) for row in found]


class Marked(Struct, frozen=True):
    """A session marked under its rulings, with what was found of every form's items."""

    version: int
    rows: tuple[Scored, ...]
    statistics: tuple[FormStatistics, ...]


def mark_session(
    headquarters: Headquarters,
    plan: SessionPlan,
    journal: ReceivedJournal,
    rulings: Rulings,
    facts: Facts,
) -> Marked:
    """Every candidate of every sitting from the events that a checkpoint vouches for.

    `facts` are those of this journal (see `attempt_facts`).
    """
    times = item_times(journal.events())
    load = cache(partial(_form, headquarters, plan.id))
    rows, statistics = [], []
    for sitting in list_sittings(headquarters, plan.id):
        answered: dict[str, list[Answered]] = {}
        ruled = rulings.of(sitting.plan.id)
        marker_of = cache(partial(_marker, load, sitting, ruled))
        for candidate in (c for c in plan.candidates if sitting.plan.id in c.sittings):
            attempt = attempt_id(sitting.plan.id, candidate.admission)
            fact = facts.get(attempt, NOTHING)
            form = fact.form or form_for(sitting.plan, candidate.seat)
            mark = None
            if fact.handed_in:
                mark = marker_of(form).mark(fact.responses)
            rows.append(_score_one(sitting, candidate, form, fact, mark))
            if mark and mark.items and not fact.violation:
                answered.setdefault(form, []).append(Answered(mark, times.get(attempt, {})))
        statistics += [
            form_statistics(sitting.plan.id, form, load(form)[1], ruled, own)
            for form, own in sorted(answered.items())
        ]
    return Marked(rulings.version, tuple(rows), tuple(statistics))


def _marker(
    load: Callable[[str], tuple[Form, Bank]],
    sitting: SittingRow,
    ruled: Mapping[str, Ruling],
    form: str,
) -> Marker:
    return marker(*load(form), sitting.specification, ruled)


def _form(headquarters: Headquarters, session: str, form: str) -> tuple[Form, Bank]:
    try:
        return load_form(headquarters, session, form)
    except NotFound:
        raise JournalBroken(
            session=session, reason_zh=f"没有试卷 {form}", reason_en=f"no form {form}"
        ) from None


def _score_one(
    sitting: SittingRow,
    candidate: CandidatePlan,
    form: str,
    fact: AttemptFacts,
    mark: PaperMark | None,
) -> Scored:
    # People mark practical work: only what was handed in is known here.
    by_people = sitting.plan.component == "practical"
    marks, of = _whole(sitting, mark) if mark and not by_people else (None, None)
    return Scored(
        sitting=sitting.plan.id,
        admission=candidate.admission,
        state=_state(sitting, fact, marks),
        marks=None if fact.violation else marks,
        of=None if fact.violation else of,
        answered=_answered(fact) if by_people and mark else mark.answered if mark else None,
        how=fact.how,
        receipt=fact.receipt,
        receipt_fits=fact.receipt_fits,
        form=form if fact.started else None,
        evidence=fact.evidence + fact.after_hand_in,
    )


def _whole(sitting: SittingRow, mark: PaperMark) -> tuple[int, int]:
    """Marks out of the component's full mark, also when an item was taken out of the total."""
    full = sitting.specification.component(sitting.plan.component).full_mark
    return brought_to(full, mark.marks, mark.of), full


def _answered(fact: AttemptFacts) -> int:
    return sum(response not in (None, [], "") for response in fact.responses.values())


def _state(sitting: SittingRow, fact: AttemptFacts, marks: int | None) -> str:
    if fact.violation:
        return "violation"
    if fact.handed_in and sitting.plan.component == "practical":
        return "awaiting"
    if marks is not None:
        component = sitting.specification.component(sitting.plan.component)
        return "passed" if marks >= component.pass_mark else "failed"
    return "absent" if fact.absent and not fact.started else "missing"


def _save(
    headquarters: Headquarters,
    by: Stamp,
    found: Reconciliation,
    journal: ReceivedJournal,
    marked: Marked | None,
) -> bool:
    """Replace what was known of the session; without `marked` earlier results stay.

    Another worker that saw more batches keeps the last word. False, and nothing is saved, if a
    correction was confirmed since the session was marked.
    """
    session = found.session
    with headquarters.store.writing() as db:
        lock_session(db, session)
        if marked and rulings_in_force(db, session).version != marked.version:
            return False
        known = db.scalar(select(scorings.c.batches).where(scorings.c.session == session))
        if known is not None and known > journal.batches:
            return True
        db.execute(delete(scorings).where(scorings.c.session == session))
        db.execute(
            insert(scorings).values(
                session=session,
                batches=journal.batches,
                complete=found.lacking is None,
                reconciliation=msgspec.json.encode(found).decode(),
                scored=marked is not None,
            )
        )
        _link(db, journal)
        keep_tracks(db, found, journal)
        if marked:
            replace_results(db, session, marked)
            count = len(marked.rows)
            record(
                db, by, "session.score", session=session, attempts=count, batches=journal.batches
            )
    return True


def lock_session(db: Connection, session: str) -> None:
    """One at a time saves what was scored of a session."""
    db.execute(select(sessions.c.id).where(sessions.c.id == session).with_for_update())


def replace_results(db: Connection, session: str, marked: Marked) -> None:
    """The rows and statistics of a session, in place of those of before."""
    db.execute(delete(results).where(results.c.session == session))
    own = {"session": session}
    add_all(db, results, own, [msgspec.structs.asdict(row) for row in marked.rows])
    keep_statistics(db, session, marked.statistics)


def _link(db: Connection, journal: ReceivedJournal) -> None:
    """Batches after the final one say which one they supplement."""
    for term in journal.terms:
        if term.supplements:
            these = batches.c.digest.in_(term.supplements)
            db.execute(update(batches).where(these).values(supplements=term.ended_by))
