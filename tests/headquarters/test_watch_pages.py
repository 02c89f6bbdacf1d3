"""The pages of the day, of results and receipts, and the same from the shell."""

import json
from typing import Any

import pytest
from click.testing import CliRunner
from desk_world import Desk, Page
from watched import eventful

from sync.headquarters.cli import main


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


def test_the_day_names_who_is_missing_and_why(desk: Desk, officer: Page) -> None:
    eventful(desk)
    text = officer.get("/reconciliation?day=2026-12-05")
    for part in ("回执码不符", "无记录", "上传的文件未到", "示例考生04", "有差异"):
        assert part in text, part
    only = officer.get("/reconciliation?session=morning&why=absent&lang=en")
    assert "示例考生03" in only
    assert "示例考生04" not in only
    assert "no published session" in officer.get("/reconciliation?day=2020-01-01&lang=en")
    officer.get("/reconciliation?session=none", 404)


def test_what_people_at_a_site_wrote_is_shown_as_text_only(desk: Desk, officer: Page) -> None:
    eventful(desk)
    for path in ("/incidents?day=2026-12-05", "/reconciliation?session=morning"):
        text = officer.get(path)
        assert "<b>x" not in text
        assert "HYPERLINK(&#34;http" in text
    assert "第 3 号机蓝屏 &lt;b&gt;x" in officer.get("/incidents?session=morning")


def test_incidents_are_filtered_by_kind_and_site(desk: Desk, officer: Page) -> None:
    eventful(desk)

    every = officer.get("/incidents?day=2026-12-05&lang=en")
    assert every.count(" · checkpoint ") == 7
    one = officer.get("/incidents?day=2026-12-05&kind=clock")
    assert "the wall clock was set" in one and "蓝屏" not in one
    assert "没有异常记录" in officer.get("/incidents?day=2026-12-05&site=elsewhere&lang=zh")
    officer.get("/incidents?kind=nonsense", 404)


def test_sheets_taken_away_are_recorded(desk: Desk, officer: Page) -> None:
    eventful(desk)
    for path in ("reconciliation.xlsx?day=2026-12-05", "incidents.xlsx?session=morning"):
        answer = officer.client.get(f"/{path}")
        assert answer.data.startswith(b"PK"), path
        assert "attachment" in answer.headers["Content-Disposition"]
    assert officer.client.get("/results.xlsx?person=9953").data.startswith(b"PK")
    audit = officer.get("/audit")
    for act in ("reconciliation.export", "incidents.export", "results.export"):
        assert f'<td title="{act}">' in audit


def test_a_receipt_code_fits_differs_or_is_unknown(desk: Desk, officer: Page) -> None:
    codes = eventful(desk)
    assert "相符</p>" in officer.get(f"/receipt?code={codes['fine'].lower()}")
    assert "与收到的作答不符" in officer.get(f"/receipt?code={codes['wrong']}")
    assert "没有收到过" in officer.get("/receipt?code=ZZZZ-ZZZZ-ZZZZ")
    assert "这不是回执码" in officer.get("/receipt?code=%3Cb%3E")
    assert "<b>" not in officer.get("/receipt?code=%3Cb%3E")


def test_results_are_searched_and_nothing_is_listed_unasked(desk: Desk, officer: Page) -> None:
    eventful(desk)
    assert "99530051001" not in officer.get("/results")
    found = officer.get("/results?person=9953")
    assert "99530051001" in found and "共 4 条" in found
    assert "Nothing found" in officer.get("/results?person=nobody&lang=en")


def test_pages_that_nobody_wrote_a_number_for_are_the_first(officer: Page) -> None:
    for number in ("0", "-1", "x", "9" * 50, "²"):
        officer.get(f"/results?person=9953&page={number}")


def ran(desk: Desk, *words: str) -> Any:
    """What a command says as JSON."""
    asked = ["--data", str(desk.hq.folder), "--lang", "en", *words, "--json"]
    result = CliRunner().invoke(main, asked, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_the_shell_says_the_same(desk: Desk) -> None:
    codes = eventful(desk)
    (row,) = ran(desk, "board", "--day", "2026-12-05")
    assert (row["state"], row["present"], row["codes"][0]) == ("closed", 2, "differs")
    missing = ran(desk, "missing", "--session", "morning")
    assert [line["code"] for line in missing][:2] == ["receipt", "no-record"]
    (clock,) = ran(desk, "incidents", "--day", "2026-12-05", "--kind", "clock")
    assert clock["what"] == "wall clock set"
    assert len(ran(desk, "search-results", "--person", "9953", "--limit", "3")) == 3
    assert ran(desk, "receipt", codes["fine"])[0]["fits"] is True
    assert ran(desk, "audit", "--act", "session.publish")[0]["said"] == "published a session"
    assert ran(desk, "quarantine") == []


def test_the_shell_refuses_what_is_no_receipt_code(desk: Desk) -> None:
    asked = ["--data", str(desk.hq.folder), "receipt", "hello"]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 9
    assert "hello" in result.output
