"""Sheets of the calendar and of quotas: looked at, taken whole or not at all."""

import io
import json
import re
from datetime import date, datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import approving
import pytest
from desk_world import BY, LIVE, Desk, Page
from openpyxl import Workbook

from sync.headquarters.register import calendar, quotas
from sync.headquarters.register.quotas import Quota
from sync.headquarters.register.refusals import RegisterSheetRefused
from sync.headquarters.register.sheets import texts_of
from sync.sheet_writer import sheet_bytes
from sync.spreadsheet import sheet_rows

GOOD = [
    "2027",
    "site-01",
    "直播电商",
    "中级",
    "60",
    "50",
    "电子商务、物流，电子商务",
    "专任 6 人",
    "已批准",
]
DAYS = ["2027", "1", "2027-05-28", "14:00-18:00", "2027-05-29", "08:30-12:30", "初级、中级"]


def quota_sheet(*rows: list[str]) -> list[list[str]]:
    """A sheet of quotas."""
    return [list(quotas.COLUMNS), *rows]


def calendar_sheet(*rows: list[str]) -> list[list[str]]:
    """A sheet of the calendar."""
    return [list(calendar.COLUMNS), *rows]


def changed(row: list[str], **cells: str) -> list[str]:
    """The row with some cells changed, by their place (c0, c1 …)."""
    return [cells.get(f"c{i}", cell) for i, cell in enumerate(row)]


def test_the_calendar_of_2024_ships_as_published(desk: Desk) -> None:
    with desk.hq.store.reading() as db:
        found = calendar.of_year(db, 2024)
        assert calendar.of_year(db, 2025) == ()
    assert [one.number for one in found] == [1, 2, 3, 4, 5, 6, 7]
    assert [one.number for one in found if "高级" in one.levels] == [2, 6]
    assert {one.first.hours for one in found} == {"14:00-18:00"}
    assert (found[4].first.day, found[4].second.day) == ("2024-11-22", "2024-11-23")


def test_a_template_can_be_imported_as_it_is_and_changes_nothing(desk: Desk) -> None:
    texts = texts_of(calendar.template())
    assert {line.change for line in calendar.preview(desk.hq, texts).lines} == {"same"}
    assert calendar.take(desk.hq, BY, texts) == 7
    assert texts_of(quotas.template()) == [list(quotas.COLUMNS)]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"c0": "27"}, "year"),
        ({"c1": "x"}, "number"),
        ({"c2": "28 May"}, "a day as"),
        ({"c3": "18:00-14:00"}, "hours"),
        ({"c4": "2027-05-27"}, "later one"),
        ({"c2": "2026-05-28"}, "not in 2027"),
        ({"c6": "特级"}, "levels"),
    ],
)
def test_a_row_of_the_calendar_that_cannot_be_right_is_named(
    desk: Desk, cells: dict[str, str], problem: str
) -> None:
    texts = calendar_sheet(DAYS, changed(DAYS, **({"c1": "2"} | cells)))
    lines = calendar.preview(desk.hq, texts).lines
    assert not lines[0].problems
    assert any(problem in p.en for p in lines[1].problems), lines[1].problems
    with pytest.raises(RegisterSheetRefused):
        calendar.take(desk.hq, BY, texts)
    with desk.hq.store.reading() as db:
        assert calendar.of_year(db, 2027) == ()


def test_half_days_that_overlap_are_refused(desk: Desk) -> None:
    other = changed(DAYS, c1="2", c2="2027-05-29", c3="12:00-15:00", c4="2027-05-30")
    line = calendar.preview(desk.hq, calendar_sheet(DAYS, other)).lines[1]
    assert [p.en for p in line.problems] == ["overlaps sitting 1"]
    after = changed(other, c3="12:30-15:00")
    assert calendar.take(desk.hq, BY, calendar_sheet(DAYS, after)) == 2


def test_importing_a_year_replaces_that_year_alone(desk: Desk) -> None:
    june = changed(DAYS, c1="2", c2="2027-06-01", c4="2027-06-02")
    calendar.take(desk.hq, BY, calendar_sheet(DAYS, june))
    calendar.take(desk.hq, BY, calendar_sheet(changed(DAYS, c1="9")))
    with desk.hq.store.reading() as db:
        assert [one.number for one in calendar.of_year(db, 2027)] == [9]
        assert len(calendar.of_year(db, 2026)) == 1


def test_a_quota_is_read_as_schools_write_it(desk: Desk) -> None:
    assert quotas.take(desk.hq, BY, quota_sheet(GOOD)) == 1
    row = quotas.list_quotas(desk.hq, 2027)[0]
    majors, code = ("电子商务", "物流"), "530051-intermediate"
    said = Quota(2027, "site-01", code, 60, 50, majors, "专任 6 人", "granted")
    assert (row.quota, row.used) == (said, 0)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"c0": "二〇二七"}, "year"),
        ({"c1": "nowhere"}, "no site nowhere"),
        ({"c2": "999999"}, "no such certificate"),
        ({"c3": "特级"}, "no such certificate"),
        ({"c4": "-5"}, "requested"),
        ({"c5": "many"}, "granted"),
        ({"c5": "61"}, "more granted than requested"),
        ({"c8": "也许"}, "state"),
        ({"c8": "待审核"}, "no number granted"),
        ({}, "the same as row 2"),
    ],
)
def test_a_row_of_quotas_that_cannot_be_right_is_named(
    desk: Desk, cells: dict[str, str], problem: str
) -> None:
    texts = quota_sheet(GOOD, changed(GOOD, **cells))
    line = quotas.preview(desk.hq, texts).lines[1]
    assert any(problem in p.en for p in line.problems), line.problems
    with pytest.raises(RegisterSheetRefused):
        quotas.take(desk.hq, BY, texts)
    assert quotas.list_quotas(desk.hq, 2027) == []


def test_a_preview_says_what_each_row_would_do(desk: Desk) -> None:
    quotas.take(desk.hq, BY, quota_sheet(GOOD))
    more = [GOOD, changed(GOOD, c3="高级"), changed(GOOD, c5="40")]
    seen = [quotas.preview(desk.hq, quota_sheet(row)).lines[0].change for row in more]
    assert seen == ["same", "new", "changed"]
    assert [q.quota.granted for q in quotas.list_quotas(desk.hq, 2027)] == [50]


@pytest.mark.parametrize(
    "texts", [[], [["年度"]], quota_sheet(), [[*quotas.COLUMNS, "年度"], GOOD]]
)
def test_a_sheet_without_its_columns_or_rows_is_refused(desk: Desk, texts: list[Any]) -> None:
    with pytest.raises(RegisterSheetRefused):
        quotas.preview(desk.hq, texts)


def test_a_file_that_is_no_sheet_is_refused() -> None:
    for data in (b"", b"not a sheet", approving.docx()):
        with pytest.raises(RegisterSheetRefused):
            texts_of(data)


LAST = "XFD1048576"


def far(data: bytes, place: str = LAST) -> bytes:
    """The same workbook, its first cell moved to another place."""
    moved = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as source, ZipFile(moved, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                row = re.sub("[A-Z]", "", place).encode()
                more = b'<row r="%s"><c r="%s"><v>1</v></c></row>' % (row, place.encode())
                content = content.replace(b"</sheetData>", more + b"</sheetData>")
            target.writestr(name, content)
    return moved.getvalue()


def test_a_sheet_that_asks_for_more_memory_than_there_is_ends_nothing(officer: Page) -> None:
    good = sheet_bytes("x", quotas.COLUMNS, [GOOD])
    for place in (LAST, "A600000"):
        bomb = far(good, place)
        assert len(bomb) < 10_000
        answer = officer.client.post("/quota/preview", data={"sheet": (io.BytesIO(bomb), "q.xlsx")})
        assert answer.status_code == 422
    # The control: the same sheet with that cell in reach.
    assert len(sheet_rows(far(good, "A60"))) == 60


def test_a_cell_keeps_its_kind_on_the_way_from_the_reader() -> None:
    book, made = Workbook(), io.BytesIO()
    row = ["文字", 7, 1.5, True, datetime(2026, 12, 5, 9, 30), date(2026, 12, 5), None, "x"]
    book.active.append(row)
    book.save(made)
    (read,) = sheet_rows(made.getvalue())
    assert read == row
    assert [type(cell) for cell in read[3:6]] == [bool, datetime, date]


def test_the_pages_show_every_row_and_take_all_or_nothing(desk: Desk, officer: Page) -> None:
    def sheet(*rows: list[str]) -> dict[str, Any]:
        data = sheet_bytes("x", quotas.COLUMNS, rows)
        return {"sheet": (io.BytesIO(data), "q.xlsx")}

    bad = officer.client.post("/quota/preview", data=sheet(GOOD, changed(GOOD, c1="<b>no")))
    assert "&lt;b&gt;no" in bad.text
    assert 'name="rows"' not in bad.text
    assert 'name="rows"' in officer.client.post("/quota/preview", data=sheet(GOOD)).text
    assert quotas.list_quotas(desk.hq, 2027) == []
    rows = {"rows": json.dumps(quota_sheet(GOOD))}
    assert officer.client.post("/quota/import", data=rows).status_code == 303
    assert "电子商务" in officer.get("/quota?year=2027")
    hostile = {"rows": json.dumps(quota_sheet(changed(GOOD, c5="99")))}
    assert officer.client.post("/quota/import", data=hostile).status_code == 422
    assert officer.client.post("/quota/import", data={"rows": "[[1]]"}).status_code == 422


def test_the_calendar_page_draws_sittings_sessions_and_who_has_too_few(
    desk: Desk, officer: Page
) -> None:
    desk.session(candidates=4)
    drawn = officer.get("/calendar?year=2026&lang=zh")
    assert drawn.count('class="sat') == 2
    assert drawn.count(" held") >= 1
    assert "不足 40 人" in drawn
    assert officer.get("/calendar?year=2024").count('class="sat') == 14


def test_what_is_used_is_shown_against_what_was_granted(desk: Desk, officer: Page) -> None:
    approving.grant(desk.hq, BY, 4, specification=LIVE)
    desk.session(candidates=4)
    assert "4 / 4" in officer.get("/quota?year=2026")
    approving.grant(desk.hq, BY, 3, specification=LIVE)
    assert "超出" in officer.get("/quota?year=2026")
