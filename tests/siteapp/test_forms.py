"""What stands on papers: who sits where, what the journal says, and nothing that must not."""

import io
import re

import printed
import pytest
import world
from msgspec.structs import replace
from pypdf import PdfReader

from siteapp.forms.drawn import MADE, PART, code_of, drawn, parts
from siteapp.forms.gather import Facts
from siteapp.forms.kinds import KINDS
from siteapp.forms.record import record
from siteapp.forms.seated import MOST_COLUMNS, begins, halls
from siteapp.rooms.plan import RoomPlan
from sync.printing.pdf import pdf

FOUR = printed.plan_of(4)


def text_of(data: bytes) -> list[str]:
    """The text of a PDF, page by page, without line ends."""
    return [page.extract_text().replace("\n", "") for page in PdfReader(io.BytesIO(data)).pages]


@pytest.fixture
def facts() -> Facts:
    return printed.facts_of(FOUR)


def test_every_paper_has_a_template_and_what_it_is_made_of() -> None:
    assert KINDS.keys() == MADE.keys()


def test_rooms_of_the_plan_come_one_by_one_and_the_rest_in_the_session_s_own_room() -> None:
    rooms = RoomPlan(rooms=(printed.room("二楼", 1, 2), printed.room("三楼", 11, 5)))
    found = halls(FOUR, rooms)
    assert [(h.name, [p.seat for p in h.people]) for h in found] == [
        ("二楼", [1, 2]),
        ("第一机房", [3, 4]),
    ]
    assert found[0].laid is not None
    assert [h.name for h in halls(FOUR, RoomPlan())] == ["第一机房"]


def test_a_map_too_wide_for_the_page_is_not_drawn() -> None:
    wide = printed.room("二楼", 1, 4, columns=MOST_COLUMNS)
    assert halls(FOUR, RoomPlan(rooms=(wide,)))[0].laid is None


def test_the_hour_on_paper_is_beijing_s_whatever_the_plan_s_offset() -> None:
    plan = replace(FOUR, starts_at="2026-11-20T23:30:00-01:00")
    assert begins(plan) == ("2026-11-21（星期六）08:30", "Sat 2026-11-21 08:30")


def test_counts_of_the_record_are_the_journal_s() -> None:
    found = record(FOUR, printed.day(FOUR).events)
    live, media = found.counts
    assert (live.expected, live.present, live.absent, live.unmarked) == (2, 1, 1, 0)
    assert (live.handed_in, live.forced, live.blank) == (1, 1, 1)
    assert (media.expected, media.present, media.absent, media.unmarked) == (2, 0, 0, 2)
    assert (media.opened, found.closed) == (0, True)
    assert (live.closed - live.opened) // printed.MINUTE == 10


def test_one_act_on_many_is_one_line_and_two_acts_are_two() -> None:
    found = record(FOUR, printed.day(FOUR).events)
    given = [one for one in found.entries if one.what.en == "5 min given"]
    assert [(one.many, one.admission) for one in given] == [(3, "")]
    again = printed.day(FOUR)
    more = again.note("extension", **again.events[8].body).events
    given = [one for one in record(FOUR, more).entries if one.what.en == "5 min given"]
    assert [one.many for one in given] == [3, 1]


def test_who_came_after_being_noted_as_absent_is_not_on_the_list_of_absences() -> None:
    there = printed.day(FOUR)
    assert [one.admission for one in record(FOUR, there.events).absences] == ["2026000002"]
    came = {"attempt": "live/2026000002", "seat": 2, "seat_term": 1, "instance": "j"}
    assert record(FOUR, there.note("sign-in", **came).events).absences == ()


def test_a_line_says_where_the_candidate_sat_at_that_moment() -> None:
    found = record(FOUR, printed.day(FOUR).events)
    seats = {one.what.en: one.seat for one in found.entries if one.admission}
    assert seats == {"machine": 1, "moved 1 → 9001": 9001}
    assert [one.seat for one in found.violations] == [9001]


@pytest.mark.parametrize("kind", KINDS)
def test_no_paper_holds_a_digit_of_an_identity_number_or_a_name_as_code(kind: str) -> None:
    own = [world.identity_number(seat)[-6:] for seat in range(1, 5)]
    page = drawn(kind, printed.facts_of(FOUR))
    assert all(one.identity for one in FOUR.candidates)
    assert [digits for digits in own if digits in page] == []
    assert "<script>alert" not in page
    assert "失灵 <b>" not in page


def test_the_list_s_code_changes_with_any_document_and_not_with_their_order(facts: Facts) -> None:
    code = code_of(facts.sent)
    assert re.fullmatch(r"([0-9A-F]{4}-){4}[0-9A-F]{4}", code)
    assert code_of(reversed(facts.sent)) == code
    assert code_of(facts.sent[:-1]) != code


def test_many_tickets_are_kept_in_parts_that_have_everyone_once() -> None:
    many = printed.facts_of(printed.plan_of(2 * PART + 1))
    assert (parts("tickets", PART), parts("tickets", PART + 1), parts("door", 500)) == (1, 2, 1)
    seen = [re.findall(r'class="number">(\d+)', drawn("tickets", many, part=n)) for n in (1, 2, 3)]
    assert [len(one) for one in seen] == [PART, PART, 1]
    assert [one for found in seen for one in found] == [
        one.admission for one in many.plan.candidates
    ]


def test_a_damaged_journal_has_no_checkpoint_on_its_record_and_says_so(facts: Facts) -> None:
    assert "核验未通过" not in drawn("record", facts)
    page = drawn("record", facts._replace(head=None))
    assert "核验未通过" in page
    assert "<img" not in page


def test_tickets_as_pdf_have_rare_names_whole_and_two_a_page(facts: Facts) -> None:
    pages = text_of(pdf(drawn("tickets", facts, part=1)))
    assert len(pages) == 2
    assert printed.RARE in pages[0]
    assert printed.NAMES[1] in pages[0]
    assert printed.NAMES[2] in pages[1]
    assert ["1 / 2" in pages[0], "2 / 2" in pages[1]] == [True, True]


def test_the_record_as_pdf_says_what_the_journal_says(facts: Facts) -> None:
    text = "".join(text_of(pdf(drawn("record", facts, part=1))))
    assert facts.head is not None
    for said in ("携带手机", "键盘失灵 <b>", "3 名考生", "主监考", printed.RARE):
        assert said in text
    assert facts.head.short.replace(" ", "") in text.replace(" ", "")


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "count"), [*((kind, 40) for kind in KINDS), ("tickets", 500), ("sign-in", 500)]
)
def test_large_rooms_fit_their_pages(kind: str, count: int) -> None:
    found = printed.facts_of(printed.plan_of(count), batches=count // 4)
    for part in {1, parts(kind, count)}:
        pages = text_of(pdf(drawn(kind, found, part)))
        # Nothing runs over onto a page of its own.
        assert [n for n, page in enumerate(pages, start=1) if len(page) < 60] == []
        whole = "".join(pages)
        if KINDS[kind].when == "before":
            people = found.plan.candidates[(part - 1) * PART :]
            people = people[:PART] if kind == "tickets" else people
            assert [one.admission for one in people if one.admission not in whole] == []
