"""Sites, sessions, rosters and publishing."""

import stat

import msgspec
import pytest
import releasing
from counted import statements
from desk_world import BY, LIVE, Box, Desk
from sqlalchemy import select

from sync.errors import (
    AlreadyThere,
    NotFound,
    NotReady,
    RosterRefused,
    RosterUnreadable,
    SignatureRefused,
    SpecificationRefused,
)
from sync.exam.assumed import assume
from sync.exam.catalogue import find
from sync.headquarters.content.bank import builtin_bank
from sync.headquarters.content.specifications import set_rule, specification
from sync.headquarters.errors import NameRefused, SessionPublished, TimeRefused
from sync.headquarters.planning import publish, rosters, sessions
from sync.headquarters.planning.drawing import draw_forms
from sync.headquarters.planning.samples import sample_rows
from sync.headquarters.register import sites
from sync.headquarters.store.schema import audit
from sync.wire import documents
from sync.wire.documents import read_certificate, read_papers, read_plan, verify_package
from sync.wire.unlock import UnlockCode
from sync.words import Words


def add(desk: Desk, code: str, sitting: str, component: str = "theory") -> None:
    """A sitting from the bank of live-stream commerce."""
    sessions.add_sitting(
        desk.hq,
        BY,
        session="morning",
        sitting=sitting,
        specification=find(code),
        component=component,
        bank=builtin_bank(LIVE),
    )


def test_a_sitting_may_be_asked_for_in_safe_exam_browser(desk: Desk) -> None:
    desk.session()
    added = sessions.add_sitting(
        desk.hq,
        BY,
        session="morning",
        sitting="locked",
        specification=find(LIVE),
        component="theory",
        bank=builtin_bank(LIVE),
        lockdown=True,
    )
    load(desk, sample_rows("530051", 2, 1), "locked")
    with desk.hq.store.reading() as db:
        plan = publish.planned(db, sessions.find(db, "morning"))
    assert plan.sitting("locked") == added.plan
    told = [one.get("lockdown") for one in msgspec.to_builtins(plan)["sittings"]]
    assert told == [None, "required"]


def load(desk: Desk, rows: list[list[object]], sitting: str = "live", replace: bool = False) -> int:
    """Import a roster."""
    file = desk.roster(rows)  # type: ignore[arg-type]
    return rosters.import_roster(
        desk.hq, BY, session="morning", sitting=sitting, file=file, replace=replace
    )


def test_a_certificate_binds_the_keys_that_the_box_made(desk: Desk) -> None:
    box = Box()
    envelope = sites.register(desk.hq, BY, request=box.request(), site="s2", name="二号")
    root = desk.hq.keys.root().public.key_id
    certificate = read_certificate(envelope, root)
    assert (certificate.site, certificate.serial) == ("s2", 1)
    assert certificate.sign == box.sign.public.to_bytes()
    assert certificate.headquarters == desk.hq.keys.public()


def test_the_same_request_twice_is_already_there(desk: Desk) -> None:
    with pytest.raises(AlreadyThere):
        sites.register(desk.hq, BY, request=desk.box.request(), site="site-01", name="x")
    assert [s.name for s in sites.list_sites(desk.hq)] == ["示例考点"]


def test_a_box_set_up_anew_gets_the_next_serial_and_its_key_counts(desk: Desk) -> None:
    box = Box()
    sites.register(desk.hq, BY, request=box.request(), site="site-01", name="示例考点")
    assert sites.certificate_of(desk.hq, "site-01").serial == 2
    assert sites.sign_key(desk.hq, "site-01") == box.sign.public
    assert [(s.id, s.serial) for s in sites.list_sites(desk.hq)] == [("site-01", 2)]
    assert sites.show_site(desk.hq, "site-01") == sites.list_sites(desk.hq)[0]
    with pytest.raises(NotFound):
        sites.show_site(desk.hq, "site-99")


def test_a_request_that_another_key_signed_is_refused(desk: Desk) -> None:
    asked = documents.peek(Box().request(), documents.EnrolmentRequest)
    forged = documents.sign(asked, Box().sign)
    with pytest.raises(SignatureRefused):
        sites.register(desk.hq, BY, request=forged, site="s2", name="x")


@pytest.mark.parametrize("name", ["", "A", "a/b", "../x", "-a", "a" * 41, "考点"])
def test_identifiers_that_could_not_be_file_names_are_refused(desk: Desk, name: str) -> None:
    with pytest.raises(NameRefused):
        sites.register(desk.hq, BY, request=Box().request(), site=name, name="x")


@pytest.mark.parametrize("time", ["", "tomorrow", "2026-12-05T09:00", "2026-13-05T09:00+08:00"])
def test_a_start_without_an_offset_is_refused(desk: Desk, time: str) -> None:
    with pytest.raises(TimeRefused):
        sessions.create_session(
            desk.hq,
            BY,
            session="s",
            site="site-01",
            name=Words("x", "x"),
            kind="examination",
            starts_at=time,
            room="r",
        )


def test_a_session_of_an_unknown_site_is_refused(desk: Desk) -> None:
    with pytest.raises(NotFound):
        sessions.create_session(
            desk.hq,
            BY,
            session="s",
            site="nowhere",
            name=Words("x", "x"),
            kind="examination",
            starts_at="2026-12-05T09:00+08:00",
            room="r",
        )


def test_forms_of_one_sitting_share_no_item_while_the_bank_is_large_enough(desk: Desk) -> None:
    desk.session(forms=2)
    a, b = (sessions.load_form(desk.hq, "morning", f)[0] for f in ("live-A", "live-B"))
    assert not {i.id for i in a.items()} & {i.id for i in b.items()}


def test_two_practical_forms_share_no_task_while_the_bank_has_others() -> None:
    draw = draw_forms(builtin_bank(LIVE), find(LIVE), "practical", "p", 2, "seed")
    one, two = ({task.id for task in form.tasks} for form, *_ in draw)
    assert (len(one), len(two), one & two) == (3, 3, set())
    assert draw[0].form.minutes == sum(task.minutes for task in draw[0].form.tasks) == 150


def test_the_same_seed_draws_the_same_forms() -> None:
    draw = (builtin_bank(LIVE), find(LIVE), "theory", "live", 2)
    assert draw_forms(*draw, "seed") == draw_forms(*draw, "seed")
    assert draw_forms(*draw, "seed") != draw_forms(*draw, "other")


def test_what_this_release_cannot_draw_is_said_and_not_faked(desk: Desk) -> None:
    desk.session()
    unset = assume(find("4-01-02-07-A5"), {"theory.parts": {}})
    with pytest.raises(NotReady, match="no parts"):
        draw_forms(builtin_bank(LIVE), unset, "theory", "other", 1, "seed")
    with pytest.raises(NotReady, match="a committee marks it"):
        draw_forms(builtin_bank(LIVE), find("4-01-02-07-A2"), "review", "r", 1, "seed")
    assert [s.plan.id for s in sessions.list_sittings(desk.hq, "morning")] == ["live"]


def test_an_assumed_rule_counts_for_sittings_made_from_then_on(desk: Desk) -> None:
    desk.session()
    set_rule(desk.hq, BY, LIVE, "theory.multiple_marking", "part-marks")
    assert specification(desk.hq, LIVE).multiple_marking == "part-marks"
    made = sessions.list_sittings(desk.hq, "morning")[0].specification
    assert made.multiple_marking == "all-or-nothing"


def test_a_published_rule_cannot_be_set(desk: Desk) -> None:
    with pytest.raises(SpecificationRefused):
        set_rule(desk.hq, BY, LIVE, "theory.minutes", 90)
    assert specification(desk.hq, LIVE).component("theory").minutes == 60


def test_a_second_roster_of_a_sitting_replaces_only_when_asked(desk: Desk) -> None:
    desk.session(candidates=4)
    with pytest.raises(AlreadyThere):
        load(desk, sample_rows("530051", 4, 1))
    assert load(desk, sample_rows("530051", 6, 1), replace=True) == 6
    assert sessions.show_session(desk.hq, "morning").candidates == 6


def test_one_person_may_be_in_two_sittings_under_the_same_number_and_seat(desk: Desk) -> None:
    desk.session(candidates=4)
    add(desk, LIVE, "second")
    assert load(desk, sample_rows("530051", 2, 1), "second") == 2
    plan = releasing.publish(desk.hq, BY, "morning") and sessions.published_plan(desk.hq, "morning")
    assert [c.sittings for c in plan.candidates][1:3] == [("live", "second"), ("live",)]


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        (0, "9953005199", "准考证号"),
        (1, "别人", "姓名"),
        (5, "40", "座位号"),
        (2, sample_rows("530051", 1, 9)[0][2], "身份证号"),
    ],
)
def test_rosters_that_contradict_each_other_are_refused_whole(
    desk: Desk, column: int, value: str, problem: str
) -> None:
    desk.session(candidates=4)
    add(desk, LIVE, "second")
    rows = sample_rows("530051", 2, 1)
    rows[0][column] = value
    with pytest.raises(RosterRefused) as caught:
        load(desk, rows, "second")
    assert any(problem in p.zh for p in caught.value.problems)
    assert sessions.list_sittings(desk.hq, "morning")[1].candidates == 0


def test_a_seat_belongs_to_one_candidate_of_the_session(desk: Desk) -> None:
    desk.session(candidates=4)
    add(desk, LIVE, "second")
    rows = sample_rows("560003", 1, 9)
    rows[0][5] = "3"
    with pytest.raises(RosterRefused, match="1 problems") as caught:
        load(desk, rows, "second")
    assert "seat 3 is 示例考生03's" in caught.value.problems[0].en


def test_seats_by_rule_pass_over_the_sheet_s_and_leave_who_has_one_where_they_are(
    desk: Desk,
) -> None:
    desk.session(candidates=4)
    add(desk, LIVE, "second")
    # Two of the first sitting sit this one too; the sheet's seats are others'.
    rows = [*sample_rows("530051", 2, 1), *sample_rows("560003", 3, 9)]
    seating = rosters.Seating("random", 2, "seed")
    where = {"session": "morning", "sitting": "second", "seating": seating}
    rosters.import_roster(desk.hq, BY, file=desk.roster(rows), **where)  # type: ignore[arg-type]
    with desk.hq.store.reading() as db:
        people = rosters.candidate_plans(db, "morning")
    both = [one.seat for one in people if one.sittings == ("live", "second")]
    assert both == [1, 2]
    assert [one.seat for one in people if one.sittings == ("second",)] == [5, 6, 7]


def test_a_file_that_is_no_sheet_is_refused(desk: Desk) -> None:
    desk.session()
    file = desk.folder / "x.xlsx"
    file.write_bytes(b"not a sheet")
    with pytest.raises(RosterUnreadable):
        rosters.import_roster(
            desk.hq, BY, session="morning", sitting="live", file=file, replace=True
        )
    assert sessions.show_session(desk.hq, "morning").candidates == 4


def test_the_package_opens_with_the_sites_key_and_both_codes(desk: Desk) -> None:
    desk.published()
    certificate = sites.certificate_of(desk.hq, "site-01")
    package = verify_package(publish.package_of(desk.hq, "morning").path, certificate)
    plan = read_plan(package, desk.box.seal)
    assert [c.admission[-1] for c in plan.candidates] == ["1", "2", "3", "4"]
    spoken = publish.read_codes(desk.hq, publish.package_of(desk.hq, "morning").digest)
    codes = UnlockCode.parse(spoken[0], 1), UnlockCode.parse(spoken[1], 2)
    papers = read_papers(package, package.unlock("papers", desk.box.seal, codes))
    assert [f.id for f in papers.forms] == ["live-A", "live-B"]
    text = documents.to_bytes(papers)
    assert b'"key"' not in text
    assert b'"why"' not in text


def test_publishing_again_changes_nothing(desk: Desk) -> None:
    desk.published()
    before = publish.package_of(desk.hq, "morning")
    with pytest.raises(AlreadyThere):
        releasing.publish(desk.hq, BY, "morning")
    assert publish.package_of(desk.hq, "morning") == before
    assert len(list((desk.hq.folder / "packages").iterdir())) == 1


def test_a_site_that_enrolled_again_gets_the_same_plan_sealed_anew(desk: Desk) -> None:
    desk.published()
    before, plan = (
        publish.package_of(desk.hq, "morning"),
        sessions.published_plan(desk.hq, "morning"),
    )
    box = Box()
    sites.register(desk.hq, BY, request=box.request(), site="site-01", name="示例考点")
    fresh = releasing.publish(desk.hq, BY, "morning")
    assert fresh.digest != before.digest
    package = verify_package(fresh.path, sites.certificate_of(desk.hq, "site-01"))
    assert read_plan(package, box.seal) == plan


def test_a_published_session_is_fixed(desk: Desk) -> None:
    desk.published()
    with pytest.raises(SessionPublished):
        add(desk, LIVE, "late")
    with pytest.raises(SessionPublished):
        load(desk, sample_rows("530051", 5, 1), replace=True)


def test_a_sitting_without_candidates_keeps_the_session_from_being_published(desk: Desk) -> None:
    desk.session()
    add(desk, LIVE, "empty")
    with pytest.raises(NotReady, match="no roster for empty"):
        releasing.publish(desk.hq, BY, "morning")
    assert list((desk.hq.folder / "codes").iterdir()) == []


def test_codes_lie_outside_the_database(desk: Desk) -> None:
    desk.published()
    codes = publish.read_codes(desk.hq, publish.package_of(desk.hq, "morning").digest)
    files = list((desk.hq.folder / "codes").iterdir())
    assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}
    database = b"".join(f.read_bytes() for f in desk.hq.folder.glob("hq.db*"))
    assert not any(code.encode() in database for code in codes)
    with desk.hq.store.reading() as db:
        acts = db.scalars(select(audit.c.act).order_by(audit.c.id)).all()
    assert acts[-1:] == ["session.publish"]


def test_sessions_are_listed_by_one_question_of_a_year_or_so_many(desk: Desk) -> None:
    for number, year in enumerate((2025, 2026, 2027)):
        sessions.create_session(
            desk.hq,
            BY,
            session=f"s{number}",
            site="site-01",
            name=Words("上午", "Morning"),
            kind="rehearsal",
            starts_at=f"{year}-06-01T09:00:00+08:00",
            room="1",
        )
    with statements() as said:
        listed = sessions.list_sessions(desk.hq, year=2026)
    assert [row.id for row in listed] == ["s1"]
    assert len([one for one in said if "SELECT" in one]) == 1
    assert [row.id for row in sessions.list_sessions(desk.hq, limit=2)] == ["s2", "s1"]
