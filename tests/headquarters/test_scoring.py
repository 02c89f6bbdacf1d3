"""From batches to outcomes: the chain, the marks, who is missing."""

import pytest
from desk_world import BY, LIVE, NOW, Box, Desk, Story

from sync.exam.catalogue import find
from sync.exam.journal import Event, encode, origin, standing_responses
from sync.exam.marking import receipt_code
from sync.exam.merkle import merkle_root
from sync.exam.sitting import attempt_id
from sync.headquarters.errors import BatchMissing, JournalBroken
from sync.headquarters.intake import edge
from sync.headquarters.intake.journals import read_journal
from sync.headquarters.marking import scoring
from sync.headquarters.marking.scoring import reconciliation, refresh, score, scored_rows
from sync.headquarters.register import sites
from sync.headquarters.released.story import story as story_of
from sync.headquarters.store.engine import Stamp
from sync.wire.checkpoint import Checkpoint, encode_checkpoint


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


ONE, TWO, THREE, FOUR = (f"9953005100{n}" for n in (1, 2, 3, 4))


def sat(desk: Desk) -> Story:
    """One passes, two fails, three is absent, four hands in nothing; closed."""
    story = desk.published()
    for admission, count in ((ONE, 65), (TWO, 20), (FOUR, 0)):
        attempt = story.start(admission)
        story.answer_right(attempt, count)
        story.hand_in(attempt)
    story.tell("absent", attempt=f"live/{THREE}", by="chief")
    story.close(handed_in=3)
    return story


def test_outcomes_follow_from_the_journal(desk: Desk) -> None:
    desk.deliver(sat(desk))
    rows = {row.admission: row for row in score(desk.hq, BY, "morning")}
    assert (rows[ONE].state, rows[ONE].marks, rows[ONE].of) == ("passed", 100, 100)
    assert (rows[TWO].state, rows[TWO].marks, rows[TWO].answered) == ("failed", 20, 20)
    assert (rows[THREE].state, rows[THREE].marks) == ("absent", None)
    assert (rows[FOUR].state, rows[FOUR].marks, rows[FOUR].answered) == ("failed", 0, 0)
    assert rows[ONE].receipt_fits is True
    assert rows[ONE].form == "live-B"


def test_scoring_twice_gives_the_same_rows(desk: Desk) -> None:
    desk.deliver(sat(desk))
    first = score(desk.hq, BY, "morning")
    assert score(desk.hq, BY, "morning") == first
    assert scored_rows(desk.hq, "morning") == sorted(first, key=lambda r: r.admission)


def test_sixty_marks_pass_and_fifty_nine_do_not(desk: Desk) -> None:
    story = desk.published()
    assert find(LIVE).component("theory").pass_mark == 60
    for admission, count, wrong in ((ONE, 45, 0), (TWO, 45, 1)):
        attempt = story.start(admission)
        story.answer_right(attempt, count)
        if wrong:
            first = next(e.body["item"] for e in story.events[-count:])
            story.answer(attempt, first, ["z"], 99)
        story.hand_in(attempt)
    story.close(handed_in=2)
    desk.deliver(story)
    rows = {row.admission: row for row in score(desk.hq, BY, "morning")}
    assert (rows[ONE].marks, rows[ONE].state) == (60, "passed")
    assert (rows[TWO].marks, rows[TWO].state) == (59, "failed")


def test_a_violation_outweighs_the_marks(desk: Desk) -> None:
    story = desk.published()
    attempt = story.start(ONE)
    story.answer_right(attempt, 65)
    story.hand_in(attempt)
    story.tell("violation", attempt=attempt, note="手机", by="chief")
    desk.deliver(story)
    row = score(desk.hq, BY, "morning")[0]
    assert (row.state, row.marks) == ("violation", None)


def test_a_candidate_of_whom_nothing_came_is_missing_not_absent(desk: Desk) -> None:
    story = desk.published()
    story.start(ONE)
    desk.deliver(story)
    assert {row.state for row in score(desk.hq, BY, "morning")} == {"missing"}


def test_responses_after_the_hand_in_do_not_count_and_are_shown(desk: Desk) -> None:
    story = desk.published()
    attempt = story.start(ONE)
    story.answer_right(attempt, 10)
    story.hand_in(attempt)
    story.answer_right(attempt, 65)
    story.close(handed_in=1)
    desk.deliver(story)
    row = score(desk.hq, BY, "morning")[0]
    assert (row.marks, row.receipt_fits, row.evidence) == (10, True, 65)
    found = reconciliation(desk.hq, "morning").sittings[0]
    assert [p.admission for p in found.evidence] == [ONE]


@pytest.mark.parametrize(
    ("late", "said"), [(0, "everyone accounted for"), (5, "late answers of 1, see the session")]
)
def test_who_releases_results_is_told_of_late_answers(desk: Desk, late: int, said: str) -> None:
    story = sat(desk)
    story.answer_right(attempt_id("live", ONE), late)
    desk.deliver(story)
    score(desk.hq, BY, "morning")
    assert story_of(desk.hq, "morning").steps[1].said.en.endswith(said)


def test_a_receipt_code_of_other_responses_is_noticed(desk: Desk) -> None:
    story = desk.published()
    attempt = story.start(ONE)
    story.answer_right(attempt, 3)
    story.hand_in(attempt, receipt="AAAA-BBBB-CCCC")
    story.close(handed_in=1)
    desk.deliver(story)
    assert score(desk.hq, BY, "morning")[0].receipt_fits is False
    found = reconciliation(desk.hq, "morning")
    assert [p.admission for p in found.sittings[0].receipt_differs] == [ONE]
    assert not found.agreed


def cut(desk: Desk, story: Story, *places: int) -> list[tuple[str, bytes]]:
    """The story in batches, each ending at a place; the last is final."""
    batches: list[tuple[str, bytes]] = []
    first, previous = 0, None
    for number, place in enumerate(places):
        batch = desk.batch(
            story.events[:place],
            first=first,
            sequence=number,
            previous=previous,
            final=place == len(story.events),
        )
        batches.append(batch)
        first, previous = place, batch[0]
    return batches


def take(desk: Desk, *batches: tuple[str, bytes]) -> None:
    """Take in batches."""
    for digest, data in batches:
        edge.accept_bytes(desk.hq, data, digest, NOW)


def test_batches_in_any_order_make_the_journal(desk: Desk) -> None:
    story = sat(desk)
    batches = cut(desk, story, 5, 50, len(story.events))
    take(desk, batches[2], batches[0], batches[1])
    assert read_journal(desk.hq, "morning").events() == story.events
    assert score(desk.hq, BY, "morning")[0].marks == 100


def test_before_the_final_batch_nothing_is_scored(desk: Desk) -> None:
    story = sat(desk)
    batches = cut(desk, story, 5, len(story.events))
    with pytest.raises(BatchMissing, match="no batch has come in"):
        score(desk.hq, BY, "morning")
    take(desk, batches[0])
    with pytest.raises(BatchMissing, match="final batch"):
        score(desk.hq, BY, "morning")
    assert scored_rows(desk.hq, "morning") == []


@pytest.mark.parametrize("lost", [0, 1])
def test_a_missing_batch_is_named_and_nothing_behind_it_counts(desk: Desk, lost: int) -> None:
    story = sat(desk)
    batches = cut(desk, story, 5, 50, len(story.events))
    take(desk, *(b for n, b in enumerate(batches) if n != lost))
    with pytest.raises(BatchMissing, match=f"batches before {lost + 1} of server term 1"):
        score(desk.hq, BY, "morning")
    assert len(read_journal(desk.hq, "morning").events()) == (0, 5)[lost]


def test_an_event_exchanged_by_the_site_later_does_not_fit_the_checkpoint(desk: Desk) -> None:
    story = sat(desk)
    first, _ = cut(desk, story, 5, len(story.events))
    take(desk, first)
    changed = Story(desk, list(story.events))
    changed.events[1] = Event(1, NOW, "confirm", {"attempt": f"live/{ONE}"})
    take(
        desk,
        desk.batch(changed.events, first=5, sequence=1, previous=first[0]),
    )
    with pytest.raises(JournalBroken, match="checkpoint is not that of the events"):
        score(desk.hq, BY, "morning")


@pytest.mark.parametrize(("session", "own_key"), [("evening", True), ("morning", False)])
def test_a_checkpoint_of_another_journal_or_key_breaks_the_chain(
    desk: Desk, session: str, own_key: bool
) -> None:
    events = sat(desk).events
    root = merkle_root(encode(event) for event in events)
    head = Checkpoint(origin("site-01", session, 1), len(events), root)
    signer = desk.box.sign if own_key else Box().sign
    take(desk, desk.batch(events, checkpoint=encode_checkpoint(head, signer, "examsite/site-01")))
    with pytest.raises(JournalBroken):
        score(desk.hq, BY, "morning")


def test_a_batch_that_does_not_continue_the_one_before_breaks_the_chain(desk: Desk) -> None:
    story = sat(desk)
    first, _ = cut(desk, story, 5, len(story.events))
    take(desk, first, desk.batch(story.events, first=5, sequence=1, previous="0" * 64))
    with pytest.raises(JournalBroken, match="does not continue"):
        score(desk.hq, BY, "morning")


def test_a_batch_taken_before_a_new_enrolment_is_still_read(desk: Desk) -> None:
    desk.deliver(sat(desk))
    sites.register(desk.hq, BY, request=Box().request(), site="site-01", name="示例考点")
    assert score(desk.hq, BY, "morning")[0].marks == 100


def test_a_supplement_after_the_final_batch_is_scored_too(desk: Desk) -> None:
    story = sat(desk)
    digest = desk.deliver(story)
    place = len(story.events)
    story.tell("violation", attempt=f"live/{ONE}", note="补充", by="chief")
    desk.deliver(story, first=place, sequence=1, previous=digest, final=False)
    assert score(desk.hq, BY, "morning")[0].state == "violation"


def test_the_four_steps_and_names_of_those_who_differ(desk: Desk) -> None:
    desk.deliver(sat(desk))
    found = reconciliation(desk.hq, "morning")
    count = found.sittings[0]
    assert (count.registered, count.present, count.submitted, count.received) == (4, 3, 3, 3)
    assert [p.name for p in count.absent] == ["示例考生03"]
    assert [p.name for p in count.without_answer] == ["示例考生04"]
    assert not count.unaccounted
    assert found.agreed


def test_a_hand_in_that_the_site_counted_and_did_not_send_is_a_difference(desk: Desk) -> None:
    story = desk.published()
    story.hand_in(story.start(ONE))
    story.start(TWO)
    story.close(handed_in=2)
    desk.deliver(story)
    found = reconciliation(desk.hq, "morning")
    count = found.sittings[0]
    assert (count.submitted, count.received) == (2, 1)
    assert [p.admission for p in count.not_handed_in] == [TWO]
    assert [p.admission for p in count.unaccounted] == [THREE, FOUR]
    assert not found.agreed


def test_the_loop_scores_when_the_final_batch_is_there_and_then_rests(desk: Desk) -> None:
    by = Stamp("scoring", NOW)
    story = sat(desk)
    batches = cut(desk, story, 5, len(story.events))
    take(desk, batches[0])
    assert refresh(desk.hq, by) == 1
    lacking = scoring.saved_reconciliation(desk.hq, "morning")
    assert lacking is not None
    assert lacking.lacking is not None
    assert refresh(desk.hq, by) == 0
    take(desk, batches[1])
    assert refresh(desk.hq, by) == 1
    saved = scoring.saved_reconciliation(desk.hq, "morning")
    assert saved == reconciliation(desk.hq, "morning")
    assert len(scored_rows(desk.hq, "morning")) == 4


def test_a_broken_journal_is_shown_and_stops_no_other_session(desk: Desk) -> None:
    desk.deliver(sat(desk), previous=None, sequence=0, checkpoint="nonsense")
    assert refresh(desk.hq, Stamp("scoring", NOW)) == 1
    saved = scoring.saved_reconciliation(desk.hq, "morning")
    assert saved is not None
    assert saved.lacking is not None
    assert "does not hold together" in saved.lacking.en
    assert scored_rows(desk.hq, "morning") == []


def test_the_later_server_terms_hand_in_counts(desk: Desk) -> None:
    story = desk.published()
    attempt = story.start(ONE)
    story.answer_right(attempt, 10)
    before = list(story.events)
    story.hand_in(attempt)
    desk.deliver(story, final=False)
    later = Story(desk, before)
    later.answer_right(attempt, 20)
    later.hand_in(attempt)
    later.close(handed_in=1)
    desk.deliver(later, term=2)
    assert score(desk.hq, BY, "morning")[0].marks == 20


def test_responses_after_the_hand_in_count_only_if_a_rescue_says_who_applied_them(
    desk: Desk,
) -> None:
    story = desk.published()
    attempts = [story.start(admission) for admission in (ONE, TWO)]
    for attempt in attempts:
        story.answer_right(attempt, 44)
        story.hand_in(attempt)
        story.answer_right(attempt, 46)
    applied = {"reason": "断网", "by": "chief", "second": "x", "saves": 2, "answered": 46}
    standing = standing_responses(story.events)[attempts[0]]
    code = receipt_code(attempts[0], {item: one.response for item, one in standing.items()})
    story.tell("rescue", attempt=attempts[0], receipt=code, **applied)
    story.close(handed_in=2)
    desk.deliver(story)
    rows = {row.admission: row for row in score(desk.hq, BY, "morning")}
    assert (rows[ONE].answered, rows[ONE].receipt_fits) == (46, True)
    assert (rows[TWO].answered, rows[TWO].receipt_fits) == (44, True)
