"""Keeping what is watched in tables, in the transaction that keeps the reconciliation."""

from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select

from sync.exam.sitting import attempt_id
from sync.headquarters.intake.journals import ReceivedJournal
from sync.headquarters.marking.reconcile import Reconciliation, SittingCount
from sync.headquarters.marking.tracks import (
    file_rows,
    fork_rows,
    hand_in_rows,
    incident_rows,
    milestones,
)
from sync.headquarters.store.watch_tables import hand_ins, incidents, named_files, progress


def keep_tracks(db: Connection, found: Reconciliation, journal: ReceivedJournal) -> None:
    """Bring the tables of one session up to what has come in.

    A journal that cannot be read leaves incidents and files as they were before.
    """
    db.execute(delete(progress).where(progress.c.session == found.session))
    add_all(db, progress, {}, [_progress(found, journal)])
    if not journal.terms:
        return
    last = journal.terms[-1]
    own = {"session": found.session, "server_term": last.term}
    after = _newest(db, incidents, own)
    add_all(db, incidents, own, list(incident_rows(last.events, last.heads, after)))
    add_all(db, incidents, own, fork_rows(found.forks))
    after = _newest(db, named_files, own)
    add_all(db, named_files, own, list(file_rows(last.events, after)))
    codes = hand_in_rows(last.events, _differing(found))
    db.execute(delete(hand_ins).where(hand_ins.c.session == found.session))
    add_all(db, hand_ins, {"session": found.session}, codes)


def differing(count: SittingCount) -> int:
    """How many attempts of a sitting are not as they should be; some only once it is closed."""
    late = count.not_handed_in if count.closed else ()
    return len(late) + len(count.unaccounted) + len(count.receipt_differs)


def _progress(found: Reconciliation, journal: ReceivedJournal) -> dict[str, Any]:
    times = milestones(journal.events(), len(found.sittings))
    sittings, lacking = found.sittings, found.lacking
    return {
        "session": found.session,
        "batches": journal.batches,
        "server_term": journal.terms[-1].term if journal.terms else 0,
        **{name: getattr(times, name) for name in times.__struct_fields__},
        "registered": sum(s.registered for s in sittings),
        "absent": sum(len(s.absent) for s in sittings),
        "present": sum(s.present for s in sittings),
        "handed_in": sum(s.received for s in sittings),
        "differing": sum(differing(s) for s in sittings),
        "forks": len(found.forks),
        "broken": journal.batches > 0 and not journal.terms,
        "gap": bool(journal.terms and journal.terms[-1].gap),
        "lacking_zh": lacking.zh if lacking else None,
        "lacking_en": lacking.en if lacking else None,
    }


def _differing(found: Reconciliation) -> set[str]:
    return {
        attempt_id(sitting.sitting, person.admission)
        for sitting in found.sittings
        for person in sitting.receipt_differs
    }


def _newest(db: Connection, table: Table, own: dict[str, Any]) -> int:
    """The highest number kept; a former server's rows go, as its successor repeats its events."""
    former = table.c.server_term != own["server_term"]
    db.execute(delete(table).where(table.c.session == own["session"], former))
    found = select(func.max(table.c.seq)).where(table.c.session == own["session"])
    newest = db.scalar(found)
    return -1 if newest is None else int(newest)


def add_all(db: Connection, table: Table, own: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Insert many rows at once, each with the members of `own` too."""
    if rows:
        db.execute(insert(table), [own | _clean(row) for row in rows])


def _clean(row: dict[str, Any]) -> dict[str, Any]:
    """Without NUL, which a site may write into a note and PostgreSQL takes in no text."""
    return {n: v.replace("\0", "\ufffd") if isinstance(v, str) else v for n, v in row.items()}
