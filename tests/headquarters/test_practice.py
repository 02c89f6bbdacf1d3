"""Kinds of sessions at headquarters: keys only with a practice, and its results stay apart."""

from pathlib import Path

import msgspec
import pytest
from desk_world import BY, Desk
from sqlalchemy import select

from sync.errors import DocumentAltered
from sync.exam.practice import check_keys
from sync.exam.sitting import SessionKind
from sync.headquarters.marking.scoring import score
from sync.headquarters.planning.publish import drawn_papers, planned
from sync.headquarters.released.sheets import results_sheet
from sync.headquarters.store.schema import sessions as session_table
from sync.headquarters.watch import search
from sync.spreadsheet import read_sheet
from sync.wire.documents import to_bytes

ONE, TWO = "99530051001", "99530051002"


@pytest.mark.parametrize("kind", ["examination", "rehearsal", "practice"])
def test_only_the_papers_of_a_practice_hold_keys(desk: Desk, kind: SessionKind) -> None:
    desk.session(kind=kind)
    with desk.hq.store.reading() as db:
        row = db.execute(select(session_table)).one()
        plan, papers = planned(db, row), drawn_papers(db, row)
    check_keys(plan, papers.forms, papers.keys)
    forms = to_bytes(msgspec.structs.replace(papers, keys={})).decode()
    assert not any(f'"{word}":' in forms for word in ("key", "reason", "why"))
    assert set(papers.keys) == ({form.id for form in papers.forms} if kind == "practice" else set())
    if kind == "practice":
        # The very same papers under another kind are sealed for nobody.
        with pytest.raises(DocumentAltered):
            check_keys(msgspec.structs.replace(plan, kind="rehearsal"), papers.forms, papers.keys)


def sat(desk: Desk, kind: SessionKind) -> None:
    """One hands in ten right answers, and again three; two once, then begins and does no more."""
    story = desk.published(kind=kind)
    for admission in (ONE, TWO):
        attempt = story.start(admission)
        story.answer_right(attempt, 10)
        story.hand_in(attempt)
        if kind != "examination":
            story.tell("again", attempt=attempt, seat_term=2)
            story.start(admission)
    if kind != "examination":
        story.answer_right(f"live/{ONE}", 3)
        story.hand_in(f"live/{ONE}")
    story.close(handed_in=2)
    desk.deliver(story)
    score(desk.hq, BY, "morning")


def marks(found: list[search.Found]) -> list[tuple[str, int | None, bool | None]]:
    scored = [(one.row.candidate.admission, one.row.theory) for one in found]
    return [(who, row.marks, row.receipt_fits) for who, row in scored if row.marks is not None]


@pytest.mark.parametrize("kind", ["rehearsal", "practice"])
def test_of_several_runs_the_last_that_was_handed_in_counts_and_no_examination_has_it(
    desk: Desk, kind: SessionKind, tmp_path: Path
) -> None:
    sat(desk, kind)
    apart = search.search(desk.hq, search.Wanted(session="morning", kind=kind), 10)
    assert marks(apart) == [(ONE, 3, True), (TWO, 10, True)]
    wanted = search.Wanted(session="morning")
    assert (search.search(desk.hq, wanted, 10), search.count(desk.hq, wanted)) == ([], 0)
    path = tmp_path / "results.xlsx"
    path.write_bytes(search.export(desk.hq, BY, search.Wanted(person="9953")))
    assert len(read_sheet(path)) == 1
    path.write_bytes(results_sheet(desk.hq, "morning"))
    said = {tuple(row[-2:]) for row in read_sheet(path)[1:]}
    assert said == {("试考" if kind == "rehearsal" else "练习", "不作数")}


def test_control_an_examinations_results_are_found(published_desk: Desk) -> None:
    sat(published_desk, "examination")
    found = search.search(published_desk.hq, search.Wanted(session="morning"), 10)
    assert marks(found) == [(ONE, 10, True), (TWO, 10, True)]
