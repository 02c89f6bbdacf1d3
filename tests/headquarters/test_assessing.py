"""The marking desk: nobody sees another's marks, no script is marked twice by one, all is kept."""

import threading
from collections import Counter

import hypothesis
import krippendorff
import pytest
from assessed import ASSESSORS, PANEL, accounts, handed_in, mark, mark_all, opened
from desk_world import BY, NOW, Desk
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from sync.errors import AlreadyThere, MarksRefused, NotReady
from sync.headquarters.assessing import desk as marking
from sync.headquarters.assessing.errors import (
    JudgementRefused,
    NothingToAssess,
    NotYourScript,
    PanelRefused,
)
from sync.headquarters.assessing.figures import agreement, progress
from sync.headquarters.assessing.panel import Panel, open_desk, refresh_desk
from sync.headquarters.marking.results import import_marks, result_rows
from sync.headquarters.store.assessing_tables import judgements, places, scripts
from sync.headquarters.store.engine import Stamp
from sync.headquarters.watch.audits import Filter, list_audit
from sync.spreadsheet import sheet_bytes

BOTH = pytest.mark.parametrize("bare_desk", ["sqlite", "postgresql"], indirect=True)


def practical(desk: Desk) -> dict[str, int | None]:
    rows = result_rows(desk.hq, "morning")
    return {r.candidate.admission: r.practical for r in rows if r.theory.sitting == "skill"}


@BOTH
def test_three_who_agree_settle_a_candidate_by_their_mean(desk: Desk) -> None:
    made = opened(desk)
    assert made.scripts == 6
    assert set(practical(desk).values()) == {None}
    assert [mark_all(desk, name, 0.8) for name in ASSESSORS] == [6, 6, 6]
    marks = practical(desk)
    assert all(70 <= (m or 0) <= 80 for m in marks.values())
    found = progress(desk.hq, "morning", "skill")
    assert found
    assert (found.settled, found.candidates, found.done, found.arbitration) == (2, 2, 18, 0)


def test_marks_too_far_apart_wait_for_the_arbiter_who_decides(desk: Desk) -> None:
    opened(desk, candidates=1)
    for name, share in zip(ASSESSORS, (1, 1, 0.5), strict=True):
        assert mark_all(desk, name, share) == 3
    assert set(practical(desk).values()) == {None}
    with pytest.raises(NothingToAssess):
        marking.claim(desk.hq, Stamp("ann", NOW))
    assert mark_all(desk, "dan", 1) == 3
    assert set(practical(desk).values()) == {100}


def given_by_sheet(desk: Desk, sitting: str, marks: int) -> int:
    """Marks for everybody as an officer's sheet names them."""
    rows = [[admission, sitting, marks] for admission in practical(desk)]
    file = desk.folder / "marks.xlsx"
    file.write_bytes(sheet_bytes("x", ["准考证号", "考试编号", "实训成绩"], rows))
    return import_marks(desk.hq, BY, session="morning", file=file)


def test_no_sheet_goes_round_the_assessors(desk: Desk) -> None:
    handed_in(desk, 1)
    accounts(desk)
    assert given_by_sheet(desk, "skill", 100) == 1
    assert set(practical(desk).values()) == {100}
    open_desk(desk.hq, BY, "morning", "skill", PANEL)
    assert set(practical(desk).values()) == {None}
    assert "marks.change" in {line.act for line in list_audit(desk.hq, Filter(), 4)}
    with pytest.raises(MarksRefused):
        given_by_sheet(desk, "skill", 99)
    # The theory beside it has no desk.
    given_by_sheet(desk, "live", 98)
    assert set(practical(desk).values()) == {None}
    for name in ASSESSORS:
        mark_all(desk, name, 0.5)
    assert all(40 < (marks or 0) <= 50 for marks in practical(desk).values())


def test_an_arbiter_is_given_nothing_while_the_others_agree(desk: Desk) -> None:
    opened(desk, candidates=1)
    for name in ASSESSORS:
        mark_all(desk, name, 1)
    assert mark_all(desk, "dan", 0) == 0


@BOTH
def test_many_who_ask_at_once_never_get_the_same_place(desk: Desk) -> None:
    opened(desk)
    given: list[tuple[str, str]] = []

    def work(name: str) -> None:
        given.extend((name, mark(desk, name, 1)) for _ in range(6))

    threads = [threading.Thread(target=work, args=(name,)) for name in ASSESSORS]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(given) == len(set(given)) == 18
    assert set(Counter(number for _, number in given).values()) == {3}


def test_who_asks_again_gets_the_script_they_hold(desk: Desk) -> None:
    opened(desk)
    first = marking.claim(desk.hq, Stamp("ann", NOW))
    assert marking.claim(desk.hq, Stamp("ann", NOW)) == first
    marking.give_back(desk.hq, Stamp("ann", NOW), first)
    with pytest.raises(NotYourScript):
        marking.read_script(desk.hq, "ann", first)


def test_a_script_is_read_and_marked_by_who_holds_it_alone_and_once(desk: Desk) -> None:
    opened(desk)
    number = mark(desk, "ann", 1)
    assert marking.read_script(desk.hq, "ann", number).mine
    for name in ("ben", "dan", "nobody"):
        with pytest.raises(NotYourScript):
            marking.read_script(desk.hq, name, number)
    with pytest.raises(NotYourScript):
        mark(desk, "ann", 0.5, number)


def test_nothing_of_the_candidate_is_in_a_script(desk: Desk) -> None:
    story = handed_in(desk)
    accounts(desk)
    open_desk(desk.hq, BY, "morning", "skill", PANEL)
    seen = marking.read_script(desk.hq, "ann", marking.claim(desk.hq, Stamp("ann", NOW)))
    shown = repr((seen.number, seen.content, seen.task))
    admissions = {e.body["attempt"].partition("/")[2] for e in story.events if "attempt" in e.body}
    assert not [one for one in admissions if one in shown or one in seen.number]


def test_marks_that_lack_a_criterion_or_exceed_it_are_refused_whole(desk: Desk) -> None:
    opened(desk)
    by = Stamp("ann", NOW)
    number = marking.claim(desk.hq, by)
    task = marking.read_script(desk.hq, "ann", number).task
    for given in ({}, {one.id: one.marks + 1 for one in task.criteria}):
        with pytest.raises(JudgementRefused) as refused:
            marking.submit(desk.hq, by, number, given, "")
        assert len(refused.value.problems) == len(task.criteria)
    with desk.hq.store.reading() as db:
        assert db.execute(select(judgements)).all() == []


@pytest.mark.parametrize(
    "panel",
    [
        PANEL._replace(places=2),
        PANEL._replace(places=1),
        PANEL._replace(assessors=("ann", "ben")),
        PANEL._replace(assessors=("ann", "ben", "ben")),
        PANEL._replace(assessors=("ann", "ben", "nobody")),
        PANEL._replace(arbiters=()),
        PANEL._replace(arbiters=("ann",)),
        PANEL._replace(distance=101),
    ],
)
def test_a_panel_that_breaks_a_rule_opens_no_desk(desk: Desk, panel: Panel) -> None:
    handed_in(desk, 1)
    accounts(desk)
    with pytest.raises(PanelRefused):
        open_desk(desk.hq, BY, "morning", "skill", panel)
    assert progress(desk.hq, "morning", "skill") is None


def test_too_few_assessors_for_the_candidates_need_a_reason(desk: Desk) -> None:
    handed_in(desk, 16)
    accounts(desk)
    with pytest.raises(PanelRefused, match="16 candidates need 4"):
        open_desk(desk.hq, BY, "morning", "skill", PANEL._replace(reason=" "))
    assert open_desk(desk.hq, BY, "morning", "skill", PANEL).scripts == 48
    with pytest.raises(AlreadyThere):
        open_desk(desk.hq, BY, "morning", "skill", PANEL)
    assert refresh_desk(desk.hq, BY, "morning", "skill").scripts == 0


def test_a_theory_sitting_or_one_that_has_not_come_in_has_no_desk(desk: Desk) -> None:
    desk.published()
    accounts(desk)
    with pytest.raises(NotReady, match="no practical"):
        open_desk(desk.hq, BY, "morning", "live", PANEL)


def test_a_judgement_cannot_be_altered_behind_the_desk(desk: Desk) -> None:
    opened(desk)
    mark(desk, "ann", 1)
    with pytest.raises(DatabaseError), desk.hq.store.writing() as db:
        db.execute(update(judgements).values(total=0))


def test_what_changed_after_it_was_judged_is_named_and_what_nobody_judged_is_renewed(
    desk: Desk,
) -> None:
    opened(desk)
    judged = mark(desk, "ann", 1)
    with desk.hq.store.writing() as db:
        db.execute(update(scripts).values(content="{}"))
    assert refresh_desk(desk.hq, BY, "morning", "skill").changed == (judged,)
    with desk.hq.store.reading() as db:
        held = db.scalars(select(places.c.script).where(places.c.done)).all()
        empty = db.scalars(select(scripts.c.id).where(scripts.c.content == "{}")).all()
    assert set(empty) == set(held)


def test_agreement_is_one_for_the_same_marks_and_near_nothing_for_chance() -> None:
    same = [{"ann": n, "ben": n, "cai": n} for n in range(12)]
    assert agreement(same) == 1.0
    turned = [{"ann": n, "ben": 11 - n} for n in range(12)]
    assert (agreement(turned) or 0) < 0
    assert agreement(same[:5]) is None


def read_table(*lines: str) -> list[dict[str, int]]:
    """Unit by unit what each observer gave, from lines of digits; a dot is nothing."""
    return [
        {str(who): int(mark) for who, mark in enumerate(unit) if mark != "."}
        for unit in zip(*lines, strict=True)
    ]


# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): four observers, twelve units.
PUBLISHED = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
# The example of the encyclopedias: three coders, fifteen units.
ENCYCLOPEDIA = (".....34121133.3", "1.213343.......", "..21344.21133.4")


@pytest.mark.parametrize(
    ("table", "alpha"), [(read_table(*PUBLISHED), 0.849), (read_table(*ENCYCLOPEDIA), 0.811)]
)
def test_agreement_is_what_krippendorff_published(
    table: list[dict[str, int]], alpha: float
) -> None:
    assert agreement(table) == alpha
    worse = [{who: 5 - mark for who, mark in table[0].items()} | {"0": 5}, *table[1:]]
    assert agreement(worse) != alpha


@hypothesis.given(
    st.lists(
        st.dictionaries(st.sampled_from("abcde"), st.integers(0, 100), max_size=5),
        min_size=10,
        max_size=30,
    )
)
def test_agreement_is_what_the_library_says(table: list[dict[str, int]]) -> None:
    found = agreement(table)
    if found is None:
        return
    data = [[unit.get(who, float("nan")) for unit in table] for who in "abcde"]
    said = krippendorff.alpha(data, level_of_measurement="interval")
    assert found == pytest.approx(said, abs=0.0006)
