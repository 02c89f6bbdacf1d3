"""Who is missing by name, incidents with their evidence, receipt codes, results over all sites."""

import zipfile
from pathlib import Path

import msgspec
import pytest
from desk_world import BY, NOW, Desk
from sqlalchemy import delete
from watched import FORMULA, eventful

from sync.errors import NotFound
from sync.exam.journal import Event
from sync.headquarters.intake import quarantine
from sync.headquarters.intake.journals import Head, read_journal
from sync.headquarters.marking import scoring
from sync.headquarters.marking.reconcile import ForkedTail, Person
from sync.headquarters.marking.scoring import scored_rows
from sync.headquarters.marking.tracks import fork_rows, hand_in_rows, incident_rows, milestones
from sync.headquarters.serve import work_once
from sync.headquarters.store.schema import files
from sync.headquarters.store.watch_tables import incidents as incident_table
from sync.headquarters.watch import audits, board, incidents, missing, receipt_codes, search
from sync.headquarters.watch.incidents import Asked
from sync.moments import moment
from sync.spreadsheet import read_sheet

DAY = "2026-12-05"


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


def lines(account: missing.Account) -> list[tuple[str, str]]:
    return [(one.why, one.person.admission[-1] if one.person else "") for one in account.lines]


def test_everyone_who_is_missing_is_named_with_the_reason(desk: Desk) -> None:
    eventful(desk)
    account = missing.account_of_day(desk.hq, DAY)
    assert lines(account) == [
        ("receipt", "2"),
        ("no-record", "4"),
        ("file", "2"),
        ("late", "2"),
        ("absent", "3"),
    ]
    sums = account.totals
    found = (sums.registered, sums.present, sums.submitted, sums.received, sums.absent)
    assert found == (4, 2, 2, 2, 1)
    assert not account.agreed
    assert missing.account_of_session(desk.hq, "morning") == account


def test_a_session_that_sent_nothing_is_missing_as_a_whole(desk: Desk) -> None:
    account = missing.account_of_day(desk.hq, DAY)
    assert lines(account) == [("nothing", "")]
    assert account.lines[0].detail.en == "4 attempts"
    assert (account.totals.awaited, account.agreed) == (1, False)
    assert missing.account_of_day(desk.hq, "2020-01-01").lines == ()


def test_nobody_is_missing_while_the_room_still_writes(desk: Desk) -> None:
    story = desk.published()
    story.start("99530051001")
    desk.deliver(story, final=False)
    work_once(desk.hq)
    assert lines(missing.account_of_day(desk.hq, DAY)) == []


def test_a_batch_that_is_missing_in_between_is_said(desk: Desk) -> None:
    story = desk.published()
    story.start("99530051001")
    desk.deliver(story, first=1, sequence=1, final=False)
    work_once(desk.hq)
    (line,) = missing.account_of_day(desk.hq, DAY).lines
    assert (line.why, line.detail.en) == ("batch", "batches before 1 of server term 1 are missing")


def test_a_file_that_came_is_missing_no_more(desk: Desk) -> None:
    eventful(desk)
    named = next(e for e in read_journal(desk.hq, "morning").events() if e.kind == "file")
    own = {"site": "site-01", "session": "morning", "server_term": 1, "size": 1, "signed_by": "x"}
    own |= {"sealed_to": "x"}
    own |= {"digest": "d", "sequence": named.seq, "state": "archived", "received_at": NOW}
    with desk.hq.store.writing() as db:
        db.execute(files.insert().values(**own, verdict="verified"))
    assert ("file", "2") not in lines(missing.account_of_day(desk.hq, DAY))
    with desk.hq.store.writing() as db:
        db.execute(files.update().values(verdict="differs"))
    assert ("file-differs", "2") in lines(missing.account_of_day(desk.hq, DAY))


def test_each_incident_says_where_in_the_signed_journal_it_stands(desk: Desk) -> None:
    eventful(desk)
    journal = read_journal(desk.hq, "morning")
    events = {event.seq: event for event in journal.events()}
    found = incidents.list_incidents(desk.hq, Asked(day=DAY), 100)
    kinds = ["incident", "silence", "extension", "hand-in", "absent", "clock", "evidence"]
    assert [one.kind for one in found] == kinds
    for one in found:
        assert events[one.seq].at == one.at
        assert (one.checkpoint, one.batch) == (len(events), journal.terms[0].heads[0].digest)
    assert incidents.told(found[1]).en == "61 s"
    assert found[0].name == "示例考生01"


def test_what_a_chief_overruled_is_told_in_words() -> None:
    kept = dict.fromkeys(incidents.Incident.__struct_fields__)
    one = incidents.Incident(**kept | {"category": "", "note": "readiness-missing: 总部已同意"})
    assert incidents.told(one).zh == "考前检查未通过：总部已同意"
    other = incidents.Incident(**kept | {"category": "", "note": "他说: 好"})
    assert incidents.told(other).zh == "他说: 好"


def test_an_incident_points_to_the_first_checkpoint_that_covers_it() -> None:
    heads = [Head(2, "r1", "d1"), Head(4, "r2", "d2")]
    events = [Event(n, n, "absent", {"attempt": f"live/{n}", "by": "x"}) for n in range(4)]
    rows = list(incident_rows(events, heads, after=0))
    assert [(row["seq"], row["checkpoint"]) for row in rows] == [(1, 2), (2, 4), (3, 4)]


def test_batches_that_come_later_add_incidents_and_repeat_none(desk: Desk) -> None:
    story = desk.published()
    attempt = story.start("99530051001")
    story.tell("violation", attempt=attempt, note="x\0y", by="chief")
    first = desk.deliver(story, final=False)
    work_once(desk.hq)
    count = len(story.events)
    story.tell("violation", attempt=attempt, note="again", by="chief")
    desk.deliver(story, first=count, sequence=1, previous=first, final=False)
    work_once(desk.hq)
    found = incidents.list_incidents(desk.hq, Asked(session="morning"), 10)
    assert [(one.note, one.checkpoint) for one in found] == [("x\ufffdy", 3), ("again", 4)]


def test_a_site_that_says_nonsense_about_time_is_still_shown() -> None:
    assert moment(2**53 - 1) == f"{2**53 - 1} ms"
    assert moment(0) == ""


def test_a_forked_server_is_an_incident_of_its_own() -> None:
    (row,) = fork_rows([ForkedTail(1, 3, (Person("9", "甲", 1),))])
    assert (row["kind"], row["server_term"], row["number"]) == ("fork", 1, 3)
    assert row["note"] == "甲 9"


def test_a_session_is_over_when_all_its_sittings_are() -> None:
    body = {"sitting": "live", "by": "x", "attempts": 1, "handed_in": 1}
    events = [Event(0, 5, "unlock", {}), Event(1, 6, "open", {}), Event(2, 9, "close", body)]
    assert milestones(events, 2).closed_at is None
    assert msgspec.structs.astuple(milestones(events, 1)) == (5, 6, 9, 9)


def test_a_receipt_code_is_found_as_people_say_it(desk: Desk) -> None:
    codes = eventful(desk)
    (fine,) = receipt_codes.held(desk.hq, codes["fine"])
    assert (fine.admission, fine.standing, fine.fits) == ("99530051001", True, True)
    (wrong,) = receipt_codes.held(desk.hq, codes["wrong"])
    assert wrong.fits is False
    assert receipt_codes.held(desk.hq, "ZZZZ-ZZZZ-ZZZZ") == []
    assert receipt_codes.normal(" aaaa bbbb–cccc ") == "AAAA-BBBB-CCCC"
    assert receipt_codes.normal("0A1A-BBBB-CCCC") == "OAIA-BBBB-CCCC"
    assert receipt_codes.normal("AAAA-BBBB") is None


def test_a_code_that_a_later_one_replaced_is_said_to_be_so() -> None:
    first = {"attempt": "live/1", "how": "time", "receipt": "A", "answered": 1, "of": 2}
    second = first | {"receipt": "B"}
    rows = hand_in_rows([Event(3, 3, "hand-in", first), Event(5, 5, "hand-in", second)], set())
    assert [(r["receipt"], r["standing"], r["fits"]) for r in rows] == [
        ("A", False, None),
        ("B", True, True),
    ]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"person": "考生01"}, 1),
        ({"person": "9953"}, 4),
        ({"person": "%"}, 0),
        ({"person": "_"}, 0),
        ({"site": "示例考"}, 4),
        ({"site": "site-01", "person": "002"}, 1),
        ({"session": "morning"}, 4),
        ({"session": "morn"}, 0),
        ({"specification": "530051-junior"}, 4),
        ({"specification": '530051"'}, 0),
    ],
)
def test_results_are_found_by_what_people_know(
    desk: Desk, wanted: dict[str, str], count: int
) -> None:
    found = search.search(desk.hq, search.Wanted(**wanted), 10)
    assert (len(found), search.count(desk.hq, search.Wanted(**wanted))) == (count, count)


def test_results_are_read_page_by_page(desk: Desk) -> None:
    all_of_them = search.search(desk.hq, search.Wanted(session="morning"), 10)
    parts = [search.search(desk.hq, search.Wanted(session="morning"), 2, n) for n in (0, 2)]
    assert parts[0] + parts[1] == all_of_them


def test_sheets_hold_text_and_no_formula(desk: Desk, tmp_path: Path) -> None:
    eventful(desk)
    account = missing.account_of_day(desk.hq, DAY)
    found = incidents.list_incidents(desk.hq, Asked(day=DAY), 100)
    made = {
        "missing": missing.missing_sheet(account, "zh"),
        "incidents": incidents.incident_sheet(found, "en"),
        "results": search.export(desk.hq, BY, search.Wanted(person="9953")),
    }
    for name, data in made.items():
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(data)
        assert b"<f>" not in _sheet_xml(path)
        assert any("99530051002" in row for row in read_sheet(path))
    assert any(FORMULA in str(row) for row in read_sheet(tmp_path / "missing.xlsx"))


def _sheet_xml(path: Path) -> bytes:
    with zipfile.ZipFile(path) as book:
        return book.read("xl/worksheets/sheet1.xml")


def test_an_unknown_session_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        missing.account_of_session(desk.hq, "none")


def test_what_is_watched_is_made_again_from_the_batches(desk: Desk) -> None:
    eventful(desk)
    with desk.hq.store.writing() as db:
        db.execute(delete(incident_table))
    assert incidents.list_incidents(desk.hq, Asked(day=DAY), 100) == []
    scoring.score(desk.hq, BY, "morning")
    assert len(incidents.list_incidents(desk.hq, Asked(day=DAY), 100)) == 7


def test_postgresql_takes_what_a_site_wrote_with_nul_in_it(published_on_postgresql: Desk) -> None:
    desk = published_on_postgresql
    story = desk.published()
    attempt = story.start("99530051001")
    story.tell("violation", attempt=attempt, note="\0", by="\0")
    story.tell("hand-in", attempt=attempt, how="\0", receipt="A\0B", answered=0, of=1)
    story.close(handed_in=1)
    desk.deliver(story)
    assert work_once(desk.hq, lambda: NOW)
    assert len(scored_rows(desk.hq, "morning")) == 4
    assert receipt_codes.held(desk.hq, "A\ufffdB")[0].fits is False


def test_postgresql_answers_the_same_questions(published_on_postgresql: Desk) -> None:
    desk = published_on_postgresql
    codes = eventful(desk)
    assert board.list_days(desk.hq) == [(DAY, 1)]
    (one,) = board.standings(desk.hq, DAY, NOW)
    assert (one.phase, one.facts.present, one.facts.differing) == ("closed", 2, 2)
    assert [f.session for f in board.latest(desk.hq, 5, 0)] == ["morning"]
    assert len(lines(missing.account_of_day(desk.hq, DAY))) == 5
    assert sum(incidents.count_by_kind(desk.hq, Asked(day=DAY)).values()) == 7
    assert len(incidents.list_incidents(desk.hq, Asked(site="site-01"), 9)) == 7
    assert len(search.search(desk.hq, search.Wanted(person="9953"), 10)) == 4
    assert receipt_codes.held(desk.hq, codes["fine"])[0].fits
    assert audits.list_audit(desk.hq, audits.Filter(act="session.score"), 5)
    assert quarantine.count_waiting(desk.hq) == 0
