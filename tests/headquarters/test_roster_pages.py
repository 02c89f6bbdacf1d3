"""Rosters at the desk: every row with its problems, all or nothing; photos and time on the page."""

import base64
import io
import re
import zipfile
from typing import Any

import photographed
import pytest
from click.testing import CliRunner
from desk_world import BY, Desk, Page

from sync.errors import RosterRefused
from sync.exam.roster import COLUMNS
from sync.headquarters.cli import main
from sync.headquarters.planning import rosters
from sync.headquarters.planning.roster_preview import preview_roster
from sync.headquarters.planning.samples import sample_rows
from sync.headquarters.store.schema import audit
from sync.sheet_writer import sheet_bytes

PLACE = "/rosters/morning"


@pytest.fixture
def desk(bare_desk: Desk) -> Desk:
    """A draft session with a roster of four."""
    bare_desk.session()
    return bare_desk


def people(desk: Desk) -> list[str]:
    with desk.hq.store.reading() as db:
        return [one.admission for one in rosters.candidate_plans(db, "morning")]


def sent(rows: list, **more: str) -> dict[str, Any]:
    file = io.BytesIO(sheet_bytes("x", COLUMNS, rows))
    return {"sheet": (file, "r.xlsx"), "sitting": "live", **more}


def rows(count: int = 6) -> list[list]:
    return sample_rows("530051", count, 1)


def test_each_row_has_its_own_problems_and_the_good_ones_have_none(desk: Desk) -> None:
    given = rows()
    given[1][2] = given[1][2][:-1]
    given[3][0] = given[0][0]
    found = preview_roster(
        desk.hq, BY, session="morning", sitting="live", file=desk.roster(given), replace=True
    )
    wrong = {row.number: [p.zh for p in row.problems] for row in found.rows if row.problems}
    assert wrong.keys() == {3, 5}
    assert "身份证号应为 18 位" in wrong[3]
    assert any("重复" in said and "第 2 行" in said for said in wrong[5])
    assert not any(said.startswith("第 ") for said in wrong[3])
    assert (found.wrong, found.good, len(found.rows)) == (2, False, 6)


def test_a_preview_changes_nothing_not_even_the_record(desk: Desk) -> None:
    before, count = people(desk), len(desk_audit(desk))
    found = preview_roster(
        desk.hq, BY, session="morning", sitting="live", file=desk.roster(rows()), replace=True
    )
    assert found.good
    assert (people(desk), len(desk_audit(desk))) == (before, count)


def desk_audit(desk: Desk) -> list[Any]:
    with desk.hq.store.reading() as db:
        return list(db.execute(audit.select()).all())


def test_what_speaks_against_the_whole_is_said_without_a_row(desk: Desk) -> None:
    file = desk.roster(rows())
    there = preview_roster(desk.hq, BY, session="morning", sitting="live", file=file)
    assert (there.wrong, there.good, bool(there.refused)) == (0, False, True)
    no_column = [list(COLUMNS[:-1]), *[row[:-1] for row in rows()]]
    file.write_bytes(sheet_bytes("x", no_column[0], no_column[1:]))
    found = preview_roster(desk.hq, BY, session="morning", sitting="live", file=file, replace=True)
    assert [one.zh for one in found.refused] == ["缺少列：座位号"]


def test_the_page_previews_in_both_languages_and_then_takes_all(desk: Desk, officer: Page) -> None:
    bad = rows()
    bad[0][1] = "<b>no\nbody"
    answer = officer.client.post(f"{PLACE}/preview?lang=en", data=sent(bad, replace="1"))
    assert "&lt;b&gt;no" in answer.text and "holds a line break" in answer.text
    assert 'name="sheet"' not in answer.text
    good = officer.client.post(f"{PLACE}/preview?lang=zh", data=sent(rows(), replace="1"))
    assert len(people(desk)) == 4
    sheet = re.search(r'name="sheet" hidden>([^<]+)<', good.text)
    assert sheet
    given = {"sheet": sheet[1], "sitting": "live", "replace": "1"}
    assert officer.client.post(f"{PLACE}/import", data=given).status_code == 303
    assert len(people(desk)) == 6


def test_a_changed_form_is_checked_again_and_nothing_is_half_taken(
    desk: Desk, officer: Page
) -> None:
    bad = rows()
    bad[5][2] = "1"
    data = base64.b64encode(sheet_bytes("x", COLUMNS, bad)).decode()
    given = {"sheet": data, "sitting": "live", "replace": "1"}
    assert officer.client.post(f"{PLACE}/import", data=given).status_code == 422
    assert officer.client.post(f"{PLACE}/import", data=given | {"sheet": "?"}).status_code == 422
    assert len(people(desk)) == 4


def test_photos_and_more_time_are_given_on_the_page(desk: Desk, officer: Page) -> None:
    first = people(desk)[0]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{first}.jpg", photographed.picture())
    data = {"photos": (io.BytesIO(packed.getvalue()), "p.zip")}
    assert officer.client.post(f"{PLACE}/photos", data=data).status_code == 303
    given = {"admission": first, "minutes": "20", "reason": "批准"}
    assert officer.client.post(f"{PLACE}/extra-time", data=given).status_code == 303
    page = officer.get(PLACE)
    assert "缺照片 3" in page and "+20 分钟" in page
    for wrong in ({"minutes": "-1"}, {"minutes": "x"}, {"reason": " "}, {"admission": "nobody"}):
        assert officer.client.post(f"{PLACE}/extra-time", data=given | wrong).status_code >= 400


def test_the_shell_previews_too_and_its_status_says_whether_it_is_good(desk: Desk) -> None:
    bad = rows()
    bad[2][5] = "0"
    asked = ["roster", "import", str(desk.roster(bad)), "--session", "morning", "--sitting", "live"]
    command = ["--data", str(desk.hq.folder), "--lang", "en", *asked, "--replace", "--preview"]
    wrong = CliRunner().invoke(main, command)
    assert wrong.exit_code == RosterRefused.exit_status
    assert "seat must be 1–9999" in wrong.output
    desk.roster(rows())
    good = CliRunner().invoke(main, command)
    assert (good.exit_code, "not imported" in good.output) == (0, True)
    assert len(people(desk)) == 4
