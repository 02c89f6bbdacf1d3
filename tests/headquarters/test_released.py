"""Results are released by two as a fixed list; what changes later is a new release."""

import threading

import msgspec
import pytest
from desk_world import BY, Desk
from settled import FIRST, FOUR, ONE, SECOND, THREE, TWO, marked, put_out, sat
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from sync.errors import AlreadyThere, ExamError, NotFound
from sync.exam.marking import Ruling
from sync.headquarters.marking import corrections
from sync.headquarters.marking.scoring import score
from sync.headquarters.planning.sessions import load_form
from sync.headquarters.released import acts
from sync.headquarters.released.errors import (
    ListAltered,
    ListRefused,
    NothingReleased,
    OtherReleaserNeeded,
    ResultsChanged,
    ResultsHeldBack,
    ResultsOpen,
    ResultsSame,
)
from sync.headquarters.released.lists import differences
from sync.headquarters.released.reading import (
    Proposed,
    all_lists,
    check,
    last_releases,
    latest,
    released,
)
from sync.headquarters.store.released_tables import result_codes, result_decisions, result_lists
from sync.headquarters.watch.audits import Filter, list_audit


@pytest.fixture(params=["published_desk", "published_on_postgresql"], ids=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """The session is published; on both databases."""
    found: Desk = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def light(published_desk: Desk) -> Desk:
    """As `desk`, on SQLite alone; everybody has sat."""
    sat(published_desk)
    return published_desk


def proposed(desk: Desk, **said: object) -> Proposed:
    """A list that waits for the other officer."""
    number = acts.propose(desk.hq, FIRST, "morning", **{"partial": True} | said)  # type: ignore[arg-type]
    return next(one for one in all_lists(desk.hq, "morning") if one.number == number)


def test_one_proposes_another_releases_just_that_list(desk: Desk) -> None:
    sat(desk)
    waiting = proposed(desk)
    with pytest.raises(OtherReleaserNeeded):
        acts.release(desk.hq, FIRST, "morning", waiting.number, waiting.digest)
    assert latest(desk.hq, "morning") is None
    acts.release(desk.hq, SECOND, "morning", waiting.number, waiting.digest)
    done = released(desk.hq, "morning")
    assert [(one.admission, one.outcome) for one in done.list.lines] == [
        (ONE, "passed"),
        (TWO, "failed"),
        (THREE, "absent"),
    ]
    assert (done.release, done.held, done.list.digest) == (1, 1, waiting.digest)
    said = [line.act for line in list_audit(desk.hq, Filter(), 3)]
    assert said[:2] == ["results.release", "results.propose"]


def test_who_awaits_marks_is_held_back_and_keeps_nobody_else(light: Desk) -> None:
    found = acts.next_list(light.hq, "morning")
    assert [(one.line.admission, one.open) for one in found.held] == [(FOUR, ("practical",))]
    with pytest.raises(ResultsHeldBack) as refused:
        acts.propose(light.hq, FIRST, "morning")
    assert refused.value.facts["count"] == 1
    assert all_lists(light.hq, "morning") == []
    assert proposed(light).held == 1


def test_with_nobody_held_back_no_word_about_it_is_needed(light: Desk) -> None:
    marked(light, (FOUR, 60))
    acts.propose(light.hq, FIRST, "morning")
    (waiting,) = all_lists(light.hq, "morning")
    assert (waiting.held, len(waiting.list.lines)) == (0, 4)


def test_a_mark_that_changes_after_the_proposal_keeps_the_list_from_being_released(
    light: Desk,
) -> None:
    waiting = proposed(light)
    marked(light, (ONE, 59))
    with pytest.raises(ResultsChanged) as refused:
        acts.release(light.hq, SECOND, "morning", waiting.number, waiting.digest)
    assert refused.value.facts["count"] == 1
    assert latest(light.hq, "morning") is None
    # The control: back at what was proposed, the very same act is good.
    marked(light, (ONE, 75))
    acts.release(light.hq, SECOND, "morning", waiting.number, waiting.digest)
    assert released(light.hq, "morning").list.lines[0].marks("practical") == 75


def test_a_correction_after_the_proposal_keeps_it_back_only_if_it_changes_a_result(
    light: Desk,
) -> None:
    items = [item.id for item in load_form(light.hq, "morning", "live-A")[0].items()]
    waiting = proposed(light)
    for item, changes in ((items[0], False), (items[30], True)):
        number = corrections.propose(
            light.hq, FIRST, session="morning", sitting="live", item=item,
            ruling=Ruling("full"), reason="题干有误",
        )  # fmt: skip
        found = corrections.confirm(light.hq, SECOND, "morning", number)
        assert any(one.marks_before != one.marks_after for one in found) is changes
        same = acts.next_list(light.hq, "morning").list.digest == waiting.digest
        assert same is not changes
    with pytest.raises(ResultsChanged):
        acts.release(light.hq, SECOND, "morning", waiting.number, waiting.digest)


def test_scoring_the_same_journal_again_changes_nothing_of_a_proposal(light: Desk) -> None:
    waiting = proposed(light)
    score(light.hq, BY, "morning")
    acts.release(light.hq, SECOND, "morning", waiting.number, waiting.digest)


def test_the_second_officer_releases_what_they_saw_and_nothing_else(light: Desk) -> None:
    waiting = proposed(light)
    with pytest.raises(ListRefused):
        acts.release(light.hq, SECOND, "morning", waiting.number, "0" * 64)
    with pytest.raises(NotFound):
        acts.release(light.hq, SECOND, "morning", waiting.number + 1, waiting.digest)


def test_of_two_officers_at_once_one_releases_and_the_other_is_told(desk: Desk) -> None:
    sat(desk)
    waiting = proposed(desk)
    others = (SECOND, type(SECOND)("third", SECOND.at))
    ended: list[str] = []

    def press(by: object) -> None:
        try:
            acts.release(desk.hq, by, "morning", waiting.number, waiting.digest)  # type: ignore[arg-type]
        except ExamError as error:
            ended.append(error.code)
        else:
            ended.append("released")

    threads = [threading.Thread(target=press, args=(by,)) for by in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == sorted(["released", AlreadyThere.code])
    with desk.hq.store.reading() as db:
        assert db.scalar(select(func.count()).select_from(result_codes)) == 3


def test_the_database_itself_has_one_list_a_release(desk: Desk) -> None:
    sat(desk)
    first = put_out(desk)
    marked(desk, (FOUR, 60))
    other = proposed(desk, reason="补发")
    row = {"session": "morning", "released": True, "who": "x", "at": 1}
    with pytest.raises(IntegrityError), desk.hq.store.writing() as db:
        db.execute(insert(result_decisions).values(number=other.number, release=1, **row))
    # The control: under its own number it is taken.
    with desk.hq.store.writing() as db:
        db.execute(insert(result_decisions).values(number=other.number, release=2, **row))
    assert (first.release, released(desk.hq, "morning").release) == (1, 2)
    assert last_releases(desk.hq) == [latest(desk.hq, "morning")]


def test_released_lists_cannot_be_altered_or_deleted(desk: Desk) -> None:
    sat(desk)
    put_out(desk)
    for table in (result_lists, result_decisions, result_codes):
        for act in (update(table).values(number=9), delete(table)):
            with pytest.raises(DatabaseError, match="append-only"), desk.hq.store.writing() as db:
                db.execute(act)


def test_what_changes_later_is_a_new_release_with_a_reason_and_two_officers(light: Desk) -> None:
    first = put_out(light)
    with pytest.raises(ResultsSame):
        proposed(light, reason="没有变化")
    marked(light, (FOUR, 60), (ONE, 50))
    still = {line.key: line for line in released(light.hq, "morning").list.lines}
    assert still["530051-junior", ONE].outcome == "passed"
    with pytest.raises(ListRefused):
        proposed(light)
    second = put_out(light, reason="实训复核")
    changed = differences(first.list.lines, second.list.lines)
    assert [(d.line.admission, d.before and d.before.outcome, d.line.outcome) for d in changed] == [
        (ONE, "passed", "failed"),
        (FOUR, None, "passed"),
    ]
    assert (second.release, second.reason) == (2, "实训复核")
    assert released(light.hq, "morning", 1) == first


def test_a_correction_that_waits_must_be_decided_first(light: Desk) -> None:
    item = load_form(light.hq, "morning", "live-B")[0].items()[0].id
    number = corrections.propose(
        light.hq, FIRST, session="morning", sitting="live", item=item,
        ruling=Ruling("full"), reason="题干有误",
    )  # fmt: skip
    with pytest.raises(ResultsOpen) as refused:
        proposed(light)
    assert f"correction {number}" in refused.value.say("en")
    corrections.refuse(light.hq, SECOND, "morning", number)
    assert proposed(light).release == 1


def test_nothing_is_proposed_before_the_session_was_scored(published_desk: Desk) -> None:
    published_desk.published()
    with pytest.raises(ResultsOpen):
        proposed(published_desk)


def test_a_rehearsal_has_no_results_to_release(bare_desk: Desk) -> None:
    story = bare_desk.published(kind="rehearsal")
    story.close(handed_in=0)
    bare_desk.deliver(story)
    score(bare_desk.hq, BY, "morning")
    with pytest.raises(ResultsOpen, match=r"no examination|不是正式考试"):
        proposed(bare_desk)


def test_only_one_list_waits_and_it_can_be_taken_back(light: Desk) -> None:
    waiting = proposed(light)
    with pytest.raises(AlreadyThere):
        proposed(light)
    acts.refuse(light.hq, FIRST, "morning", waiting.number)
    with pytest.raises(AlreadyThere):
        acts.release(light.hq, SECOND, "morning", waiting.number, waiting.digest)
    assert proposed(light).release == 1
    with pytest.raises(NothingReleased):
        released(light.hq, "morning")


def test_a_code_stands_for_its_line_until_a_later_release_says_otherwise(light: Desk) -> None:
    first = put_out(light)
    codes = first.list.codes()
    assert len(set(codes)) == 3
    found = check(light.hq, codes[0].lower().replace("-", " "))
    assert (found.line.admission, found.stands, found.latest) == (ONE, True, 1)
    marked(light, (ONE, 59))
    put_out(light, reason="复核")
    assert not check(light.hq, codes[0]).stands
    assert check(light.hq, codes[1]).stands
    assert check(light.hq, released(light.hq, "morning").list.codes()[0]).line.outcome == "failed"


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA-AAAA", "x" * 500, "'; DROP TABLE", "\x00"])
def test_a_code_that_nobody_gave_is_not_found(light: Desk, code: str) -> None:
    put_out(light)
    with pytest.raises(NotFound):
        check(light.hq, code)


def unguarded(desk: Desk, table: str, change: object) -> None:
    """Change a row as somebody with the file of the database does: the trigger is taken off."""
    with desk.hq.store.writing() as db:
        db.execute(text(f"DROP TRIGGER {table}_no_update"))
        db.execute(change)  # type: ignore[call-overload]


def test_a_list_that_was_altered_in_the_database_is_used_for_nothing(light: Desk) -> None:
    done = put_out(light)
    code = done.list.codes()[1]
    assert check(light.hq, code).line.outcome == "failed"
    better = msgspec.structs.replace(done.list.lines[1], outcome="passed")
    lines = (done.list.lines[0], better, *done.list.lines[2:])
    content = msgspec.json.encode(msgspec.structs.replace(done.list, lines=lines)).decode()
    unguarded(light, "result_lists", update(result_lists).values(content=content))
    with pytest.raises(ListAltered):
        check(light.hq, code)
    with pytest.raises(ListAltered):
        released(light.hq, "morning")


def test_a_code_that_was_moved_to_another_line_is_noticed(light: Desk) -> None:
    first, second, _ = put_out(light).list.codes()
    moved = update(result_codes).where(result_codes.c.code == second).values(place=0)
    unguarded(light, "result_codes", moved)
    with pytest.raises(ListAltered):
        check(light.hq, second)
    assert check(light.hq, first).line.admission == ONE
