"""What the register demands of an examination, and when."""

import threading
from typing import Any

import approving
import pytest
import releasing
from desk_world import BY, LIVE, Box, Desk
from sqlalchemy import text

from sync.exam.catalogue import find
from sync.exam.roster import COLUMNS, MAJOR
from sync.headquarters.content.bank import builtin_bank
from sync.headquarters.planning import rosters, sessions
from sync.headquarters.planning.samples import sample_rows
from sync.headquarters.register import applications, calendar, conditions, quotas, sites
from sync.headquarters.register.refusals import (
    CertificateNotApproved,
    LevelNotOffered,
    MajorNotListed,
    OutsideCalendar,
    OverQuota,
)
from sync.sheet_writer import sheet_bytes
from sync.words import Words

MEDIA = "560003-junior"
FREE = ("rehearsal", "practice")


def session(desk: Desk, name: str, starts_at: str = "2026-12-05T09:00+08:00", **more: Any) -> None:
    """Another session of the site."""
    facts: dict[str, Any] = {"kind": "examination", "room": "第一机房", "seed": "s"} | more
    about = {"session": name, "site": "site-01", "name": Words("场", "S"), "starts_at": starts_at}
    sessions.create_session(desk.hq, BY, **about, **facts)


def sit(desk: Desk, where: str, code: str = LIVE, name: str = "live") -> None:
    """A sitting of the session."""
    what = {"specification": find(code), "component": "theory", "bank": builtin_bank(code)}
    sessions.add_sitting(desk.hq, BY, session=where, sitting=name, **what)  # type: ignore[arg-type]


def enter(
    desk: Desk, where: str, rows: list[Any], *, replace: bool = False, major: str = ""
) -> int:
    """Import a roster, with the column 专业 if a major is given."""
    head = (*COLUMNS, MAJOR) if major else COLUMNS
    file = desk.folder / f"{where}.xlsx"
    file.write_bytes(sheet_bytes("x", head, [[*row, major] if major else row for row in rows]))
    about = {"session": where, "sitting": "live", "file": file, "replace": replace}
    return rosters.import_roster(desk.hq, BY, **about)  # type: ignore[arg-type]


def candidates(desk: Desk, name: str) -> int:
    """How many are on a session's rosters."""
    return sessions.show_session(desk.hq, name).candidates


def test_an_examination_needs_the_sites_approval_on_that_day(desk: Desk) -> None:
    session(desk, "am")
    applications.advance(desk.hq, BY, 1, "revoke", "设备被盗")
    with pytest.raises(CertificateNotApproved) as caught:
        sit(desk, "am")
    assert "2026-12-05" in caught.value.say("en")
    approving.approve(desk.hq, BY, names=[MEDIA])
    with pytest.raises(CertificateNotApproved):
        sit(desk, "am")
    sit(desk, "am", MEDIA, "media")
    approving.approve(desk.hq, BY, names=[LIVE])
    sit(desk, "am")


@pytest.mark.parametrize(
    ("start", "inside"),
    [
        ("2026-12-04T14:00+08:00", True),
        ("2026-12-04T13:59+08:00", False),
        ("2026-12-04T18:00+08:00", False),
        ("2026-12-05T00:30+00:00", True),
        ("2026-12-05T14:00+08:00", False),
        ("2025-12-05T09:00+08:00", False),
    ],
)
def test_a_start_outside_every_half_day_is_refused(desk: Desk, start: str, inside: bool) -> None:
    session(desk, "am", start)
    if inside:
        sit(desk, "am")
        return
    with pytest.raises(OutsideCalendar):
        sit(desk, "am")
    assert sessions.list_sittings(desk.hq, "am") == []


def test_a_level_that_the_sitting_does_not_offer_is_refused(desk: Desk) -> None:
    session(desk, "am")
    approving.schedule(desk.hq, BY, levels="中级、高级")
    with pytest.raises(LevelNotOffered) as caught:
        sit(desk, "am")
    assert caught.value.facts["offered"] == "中级、高级"


@pytest.mark.parametrize("kind", FREE)
def test_rehearsals_and_practice_are_free_of_all_of_it(desk: Desk, kind: str) -> None:
    applications.advance(desk.hq, BY, 1, "revoke", "x")
    approving.grant(desk.hq, BY, 0, specification=LIVE)
    session(desk, "am", "2026-11-30T20:00+08:00", kind=kind)
    sit(desk, "am")
    assert enter(desk, "am", sample_rows("530051", 5, 1)) == 5
    assert quotas.list_quotas(desk.hq, 2026)[0].used == 0
    releasing.publish(desk.hq, BY, "am")


def test_the_internet_marketer_has_no_calendar_and_needs_the_approval(desk: Desk) -> None:
    session(desk, "am", "2026-08-01T09:00+08:00")
    row_of = find("4-01-02-07-A5")
    with desk.hq.store.reading() as db:
        conditions.require_sitting(db, sessions.find(db, "am"), row_of)
    applications.advance(desk.hq, BY, 1, "revoke", "x")
    with desk.hq.store.reading() as db, pytest.raises(CertificateNotApproved):
        conditions.require_sitting(db, sessions.find(db, "am"), row_of)


def test_a_roster_over_the_quota_is_not_taken_and_leaves_nothing(desk: Desk) -> None:
    approving.grant(desk.hq, BY, 6, specification=LIVE)
    desk.session(candidates=4)
    with pytest.raises(OverQuota) as caught:
        enter(desk, "morning", sample_rows("530051", 7, 1), replace=True)
    assert (caught.value.facts["granted"], caught.value.facts["needed"]) == (6, 7)
    assert candidates(desk, "morning") == 4
    assert enter(desk, "morning", sample_rows("530051", 6, 1), replace=True) == 6


def test_all_sessions_of_the_year_count_and_a_person_counts_once(desk: Desk) -> None:
    approving.grant(desk.hq, BY, 6, specification=LIVE)
    desk.session(candidates=4)
    session(desk, "pm", "2026-12-04T14:00+08:00")
    sit(desk, "pm")
    with pytest.raises(OverQuota):
        enter(desk, "pm", sample_rows("530051", 3, 5))
    # Three of the morning again, and two more: six people.
    assert enter(desk, "pm", sample_rows("530051", 5, 2)) == 5
    quota = next(q for q in quotas.list_quotas(desk.hq, 2026) if q.quota.specification == LIVE)
    assert quota.used == 6


def test_without_a_quota_that_was_granted_nobody_is_registered(desk: Desk) -> None:
    desk.session(candidates=1)
    for state in ("submitted", "refused"):
        approving.grant(desk.hq, BY, 0, specification=LIVE, requested=50, state=state)
        with pytest.raises(OverQuota):
            enter(desk, "morning", sample_rows("530051", 1, 1), replace=True)


def test_majors_are_asked_where_the_quota_lists_them(desk: Desk) -> None:
    approving.grant(desk.hq, BY, 50, specification=LIVE, majors=("电子商务", "市场营销"))
    session(desk, "am")
    sit(desk, "am")
    rows = sample_rows("530051", 3, 1)
    with pytest.raises(MajorNotListed) as caught:
        enter(desk, "am", rows)
    assert "未填专业" in caught.value.problems[0].zh
    with pytest.raises(MajorNotListed) as caught:
        enter(desk, "am", rows, major="护理")
    assert "示例考生01（99530051001）：护理" in caught.value.problems[0].zh
    assert enter(desk, "am", rows, major="电子商务") == 3


@pytest.mark.parametrize("change", ["approval", "quota", "majors", "calendar"])
def test_what_changed_since_is_found_at_the_release(desk: Desk, change: str) -> None:
    desk.session(candidates=4)
    first, second = releasing.release_keys(desk.hq)
    assert releasing.sign_release(desk.hq, BY, "morning", first) is None
    if change == "approval":
        applications.advance(desk.hq, BY, 1, "revoke", "x")
    elif change == "calendar":
        approving.schedule(desk.hq, BY, levels="高级")
    else:
        majors = ("护理",) if change == "majors" else ()
        granted = 3 if change == "quota" else 50
        approving.grant(desk.hq, BY, granted, specification=LIVE, majors=majors)
    refused = (CertificateNotApproved, OverQuota, MajorNotListed, LevelNotOffered)
    with pytest.raises(refused):
        releasing.sign_release(desk.hq, BY, "morning", second)
    assert sessions.show_session(desk.hq, "morning").state == "draft"


def test_a_published_session_is_sealed_anew_whatever_the_register_says_now(desk: Desk) -> None:
    desk.published()
    applications.advance(desk.hq, BY, 1, "revoke", "x")
    sites.register(desk.hq, BY, request=Box().request(), site="site-01", name="示例考点")
    assert releasing.publish(desk.hq, BY, "morning").size > 0


def test_fewer_than_forty_are_warned_of_and_not_refused(desk: Desk) -> None:
    desk.session(candidates=4)
    warned = conditions.too_few(desk.hq, "morning")
    assert warned is not None
    assert "4 candidates in sitting 1" in warned.en
    enter(desk, "morning", sample_rows("530051", calendar.FEW, 1), replace=True)
    assert conditions.too_few(desk.hq, "morning") is None


def race(desk: Desk) -> list[str]:
    """Two rosters of four for six places at once: the second begins before the first is in."""
    approving.grant(desk.hq, BY, 6, specification=LIVE)
    for name, start in (("one", "2026-12-04T14:00+08:00"), ("two", "2026-12-05T09:00+08:00")):
        session(desk, name, start)
        sit(desk, name)
    said: list[str] = []

    def second() -> None:
        try:
            enter(desk, "two", sample_rows("530051", 4, 5))
            said.append("taken")
        except OverQuota:
            said.append("refused")

    file = desk.roster(sample_rows("530051", 4, 1))
    other = threading.Thread(target=second)
    with desk.hq.store.writing() as db:
        rosters._insert(db, "one", "live", rosters.read_roster(file))
        conditions.require_roster(db, sessions.find(db, "one"), "live", find(LIVE))
        other.start()
        waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while other.is_alive() and not db.scalar(waits):
            other.join(0.01)
    other.join()
    return said


@pytest.mark.parametrize("bare_desk", ["postgresql"], indirect=True)
def test_two_rosters_at_once_do_not_share_the_last_places(bare_desk: Desk) -> None:
    assert race(bare_desk) == ["refused"]
    assert candidates(bare_desk, "two") == 0


@pytest.mark.parametrize("bare_desk", ["postgresql"], indirect=True)
def test_without_the_lock_they_would(bare_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    found = quotas.find
    monkeypatch.setattr(quotas, "find", lambda *given, lock=False: found(*given))
    assert race(bare_desk) == ["taken"]
