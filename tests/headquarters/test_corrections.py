"""A wrong key: two officers correct it, everyone is marked again, nothing is overwritten."""

import openpyxl
import pytest
from desk_world import BY, LIVE, NOW, Desk, Story
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError

from sync.errors import AlreadyThere, NotFound
from sync.exam.catalogue import find
from sync.exam.marking import Ruling
from sync.headquarters.desk_errors import CorrectionRefused, OtherOfficerNeeded
from sync.headquarters.errors import BatchMissing
from sync.headquarters.marking import corrections, scoring
from sync.headquarters.marking.corrections import changes_sheet, confirm, list_changes, propose
from sync.headquarters.marking.rulings import list_corrections
from sync.headquarters.marking.scoring import score, scored_rows
from sync.headquarters.planning import sessions
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.marking_tables import correction_decisions, remarks

ONE, TWO, THREE = (f"9953005100{n}" for n in (1, 2, 3))
FIRST, SECOND = Stamp("first", NOW), Stamp("second", NOW + 1)


@pytest.fixture(params=["published_desk", "published_on_postgresql"], ids=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """The session is published; on both databases."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def light(published_desk: Desk) -> Desk:
    """As `desk`, on SQLite alone."""
    return published_desk


def items(desk: Desk) -> list[str]:
    """The items of the form of ONE and THREE, in order; the first 30 are single at one mark."""
    return [item.id for item in sessions.load_form(desk.hq, "morning", "live-B")[0].items()]


def sat(desk: Desk) -> Story:
    """ONE has 58 marks and the first and last item wrong; THREE has all, but left the last out."""
    story = desk.published()
    paper, bank = sessions.load_form(desk.hq, "morning", "live-B")
    for admission, right in ((ONE, range(2, 45)), (THREE, range(64))):
        attempt = story.start(admission)
        for place, item in enumerate(paper.items()):
            key = bank.items[item.id].key
            if place == 64 and admission == THREE:
                continue
            wrong = [next(o for o in bank.items[item.id].options if o not in key)]
            story.answer(attempt, item.id, list(key) if place in right else wrong, place + 1)
        story.hand_in(attempt)
    story.close(handed_in=2)
    return story


def scored(desk: Desk) -> dict[str, tuple[int | None, str]]:
    """Marks and state as they are kept now."""
    return {row.admission: (row.marks, row.state) for row in scored_rows(desk.hq, "morning")}


def ready(desk: Desk) -> str:
    """Delivered and scored; the item that ONE has wrong."""
    desk.deliver(sat(desk))
    score(desk.hq, BY, "morning")
    return items(desk)[0]


def correct(desk: Desk, item: str, ruling: Ruling) -> list[corrections.Change]:
    """Proposed by one officer and confirmed by the other."""
    facts = {"session": "morning", "sitting": "live", "item": item}
    number = propose(desk.hq, FIRST, **facts, ruling=ruling, reason="答案有误")
    return confirm(desk.hq, SECOND, "morning", number)


def options(desk: Desk, item: str) -> tuple[str, str]:
    """The key of a single item, and what ONE took instead."""
    found = sessions.load_form(desk.hq, "morning", "live-B")[1].items[item]
    return found.key[0], next(o for o in found.options if o not in found.key)


def test_a_corrected_key_marks_everyone_again_and_keeps_before_and_after(desk: Desk) -> None:
    item = ready(desk)
    before = scored(desk)
    _, taken = options(desk, item)
    found = {c.admission: c for c in correct(desk, item, Ruling("keys", ((taken,),)))}
    one, three = found[ONE], found[THREE]
    assert before[ONE] == (one.marks_before, one.state_before)
    assert (one.marks_after, three.marks_after) == (59, 97)
    assert scored(desk)[ONE] == (one.marks_after, one.state_after)
    assert len(found) == 4
    assert score(desk.hq, BY, "morning")[0].marks == one.marks_after
    (kept,) = list_corrections(desk.hq, "morning")
    assert kept.decision is not None
    assert (kept.who, kept.decision.who, kept.reason) == ("first", "second", "答案有误")


def test_who_passes_by_it_stands_on_top(light: Desk) -> None:
    item = ready(light)
    pass_mark = find(LIVE).component("theory").pass_mark
    assert scored(light)[ONE] == (pass_mark - 2, "failed")
    ruling = Ruling("full")
    changes = correct(light, items(light)[64], ruling)
    assert (changes[0].admission, changes[0].turned) == (ONE, True)
    assert (changes[0].state_before, changes[0].state_after) == ("failed", "passed")
    rows = [row.admission for row in list_changes(light.hq, "morning")]
    assert rows[0] == ONE
    assert not any(change.turned for change in correct(light, item, ruling))


@pytest.mark.parametrize(
    ("kind", "marks"),
    # Taken out: 58 of 98 are 59.18 of 100, and 98 of 98 are 100.
    [("accepted", (60, 98)), ("full", (60, 100)), ("removed", (59, 100))],
)
def test_each_kind_of_ruling_marks_as_it_says(
    light: Desk, kind: str, marks: tuple[int, int]
) -> None:
    ready(light)
    item = items(light)[64]
    key, taken = options(light, item)
    rulings = {
        "accepted": Ruling("keys", ((key,), (taken,))),
        "full": Ruling("full"),
        "removed": Ruling("removed"),
    }
    correct(light, item, rulings[kind])
    found = scored(light)
    assert (found[ONE][0], found[THREE][0]) == marks
    assert found[TWO] == (None, "missing")


def test_a_correction_is_corrected_by_the_next_and_both_stay(desk: Desk) -> None:
    item = ready(desk)
    key, taken = options(desk, item)
    before = scored(desk)
    correct(desk, item, Ruling("keys", ((taken,),)))
    assert scored(desk) != before
    correct(desk, item, Ruling("keys", ((key,),)))
    assert scored(desk) == before
    newest, oldest = list_corrections(desk.hq, "morning")
    assert (oldest.before, newest.before) == (None, oldest.after)
    assert len(list_changes(desk.hq, "morning", oldest.number)) == 4
    assert len(list_changes(desk.hq, "morning")) == 8


def test_nobody_confirms_their_own_and_nothing_is_decided_twice(desk: Desk) -> None:
    item = ready(desk)
    facts = {"session": "morning", "sitting": "live", "item": item, "reason": "x"}
    number = propose(desk.hq, FIRST, **facts, ruling=Ruling("full"))
    before = scored(desk)
    with pytest.raises(OtherOfficerNeeded):
        confirm(desk.hq, FIRST, "morning", number)
    with pytest.raises(AlreadyThere):
        propose(desk.hq, SECOND, **facts, ruling=Ruling("removed"))
    assert scored(desk) == before
    confirm(desk.hq, SECOND, "morning", number)
    for again in (confirm, corrections.refuse):
        with pytest.raises(AlreadyThere):
            again(desk.hq, SECOND, "morning", number)
    assert len(list_changes(desk.hq, "morning")) == 4


def test_a_refused_proposal_changes_nothing_and_makes_room(light: Desk) -> None:
    item = ready(light)
    facts = {"session": "morning", "sitting": "live", "item": item, "reason": "x"}
    number = propose(light.hq, FIRST, **facts, ruling=Ruling("full"))
    before = scored(light)
    corrections.refuse(light.hq, FIRST, "morning", number)
    score(light.hq, BY, "morning")
    assert scored(light) == before
    with pytest.raises(AlreadyThere):
        confirm(light.hq, SECOND, "morning", number)
    propose(light.hq, SECOND, **facts, ruling=Ruling("full"))


@pytest.mark.parametrize(
    ("ruling", "said"),
    [
        (Ruling("keys"), "at least one key"),
        (Ruling("keys", ((),)), "at least one key"),
        (Ruling("keys", (("z",),)), "no option z"),
        (Ruling("keys", (("a", "b"),)), "one option"),
        (None, "so already"),
    ],
)
def test_a_ruling_that_cannot_be_or_changes_nothing_is_refused(
    light: Desk, ruling: Ruling | None, said: str
) -> None:
    item = items(light)[0]
    ruling = ruling or Ruling("keys", ((options(light, item)[0],),))
    facts = {"session": "morning", "sitting": "live", "item": item}
    with pytest.raises(CorrectionRefused, match=said):
        propose(light.hq, FIRST, **facts, ruling=ruling, reason="x")
    with pytest.raises(CorrectionRefused, match="say why"):
        propose(light.hq, FIRST, **facts, ruling=Ruling("full"), reason=" ")
    with pytest.raises(NotFound):
        propose(light.hq, FIRST, **facts | {"item": "none"}, ruling=Ruling("full"), reason="x")


def test_before_the_journal_is_whole_a_correction_waits_for_the_scoring(desk: Desk) -> None:
    story, item = sat(desk), items(desk)[0]
    assert correct(desk, item, Ruling("full")) == []
    desk.deliver(story)
    assert score(desk.hq, BY, "morning")[0].marks == 59


def test_what_was_scored_and_cannot_be_read_again_is_not_decided(light: Desk) -> None:
    item = ready(light)
    story = sat(light)
    place = len(story.events)
    story.tell("violation", attempt=f"live/{ONE}", note="补充", by="chief")
    light.deliver(story, first=place, sequence=2)
    before = scored(light)
    with pytest.raises(BatchMissing):
        correct(light, item, Ruling("full"))
    assert scored(light) == before
    assert list_corrections(light.hq, "morning")[0].decision is None


def test_a_scoring_that_knew_fewer_corrections_saves_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker has marked a session just when an officer confirms: it marks it again."""
    item = ready(desk)
    marked, marking = [], scoring.mark_session

    def slowly(*given: object) -> object:
        found = marking(*given)  # type: ignore[arg-type]
        marked.append(found)
        if len(marked) == 1:
            correct(desk, item, Ruling("full"))
        return found

    monkeypatch.setattr(scoring, "mark_session", slowly)
    assert score(desk.hq, BY, "morning")[0].marks == 59
    assert scored(desk)[ONE] == (59, "failed")
    assert [one.version for one in marked] == [0, 1]


def test_history_cannot_be_altered_or_deleted(desk: Desk) -> None:
    correct(desk, ready(desk), Ruling("full"))
    for act in (
        update(remarks).values(marks_after=100),
        delete(correction_decisions),
        text("UPDATE corrections SET reason = 'x'"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), desk.hq.store.writing() as db:
            db.execute(act)


def test_the_sheet_names_before_and_after(light: Desk) -> None:
    ready(light)
    correct(light, items(light)[64], Ruling("full"))
    path = light.folder / "changes.xlsx"
    path.write_bytes(changes_sheet(light.hq, "morning"))
    head, first, *_ = openpyxl.load_workbook(path).active.values  # type: ignore[union-attr]
    row = dict(zip(head, first, strict=True))
    assert (row["准考证号"], row["更正前成绩"], row["更正后成绩"]) == (ONE, 58, 60)
    assert (row["更正后结果"], row["结果有变化"]) == ("合格", "是")
