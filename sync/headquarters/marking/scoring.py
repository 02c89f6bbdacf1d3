"""Scoring a session from its received journal; doing it twice gives the same rows."""

import logging

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from sync.errors import DocumentRefused, ExamError, NotFound
from sync.exam.marking import PaperMark, mark_theory
from sync.exam.sitting import CandidatePlan, SessionPlan, attempt_id, form_for
from sync.exam.specification import Struct
from sync.headquarters.errors import BatchMissing, JournalBroken
from sync.headquarters.intake.archive import list_batches
from sync.headquarters.intake.journals import ReceivedJournal, read_journal
from sync.headquarters.intake.work import claim, done
from sync.headquarters.marking.attempts import AttemptFacts, attempt_facts
from sync.headquarters.marking.keeping import keep_tracks
from sync.headquarters.marking.reconcile import NOTHING, Reconciliation, reconcile
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
    rows = _score_all(headquarters, plan, journal)
    _save(headquarters, by, reconcile(plan, journal), journal, rows)
    return rows


def reconciliation(headquarters: Headquarters, session: str) -> Reconciliation:
    """The reconciliation from what has come in up to now."""
    return _reconcile(headquarters, published_plan(headquarters, session))[0]


def _reconcile(
    headquarters: Headquarters, plan: SessionPlan
) -> tuple[Reconciliation, ReceivedJournal]:
    try:
        journal = read_journal(headquarters, plan.id)
    except DocumentRefused as refused:
        problem = Words(refused.say("zh"), refused.say("en"))
        journal = ReceivedJournal(plan.id, len(list_batches(headquarters, session=plan.id)), ())
        return reconcile(plan, journal, problem), journal
    return reconcile(plan, journal), journal


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
            except ExamError:
                log.exception("session %s cannot be scored", session)
                continue
            with headquarters.store.writing() as db:
                done(db, [one for one in claimed if one.subject == session])
    return count


def _refresh_one(headquarters: Headquarters, by: Stamp, session: str) -> None:
    plan = published_plan(headquarters, session)
    found, journal = _reconcile(headquarters, plan)
    rows = None
    try:
        rows = None if found.lacking else _score_all(headquarters, plan, journal)
    except JournalBroken as broken:
        found = reconcile(plan, journal, Words(broken.say("zh"), broken.say("en")))
    _save(headquarters, by, found, journal, rows)
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


def _score_all(
    headquarters: Headquarters, plan: SessionPlan, journal: ReceivedJournal
) -> list[Scored]:
    facts = attempt_facts(journal)
    return [
        _score_one(
            headquarters,
            plan,
            sitting,
            candidate,
            facts.get(attempt_id(sitting.plan.id, candidate.admission), NOTHING),
        )
        for sitting in list_sittings(headquarters, plan.id)
        for candidate in plan.candidates
        if sitting.plan.id in candidate.sittings
    ]


def _score_one(
    headquarters: Headquarters,
    plan: SessionPlan,
    sitting: SittingRow,
    candidate: CandidatePlan,
    fact: AttemptFacts,
) -> Scored:
    name = fact.form or form_for(sitting.plan, candidate.seat)
    mark = _mark(headquarters, plan.id, sitting, name, fact) if fact.handed_in else None
    # People mark practical work: only what was handed in is known here.
    by_people = sitting.plan.component == "practical"
    counted = None if fact.violation or by_people else mark
    return Scored(
        sitting=sitting.plan.id,
        admission=candidate.admission,
        state=_state(sitting, fact, mark),
        marks=counted.marks if counted else None,
        of=counted.of if counted else None,
        answered=_answered(fact) if by_people and mark else mark.answered if mark else None,
        how=fact.how,
        receipt=fact.receipt,
        receipt_fits=fact.receipt_fits,
        form=name if fact.started else None,
        evidence=fact.evidence + fact.after_hand_in,
    )


def _mark(
    headquarters: Headquarters, session: str, sitting: SittingRow, form: str, fact: AttemptFacts
) -> PaperMark:
    try:
        paper, bank = load_form(headquarters, session, form)
    except NotFound:
        raise JournalBroken(
            session=session, reason_zh=f"没有试卷 {form}", reason_en=f"no form {form}"
        ) from None
    return mark_theory(paper, bank, sitting.specification, fact.responses)


def _answered(fact: AttemptFacts) -> int:
    return sum(response not in (None, [], "") for response in fact.responses.values())


def _state(sitting: SittingRow, fact: AttemptFacts, mark: PaperMark | None) -> str:
    if fact.violation:
        return "violation"
    if mark is not None and sitting.plan.component == "practical":
        return "awaiting"
    if mark is not None:
        component = sitting.specification.component(sitting.plan.component)
        return "passed" if mark.marks >= component.pass_mark else "failed"
    return "absent" if fact.absent and not fact.started else "missing"


def _save(
    headquarters: Headquarters,
    by: Stamp,
    found: Reconciliation,
    journal: ReceivedJournal,
    rows: list[Scored] | None,
) -> None:
    """Replace what was known of the session; without `rows` earlier results stay.

    Another worker that saw more batches keeps the last word.
    """
    session = found.session
    with headquarters.store.writing() as db:
        db.execute(select(sessions.c.id).where(sessions.c.id == session).with_for_update())
        known = db.scalar(select(scorings.c.batches).where(scorings.c.session == session))
        if known is not None and known > journal.batches:
            return
        db.execute(delete(scorings).where(scorings.c.session == session))
        db.execute(
            insert(scorings).values(
                session=session,
                batches=journal.batches,
                complete=found.lacking is None,
                reconciliation=msgspec.json.encode(found).decode(),
                scored=rows is not None,
            )
        )
        _link(db, journal)
        keep_tracks(db, found, journal)
        if rows is None:
            return
        db.execute(delete(results).where(results.c.session == session))
        for row in rows:
            db.execute(insert(results).values(session=session, **msgspec.structs.asdict(row)))
        record(
            db, by, "session.score", session=session, attempts=len(rows), batches=journal.batches
        )


def _link(db: Connection, journal: ReceivedJournal) -> None:
    """Batches after the final one say which one they supplement."""
    for term in journal.terms:
        if term.supplements:
            these = batches.c.digest.in_(term.supplements)
            db.execute(update(batches).where(these).values(supplements=term.ended_by))
