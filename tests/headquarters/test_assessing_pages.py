"""The marking desk on its pages: an assessor marks, an officer watches, files do no harm."""

import re
from io import BytesIO

import pytest
from assessed import PANEL, accounts, handed_in, mark_all, opened
from desk_world import BY, Desk, Page
from filed import send
from flask import Flask
from flask.testing import FlaskClient

from sync.errors import MarksRefused
from sync.headquarters.assessing.figures import progress
from sync.headquarters.assessing.panel import open_desk
from sync.headquarters.marking.results import import_marks
from sync.headquarters.planning.samples import sample_rows
from sync.headquarters.register import staff
from sync.headquarters.web.showing import kind_of, shown_as
from sync.sheet_writer import sheet_bytes


@pytest.fixture
def ann(desk: Desk, client: FlaskClient) -> Page:
    """The browser of an assessor whose desk is open."""
    handed_in(desk, 1)
    for name in ("ben", "cai", "dan"):
        staff.add_member(desk.hq, BY, name, ("marker",))
    password = staff.add_member(desk.hq, BY, "ann", ("marker",))
    open_desk(desk.hq, BY, "morning", "skill", PANEL)
    return Page(client, "ann", password)


def rubric(page: str) -> dict[str, str]:
    """Every field of the rubric with its most marks."""
    return dict(re.findall(r'name="(c-[^"]+)" type="number" min="0" max="(\d+)"', page))


def test_an_assessor_takes_a_script_marks_it_and_goes_on(ann: Page) -> None:
    where = ann.client.post("/scripts/next").headers["Location"]
    fields = rubric(ann.get(where))
    assert len(fields) >= 4
    assert ann.client.post(where, data=fields | {"act": "submit"}).status_code == 303
    assert where.rpartition("/")[2] in ann.get("/")
    assert not rubric(ann.get(where))


def test_what_is_missing_is_said_and_what_was_typed_stays(ann: Page) -> None:
    where = ann.client.post("/scripts/next").headers["Location"]
    fields = rubric(ann.get(where))
    first, *_ = fields
    answer = ann.client.post(where, data=fields | {first: "", "note": "<b>差一项</b>"})
    assert answer.status_code == 422
    assert "未评分" in answer.text
    assert "&lt;b&gt;差一项" in answer.text
    assert ann.client.post(where, data=fields | {first: "９"}).status_code == 422


def test_a_second_press_of_the_button_marks_nothing_twice(ann: Page) -> None:
    where = ann.client.post("/scripts/next").headers["Location"]
    fields = rubric(ann.get(where))
    answers = [ann.client.post(where, data=fields).status_code for _ in range(2)]
    assert answers == [303, 409]


def test_an_assessor_sees_no_desk_and_an_officer_no_script(ann: Page, desk: Desk) -> None:
    ann.get("/sessions/morning/assessing", 403)
    password = staff.add_member(desk.hq, BY, "li", ("exam-officer",))
    number = ann.client.post("/scripts/next").headers["Location"]
    ann.client.post("/sign-out")
    Page(ann.client, "li", password).get(number, 403)


def test_an_officer_opens_a_desk_on_the_page_and_sees_how_it_goes(
    desk: Desk, officer: Page
) -> None:
    handed_in(desk, 1)
    accounts(desk)
    assert 'name="assessor" value="ann"' in officer.get("/sessions/morning/assessing")
    form = {"sitting": "skill", "assessor": list(PANEL.assessors), "arbiter": ["dan"]}
    wrong = officer.client.post("/sessions/morning/assessing", data=form | {"places": "2"})
    assert wrong.status_code == 422
    made = officer.client.post("/sessions/morning/assessing", data=form | {"places": "3"})
    assert made.status_code == 303
    mark_all(desk, "ann", 1)
    page = officer.get("/sessions/morning/assessing")
    assert "评分台" in page
    assert "3 / 9" in page
    assert progress(desk.hq, "morning", "skill")


def test_who_marks_and_is_an_officer_too_reads_no_marks_of_others_before_all_are_given(
    desk: Desk, client: FlaskClient
) -> None:
    handed_in(desk, 1)
    accounts(desk)
    password = staff.add_member(desk.hq, BY, "eve", ("marker", "exam-officer"))
    open_desk(desk.hq, BY, "morning", "skill", PANEL._replace(assessors=("ann", "ben", "eve")))
    mark_all(desk, "ann", 1)
    eve, where = Page(client, "eve", password), "/sessions/morning/assessing"
    found = progress(desk.hq, "morning", "skill")
    assert found
    mean = f'<td class="n">{found.assessors[0].mean}</td>'
    assert mean not in eve.get(where)
    assert found.seen_by("officer") == found
    mark_all(desk, "eve", 1)
    mark_all(desk, "ben", 1)
    assert mean in eve.get(where)


def test_marks_of_an_open_desk_are_not_overwritten_by_a_sheet(desk: Desk) -> None:
    opened(desk, 1)
    file = desk.folder / "marks.xlsx"
    admission = sample_rows("530051", 1, 1)[0][0]
    rows = [[admission, 99, "skill"]]
    file.write_bytes(sheet_bytes("成绩", ["准考证号", "实训成绩", "考试编号"], rows))
    with pytest.raises(MarksRefused) as refused:
        import_marks(desk.hq, BY, session="morning", file=file)
    assert "marking desk" in refused.value.problems[0].en


FILM = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 400


@pytest.mark.parametrize("came", [FILM, FILM[:-1] + b"!"])
def test_a_file_is_sent_whole_and_in_parts_or_not_a_byte_of_it(
    desk: Desk, client: FlaskClient, came: bytes
) -> None:
    story = handed_in(desk, 1, FILM)
    accounts(desk)
    password = staff.add_member(desk.hq, BY, "eve", ("marker",))
    open_desk(desk.hq, BY, "morning", "skill", PANEL._replace(assessors=("eve", "ben", "cai")))
    for event in story.events:
        if event.kind == "file":
            send(desk, event.seq, came)
    eve = Page(client, "eve", password)
    links: list[str] = []
    while not links:
        where = eve.client.post("/scripts/next").headers["Location"]
        page = eve.get(where)
        links = re.findall(r'href="(/scripts/[^"]+)"', page)
        if not links:
            eve.client.post(where, data=rubric(page))
    whole = eve.client.get(links[0])
    if came != FILM:
        assert whole.status_code == 422
        assert came[:20] not in whole.data
        return
    assert (whole.status_code, whole.data) == (200, FILM)
    whole.close()
    part = eve.client.get(links[0], headers={"Range": "bytes=12-99"})
    part.close()
    assert (part.status_code, part.data) == (206, FILM[12:100])
    assert not list((desk.hq.folder / "incoming").iterdir())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_script_speaks_one_language_and_asks_nothing_of_the_outside(ann: Page, lang: str) -> None:
    where = ann.client.post("/scripts/next").headers["Location"]
    text = ann.get(f"{where}?lang={lang}")
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in text
    links = re.findall(r'(?:src|href|action)="([^"]*)"', text)
    assert all(link.startswith(("/", "?")) for link in links)
    assert not re.search(r"<script(?! src=\"/look/)|style=|<style|\son\w+=", text)


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"%PDF-1.7", "application/pdf"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        ("脚本：开场白".encode(), "text/plain; charset=utf-8"),
        (b"<html><script>alert(1)</script>", "text/plain; charset=utf-8"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "text/plain; charset=utf-8"),
        (b"PK\x03\x04\0\0", None),
        ("脚本".encode("gbk") * 9, None),
    ],
)
def test_what_a_file_is_its_bytes_say_and_a_page_is_never_run(first: bytes, kind: str) -> None:
    assert kind_of(first) == kind
    with Flask("test").test_request_context():
        answer = shown_as("1-d1", 'x".html', BytesIO(first), len(first))
    assert answer.headers["Content-Type"].startswith(kind or "application/octet-stream")
    assert "script" not in answer.headers["Content-Security-Policy"]
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("inline" if kind else "attachment")
    assert disposition.endswith('filename="1-d1.html"')
