"""The bank in a real browser: the preview follows what is typed; no barrier on any of its pages."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from barriers import found
from browsers import Watch
from playwright.sync_api import Page, expect

from sync.headquarters.content.bank_keeping import take_samples
from sync.headquarters.planning import sessions
from sync.headquarters.register import sites, staff
from sync.headquarters.serve import Server
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import create_headquarters
from sync.wire.documents import EnrolmentRequest, sign
from sync.wire.keys import OpeningKey, SigningKey
from sync.words import Words

CODE = "530051-junior"
ITEM = "530051-1-A-Q01"
BY = Stamp("tester", 1_796_000_000_000)
DRAWN = f"/sessions/trial/papers?sitting=live&specification={CODE}&forms=2"
PAGES = (
    "/bank",
    f"/bank/{CODE}?text=昵称",
    f"/bank/{CODE}/import",
    f"/bank/{CODE}/new?kind=matching",
    f"/items/{ITEM}",
    f"/items/{ITEM}/edit",
    f"/items/{ITEM}/preview",
    DRAWN,
    f"{DRAWN}&low=89",
)


@pytest.fixture
def officer(tmp_path: Path, watch: Watch) -> Iterator[Page]:
    """An exam officer at headquarters with the samples in the bank, and a rehearsal to draw for."""
    headquarters = create_headquarters(tmp_path / "hq")
    key, opening = SigningKey.generate(), OpeningKey.generate()
    request = EnrolmentRequest(key.public.to_bytes(), opening.public.to_bytes())
    sites.register(headquarters, BY, request=sign(request, key), site="s1", name="示例考点")
    take_samples(headquarters, BY, CODE)
    sessions.create_session(
        headquarters, BY, session="trial", site="s1", name=Words("试考", "Trial"), room="1",
        kind="rehearsal", starts_at="2026-12-05T09:00+08:00", seed="seed",
    )  # fmt: skip
    password = staff.add_member(headquarters, BY, "officer", ["exam-officer"])
    with headquarters.serving():
        server = Server(headquarters, "127.0.0.1", 0)
        thread = threading.Thread(target=server.run, name="bank")
        thread.start()
        page = watch.machine().new_page()
        page.goto(f"{server.address}/sign-in")
        page.fill("#name", "officer")
        page.fill("#password", password)
        page.get_by_role("button", name="登录").click()
        page.get_by_role("link", name="题库", exact=True).wait_for()
        yield page
        server.stop()
        thread.join()
    headquarters.close()


def at(page: Page, path: str) -> str:
    return page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + path


@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.long)])
def test_the_pages_of_the_bank_have_no_barrier(officer: Page, lang: str) -> None:
    seen = {}
    for path in PAGES:
        officer.goto(at(officer, f"{path}{'&' if '?' in path else '?'}lang={lang}"))
        seen[path] = found(officer)
    assert {path: broken for path, broken in seen.items() if broken} == {}


def test_the_preview_follows_what_is_typed_and_runs_nothing(officer: Page) -> None:
    officer.goto(at(officer, f"/items/{ITEM}/edit"))
    shown = officer.frame_locator("#preview")
    expect(shown.locator("legend")).to_contain_text("设备总功率")
    officer.fill("#stem", "改过的题干？<img src=x onerror=\"document.title='bad'\">")
    expect(shown.locator("legend")).to_have_text("改过的题干？")
    officer.fill("#option-1", "<b>改过的选项</b>")
    expect(shown.locator(".option-text").first).to_have_text("改过的选项")
    expect(shown.locator("table.data")).to_be_visible()
    assert "bad" not in officer.title()
    # The same without our script: the button asks for the same frame.
    officer.get_by_role("button", name="预览").click()
    expect(shown.locator("legend")).to_have_text("改过的题干？")
    officer.get_by_role("button", name="保存为新版本").click()
    expect(officer.locator("h1")).to_contain_text("待审核")
    expect(officer.locator(".changes ins").first).to_be_visible()


def test_a_new_items_preview_has_the_candidates_look(officer: Page) -> None:
    officer.goto(at(officer, f"/bank/{CODE}/new"))
    officer.fill("#stem", "新的题干？")
    officer.fill("#option-1", "甲")
    shown = officer.frame_locator("#preview")
    expect(shown.locator("legend")).to_have_text("新的题干？")
    option = shown.locator("label.option")
    assert option.evaluate("one => getComputedStyle(one).borderTopWidth") == "1px"


def test_papers_are_drawn_looked_at_and_fixed(officer: Page) -> None:
    officer.goto(at(officer, DRAWN))
    expect(officer.locator("td.code", has_text="live-A")).to_be_visible()
    assert officer.locator(".weights .fill").count() == 6
    officer.get_by_role("button", name="确定为 live 的试卷").click()
    expect(officer.locator("table").first).to_contain_text("live-A live-B")
