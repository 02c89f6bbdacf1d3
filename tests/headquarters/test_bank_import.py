"""Files of items on pages: every line with its problem, all or nothing; out again as they were."""

import io
import os
import re
import time
import zipfile
from typing import Any

import pytest
from banked import FIRST, fill, own_drafts
from desk_world import BY, LIVE, Desk, Page
from photographed import picture
from test_items_packages import choice, manifest, packed

from sync.bounded import SMALLEST
from sync.exam.catalogue import find
from sync.headquarters.content.bank_arrivals import hold, look, take
from sync.headquarters.content.bank_keeping import held_items
from sync.headquarters.content.imports import apart
from sync.headquarters.content.imports.writing import HEAD
from sync.headquarters.content_errors import ImportRefused, ImportUnreadable
from sync.headquarters.store.schema import audit
from sync.headquarters.web.bodies import MAX_ITEMS_FILE, MAX_STAFF_FILE, bounds
from sync.headquarters.web.guard import COOKIE
from sync.sheet_writer import sheet_bytes

FIELD = "直播平台搭建与开播准备"
PREVIEW, IMPORT = f"/bank/{LIVE}/preview", f"/bank/{LIVE}/import"


def row(name: str, stem: str, field: str = FIELD, key: str = "A", task: str = "") -> list[Any]:
    options = ["试播", "下播", "发货", "退款", "", "", "", ""]
    return [name, "单选题", stem, *options, key, "1", "0.7", "因为", "", field, task]


def sheet(*rows: list[Any]) -> bytes:
    return sheet_bytes("试题", HEAD, rows)


GOOD = sheet(row("n-1", "开播前先做什么？"), row("n-2", "直播后先做什么？"))


def shown(officer: Page, data: bytes, name: str = "题.xlsx", field: str = "") -> tuple[int, str]:
    sent = {"file": (io.BytesIO(data), name), "field": field}
    answer = officer.client.post(PREVIEW, data=sent)
    return answer.status_code, answer.text


def digest_of(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


def test_a_file_is_looked_at_and_then_taken_whole(desk: Desk, officer: Page) -> None:
    fill(desk, own_drafts()[:3])
    status, page = shown(officer, GOOD)
    assert status == 200 and "2 题均无问题，尚未导入：新增 2，更改 0，不变 0" in page
    assert len(held_items(desk.hq)) == 3
    data = {"digest": digest_of(page)}
    assert officer.client.post(IMPORT, data=data).status_code == 303
    assert {"n-1", "n-2", FIRST} < held_items(desk.hq).keys()
    # It is held no longer; handed in again, nothing would change.
    assert officer.client.post(IMPORT, data=data).status_code == 404
    assert "新增 0，更改 0，不变 2" in shown(officer, GOOD)[1]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (row("n-2", "？", key="H"), "答案不在选项内"),
        (row("n-2", "？", field="没有的领域"), "本规格没有工作领域"),
        (row("n-2", "？", field=""), "缺少工作领域"),
        (row("n-2", "？", task="没有的任务"), "工作领域中没有任务"),
        (row("n-1", "另一题？"), "编号重复"),
        (row("n-2", ""), "题干为空"),
        (row("n-2", "长" * 20_001), "文字超过"),
    ],
)
def test_one_bad_line_keeps_all_out_and_is_named(
    desk: Desk, officer: Page, bad: list[Any], said: str
) -> None:
    _, page = shown(officer, sheet(row("n-1", "开播前先做什么？"), bad))
    assert said in page and '<td class="n">3</td>' in page
    assert 'name="digest"' not in page
    digest = hold(desk.hq, "x.xlsx", sheet(row("n-1", "开播前先做什么？"), bad))
    with pytest.raises(ImportRefused):
        take(desk.hq, BY, digest, find(LIVE))
    assert held_items(desk.hq) == {}


@pytest.mark.parametrize("named", ["", "智能家居"])
def test_items_without_a_field_of_ours_may_be_given_one(
    desk: Desk, officer: Page, named: str
) -> None:
    """Moodle's categories are fields of no specification."""
    data = sheet(row("n-1", "开播前先做什么？", field=named))
    assert "可以返回后统一归入一个领域" in shown(officer, data)[1]
    status, page = shown(officer, data, field=FIELD)
    assert status == 200
    officer.client.post(IMPORT, data={"digest": digest_of(page), "field": FIELD})
    assert held_items(desk.hq)["n-1"].draft.field == FIELD


def test_an_identifier_of_another_specification_is_not_taken_away(desk: Desk) -> None:
    take(desk.hq, BY, hold(desk.hq, "x.xlsx", GOOD), find(LIVE))
    other = find("530051-senior")
    digest = hold(desk.hq, "y.xlsx", sheet(row("n-1", "？", field=next(iter(other.work_fields)))))
    assert "编号已用于 530051-junior 的题库" in {
        r.reason.zh for r in look(desk.hq, digest, other).refused
    }


def test_a_stem_that_is_there_already_is_pointed_at(desk: Desk, officer: Page) -> None:
    take(desk.hq, BY, hold(desk.hq, "x.xlsx", GOOD), find(LIVE))
    _, page = shown(officer, sheet(row("n-9", "开播前，先做什么？")))
    assert "题干与 n-1 相同" in page


def test_pictures_come_in_packages_and_are_shown(desk: Desk, officer: Page) -> None:
    files = {"imsmanifest.xml": manifest("i.xml"), "p.png": picture("PNG", (4, 4))}
    files["i.xml"] = choice('<p><img src="p.png" alt="图"/></p>')
    data = packed(desk.folder, files).read_bytes()
    page = shown(officer, data, "p.zip", FIELD)[1]
    officer.client.post(IMPORT, data={"digest": digest_of(page), "field": FIELD})
    name, held = next(iter(held_items(desk.hq).items()))
    preview = officer.get(f"/items/{name}/preview")
    address = f"/bank/{held.draft.media[0]}"
    assert f'src="{address}"' in preview and "不能组卷" in officer.get(f"/items/{name}")
    answer = officer.client.get(address)
    assert (answer.data, answer.mimetype) == (files["p.png"], "image/png")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    officer.get("/bank/media/none.png", 404)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "x.xlsx"),
        (b"PK\x03\x04 no zip", "x.zip"),
        (b"\xff\xfe\x00\x00", "x.txt"),
        (b'<!DOCTYPE q [<!ENTITY a "b">]><quiz>&a;</quiz>', "x.xml"),
        (b"<quiz/>", "../../../etc/passwd"),
    ],
)
def test_what_is_no_file_of_items_is_said_and_does_no_harm(
    desk: Desk, officer: Page, data: bytes, name: str
) -> None:
    status, page = shown(officer, data, name)
    assert status in (200, 422)
    assert 'name="digest"' not in page
    assert {p.name for p in desk.folder.iterdir()} == {"hq"}


def test_zeros_without_end_are_refused_in_bounded_memory(desk: Desk) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed_zeros:
        packed_zeros.writestr("imsmanifest.xml", b"<manifest/>")
        packed_zeros.writestr("zeros.xml", b"\x00" * (65 * 1024 * 1024))
    found = look(desk.hq, hold(desk.hq, "z.zip", out.getvalue()), find(LIVE))
    assert "过大" in found.refused[0].reason.zh


def test_a_reader_that_takes_too_long_is_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = hold(desk.hq, "x.xlsx", GOOD)
    assert look(desk.hq, digest, find(LIVE)).good
    monkeypatch.setattr(apart, "PATIENCE_S", 0.01)
    with pytest.raises(ImportUnreadable):
        look(desk.hq, digest, find(LIVE))


def test_files_nobody_took_go_away(desk: Desk) -> None:
    old = hold(desk.hq, "x.xlsx", GOOD)
    folder = desk.hq.folder / "incoming" / f"items-{old}"
    past = time.time() - 7 * 3600
    os.utime(folder, (past, past))
    hold(desk.hq, "y.xlsx", sheet(row("n-1", "？")))
    assert not folder.exists()


def test_what_goes_out_comes_back_the_same_and_is_recorded(desk: Desk, officer: Page) -> None:
    fill(desk, own_drafts()[:8])
    data = officer.client.get(f"/bank/{LIVE}/export.zip").data
    assert "不变 8" in shown(officer, data, "b.zip")[1]
    table = officer.client.get(f"/bank/{LIVE}/export.xlsx").data
    assert "8 题均无问题" in shown(officer, table)[1]
    with desk.hq.store.reading() as db:
        acts = [one.act for one in db.execute(audit.select())]
    assert acts.count("items.export") == 2
    officer.get("/bank/530051-senior/export.zip", 404)


def test_large_files_are_for_those_who_are_signed_in(desk: Desk, officer: Page) -> None:
    most = bounds(desk.hq)
    cookie = officer.client.get_cookie(COOKIE)
    assert cookie is not None
    signed = {"COOKIE": f"{COOKIE}={cookie.value}"}
    assert most(PREVIEW, signed) == MAX_ITEMS_FILE
    assert most(IMPORT, signed) == MAX_STAFF_FILE
    assert most(PREVIEW, {}) == most("/bank/preview", {}) == SMALLEST
