"""A spare took over: its journal counts, the former server is fenced, and its tail is a fork."""

import base64

import pytest
from click.testing import CliRunner
from desk_world import BY, NOW, Desk, Page, Story

from sync.headquarters.cli import main
from sync.headquarters.errors import FormerServer
from sync.headquarters.intake import archive, edge
from sync.headquarters.intake.journals import read_journal
from sync.headquarters.marking.scoring import reconciliation, refresh, score
from sync.headquarters.register import staff
from sync.headquarters.web.app import create_app
from sync.wire.documents import LaterServer, read


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


ONE = "99530051001"


def taken_over(desk: Desk) -> tuple[Story, Story]:
    """The former server saw ten right answers more than the spare that took over."""
    former = desk.published()
    attempt = former.start(ONE)
    former.answer_right(attempt, 10)
    shared = list(former.events)
    former.answer_right(attempt, 20)
    desk.deliver(former, final=False)
    later = Story(desk, shared)
    later.hand_in(attempt)
    later.close(handed_in=1)
    desk.deliver(later, term=2)
    return former, later


def test_the_highest_term_counts_and_the_former_ones_tail_is_a_fork(desk: Desk) -> None:
    former, later = taken_over(desk)
    journal = read_journal(desk.hq, "morning")
    assert journal.events() == list(later.events)
    shared = len(later.events) - 2
    assert journal.forks() == {1: tuple(former.events[shared:])}
    assert score(desk.hq, BY, "morning")[0].marks == 10


def test_a_fork_is_shown_by_name_on_the_page_and_by_the_command(desk: Desk) -> None:
    taken_over(desk)
    found = reconciliation(desk.hq, "morning")
    (tail,) = found.forks
    assert (tail.server_term, tail.events, [p.admission for p in tail.people]) == (1, 20, [ONE])
    refresh(desk.hq, BY)
    password = staff.add_member(desk.hq, BY, "officer", ["exam-officer"])
    text = Page(create_app(desk.hq).test_client(), "officer", password).get("/sessions/morning")
    assert "第 1 任服务器比接管者多 20 条记录" in text
    arguments = ["--data", str(desk.hq.folder), "--lang", "en", "reconcile", "morning"]
    said = CliRunner().invoke(main, arguments)
    assert "Fork: server term 1 has 20 events more" in said.output


def test_a_former_server_that_only_stopped_earlier_has_no_fork(desk: Desk) -> None:
    story = desk.published()
    story.start(ONE)
    desk.deliver(story, final=False)
    later = Story(desk, list(story.events))
    later.close(handed_in=0)
    desk.deliver(later, term=2)
    assert read_journal(desk.hq, "morning").forks() == {}


def test_batches_of_a_former_server_are_refused_and_kept(desk: Desk) -> None:
    former, _ = taken_over(desk)
    former.close(handed_in=0)
    digest, data = desk.batch(former.events, sequence=1)
    with pytest.raises(FormerServer) as refusal:
        edge.accept_bytes(desk.hq, data, digest, NOW)
    notice = base64.b64decode(str(refusal.value.to_json()["notice"]))
    later = read(notice, LaterServer, [desk.hq.keys.receipt().public])
    assert (later.server_term, later.at) == (2, NOW)
    assert [b.server_term for b in archive.list_batches(desk.hq)] == [1, 2]
    assert archive.list_quarantine(desk.hq)[0].code == "former-server"
    assert desk.hq.quarantined(digest).read_bytes() == data
