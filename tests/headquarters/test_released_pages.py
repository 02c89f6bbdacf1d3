"""The pages of a session's results: the story, two officers, what is made of a release."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from desk_world import BY, Clock, Desk, Page
from flask import Flask
from settled import FOUR, ONE, THREE, TWO, marked, put_out, sat

from sync.headquarters.register import staff
from sync.headquarters.register.staff import Role
from sync.headquarters.released import transcripts
from sync.headquarters.released.reading import all_lists, latest, released
from sync.headquarters.watch.audits import Filter, list_audit
from sync.headquarters.web.app import create_app
from sync.spreadsheet import read_sheet

HERE = "/sessions/morning/results"


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Everybody has sat."""
    sat(published_desk)
    return published_desk


@pytest.fixture
def app(desk: Desk, clock: Clock) -> Flask:
    """The application."""
    return create_app(desk.hq, clock)


def officer(desk: Desk, app: Flask, name: str, *roles: Role) -> Page:
    """A browser of an exam officer."""
    password = staff.add_member(desk.hq, BY, name, roles or ("exam-officer",))
    return Page(app.test_client(), name, password)


def press(page: Page, act: str, status: int = 303, **form: str) -> str:
    """A form of the page is sent."""
    answer = page.client.post(f"{HERE}/{act}", data=form)
    assert answer.status_code == status, answer.text
    return answer.text


def fields(text: str) -> dict[str, str]:
    """What the page's forms carry unseen."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))


def test_two_officers_release_from_the_page(desk: Desk, app: Flask) -> None:
    anna, bert = officer(desk, app, "anna"), officer(desk, app, "bert")
    before = anna.get(HERE)
    for said in ("3 人已定，1 人未定", "暂定，未发布", "先发布已定的 3 人，其余 1 人", FOUR):
        assert said in before
    assert "results-held-back" in press(anna, "proposal", 409)
    press(anna, "proposal", partial="1")
    own, other = anna.get(HERE), bert.get(HERE)
    assert "核对无误，发布" not in own
    assert "核对无误，发布" in other
    assert "other-releaser-needed" in press(
        anna, "decision", 403, decision="release", **fields(own)
    )
    press(bert, "decision", decision="release", **fields(other))
    after = bert.get(HERE)
    for said in ("已发布：第 1 次", "只读", "成绩单 PDF", "现有成绩与第 1 次发布一致"):
        assert said in after
    for code in released(desk.hq, "morning").list.codes():
        assert code in after
    assert "released, number 1" in bert.get("/sessions/morning?lang=en")


def test_a_list_that_is_no_longer_so_cannot_be_released_from_the_page(
    desk: Desk, app: Flask
) -> None:
    anna, bert = officer(desk, app, "anna"), officer(desk, app, "bert")
    press(anna, "proposal", partial="1")
    seen = fields(bert.get(HERE))
    marked(desk, (ONE, 59))
    assert "results-changed" in press(bert, "decision", 409, decision="release", **seen)
    assert "提出之后成绩有变化" in bert.get(HERE)
    press(bert, "decision", decision="withdraw", **seen)
    assert latest(desk.hq, "morning") is None
    # The control: proposed anew it is released.
    press(anna, "proposal", partial="1")
    press(bert, "decision", decision="release", **fields(bert.get(HERE)))
    assert released(desk.hq, "morning").list.lines[0].outcome == "failed"


def test_hostile_forms_decide_nothing(desk: Desk, app: Flask) -> None:
    anna, bert = officer(desk, app, "anna"), officer(desk, app, "bert")
    press(anna, "proposal", partial="1", reason="<b>先</b>")
    good = fields(bert.get(HERE))
    for number in ("", "-1", "9" * 30, "1 OR 1", "99"):
        press(bert, "decision", 404, decision="release", **good | {"number": number})
    press(bert, "decision", 422, decision="release", **good | {"digest": "0" * 64})
    press(bert, "decision", 422, decision="explode", **good)
    press(anna, "proposal", 422, partial="1", reason="x" * 501)
    assert "<b>先" not in bert.get(HERE)
    assert [one.said for one in all_lists(desk.hq, "morning")] == [None]


def test_what_differs_since_the_release_is_named(desk: Desk, app: Flask) -> None:
    put_out(desk)
    marked(desk, (ONE, 59), (FOUR, 80))
    anna = officer(desk, app, "anna")
    text = anna.get(HERE)
    part = text[text.index("与第 1 次发布不同") : text.index("已发布：第 1 次")]
    assert all(one in part for one in (ONE, FOUR))
    assert TWO not in part
    assert THREE not in part
    found = anna.get(f"/results?person={ONE}")
    assert "与第 1 次发布不同，待再次发布" in found
    assert "第 1 次发布" in anna.get(f"/results?person={TWO}")


def test_nothing_is_made_of_results_that_were_not_released(desk: Desk, app: Flask) -> None:
    anna = officer(desk, app, "anna")
    for name in ("transcripts.pdf", "platform.xlsx", "qti-results.zip"):
        assert "nothing-released" in anna.get(f"/sessions/morning/{name}", 409)
    put_out(desk)
    for name in ("platform.xlsx", "qti-results.zip"):
        assert anna.client.get(f"/sessions/morning/{name}").status_code == 200


def test_files_of_the_release_are_recorded_and_shown_on_the_way(desk: Desk, app: Flask) -> None:
    put_out(desk)
    anna = officer(desk, app, "anna")
    made = anna.client.get("/sessions/morning/platform.xlsx?mapping=1x-sample")
    path = Path(desk.folder) / "platform.xlsx"
    path.write_bytes(made.data)
    assert len(read_sheet(path)) == 4
    packed = anna.client.get("/sessions/morning/qti-results.zip").data
    assert len(zipfile.ZipFile(io.BytesIO(packed)).namelist()) == 3
    acts = [line.act for line in list_audit(desk.hq, Filter(), 4)]
    assert {"results.platform", "results.qti"} <= set(acts)
    assert "QTI 成绩报告" in anna.get(HERE)
    anna.get("/sessions/morning/platform.xlsx?mapping=none", 404)


def test_transcripts_are_served_of_the_release_alone(
    desk: Desk, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(transcripts, "pdf", lambda html: drawn.append(html) or b"%PDF-")
    put_out(desk)
    marked(desk, (ONE, 12))
    anna = officer(desk, app, "anna")
    answer = anna.client.get(f"/sessions/morning/transcripts.pdf?admission={ONE}")
    assert answer.mimetype == "application/pdf"
    assert f"transcripts-morning-{ONE}.pdf" in answer.headers["Content-Disposition"]
    anna.client.get("/sessions/morning/transcripts.pdf")
    assert [html.count("<article") for html in drawn] == [1, 3]
    assert ">75</td>" in drawn[0]
    assert ">12</td>" not in drawn[0]
    for query in (f"admission={FOUR}", "part=2", "part=0", "part=x", "admission=%00"):
        anna.get(f"/sessions/morning/transcripts.pdf?{query}", 404)


def test_a_code_is_checked_on_the_page(desk: Desk, app: Flask) -> None:
    code = put_out(desk).list.codes()[0]
    anna = officer(desk, app, "anna", "auditor")
    good = anna.get(f"/results/verify?code={code.replace('-', '')}")
    assert "与发布的成绩一致" in good
    assert "示例考生01" in good
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code.lower())
    assert "与发布的成绩一致" in anna.get(f"/results/verify?code={wide}")
    for wrong in ("AAAA-AAAA-AAAA-AAAA", "x", "<script>alert(1)</script>"):
        text = anna.client.get("/results/verify", query_string={"code": wrong}).text
        assert "没有这个核验码" in text
        assert "<script>alert" not in text
    marked(desk, (ONE, 59))
    put_out(desk, reason="复核")
    assert "已被第 2 次发布更正" in anna.get(f"/results/verify?code={code}")


def test_sites_with_few_people_tell_only_their_number(desk: Desk, app: Flask) -> None:
    put_out(desk)
    anna = officer(desk, app, "anna")
    text = anna.get("/results/sites")
    assert "不足 5 人，不列" in text
    assert "55.0" not in text
    path = Path(desk.folder) / "sites.xlsx"
    path.write_bytes(anna.client.get("/results/sites.xlsx").data)
    row = read_sheet(path)[1]
    assert row[3:5] == [3, 2]
    assert row[5:10] == [None] * 5


def test_an_auditor_reads_and_decides_nothing(desk: Desk, app: Flask) -> None:
    auditor = officer(desk, app, "ada", "auditor")
    text = auditor.get(HERE)
    assert '<form method="post" action="/sessions' not in text
    press(auditor, "proposal", 403, partial="1")
