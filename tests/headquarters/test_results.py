"""Results out, practical marks in."""

from pathlib import Path

import msgspec
import openpyxl
import pytest
import releasing
from desk_world import BY, Desk, Story

from sync.errors import MarksRefused
from sync.headquarters.errors import MarksUnreadable
from sync.headquarters.marking import results
from sync.headquarters.marking.results import import_marks
from sync.headquarters.marking.scoring import score
from sync.headquarters.planning import rosters
from sync.headquarters.planning.samples import sample_rows
from sync.headquarters.released.sheets import HEAD, results_sheet
from sync.headquarters.watch.audits import Filter, list_audit
from sync.sheet_writer import sheet_bytes
from sync.spreadsheet import Cell, read_sheet


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


ONE, TWO = "99530051001", "99530051002"


def scored(desk: Desk) -> Story:
    """One candidate of four has passed theory."""
    story = desk.published()
    attempt = story.start(ONE)
    story.answer_right(attempt, 65)
    story.hand_in(attempt)
    story.close(handed_in=1)
    desk.deliver(story)
    score(desk.hq, BY, "morning")
    return story


def read_back(desk: Desk) -> list[dict[str, object]]:
    """The exported sheet, row by row."""
    path = desk.folder / "out.xlsx"
    path.write_bytes(results_sheet(desk.hq, "morning"))
    head, *rows = read_sheet(path)
    assert tuple(head) == HEAD
    return [dict(zip(HEAD, row, strict=True)) for row in rows]


def sheet(desk: Desk, head: list[str], *rows: list[Cell]) -> Path:
    """A sheet of marks."""
    path = desk.folder / "marks.xlsx"
    path.write_bytes(sheet_bytes("成绩", head, rows))
    return path


def test_the_sheet_says_who_reached_what(desk: Desk) -> None:
    scored(desk)
    rows = read_back(desk)
    first = rows[0]
    assert len(rows) == 4
    assert first["准考证号"] == ONE
    assert first["身份证号"] == sample_rows("530051", 1, 1)[0][2]
    assert (first["证书"], first["等级"]) == ("直播电商", "初级")
    assert (first["理论成绩"], first["结果"]) == (100.0, "待实训成绩")
    assert (first["交卷方式"], first["回执核对"]) == ("考生交卷", "相符")
    assert rows[1]["理论成绩"] == "未收到"


def test_before_scoring_the_sheet_says_so(desk: Desk) -> None:
    desk.published()
    assert {row["结果"] for row in read_back(desk)} == {"未评分"}


@pytest.mark.parametrize("name", ["=1+1", "+86", "-2", "@sum", '=HYPERLINK("http://x")'])
def test_no_cell_can_be_a_formula(bare_desk: Desk, name: str) -> None:
    bare_desk.session()
    rows = sample_rows("530051", 1, 1)
    rows[0][1] = rows[0][4] = name
    file = bare_desk.roster(rows)
    rosters.import_roster(
        bare_desk.hq, BY, session="morning", sitting="live", file=file, replace=True
    )
    releasing.publish(bare_desk.hq, BY, "morning")
    path = bare_desk.folder / "out.xlsx"
    path.write_bytes(results_sheet(bare_desk.hq, "morning"))
    cells = openpyxl.load_workbook(path).active[2]  # type: ignore[index]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert (cells[1].value, cells[1].quotePrefix) == (name, True)


def test_practical_marks_complete_the_result(desk: Desk) -> None:
    scored(desk)
    file = sheet(desk, ["准考证号", "实训成绩"], [ONE, 75], [TWO, "80"])
    assert import_marks(desk.hq, BY, session="morning", file=file) == 2
    rows = read_back(desk)
    assert (rows[0]["实训成绩"], rows[0]["结果"]) == (75.0, "合格")
    assert rows[1]["结果"] == "未收到"


def test_marks_imported_again_replace_the_earlier_ones(desk: Desk) -> None:
    scored(desk)
    for marks in (75, 40):
        file = sheet(desk, ["准考证号", "实训成绩"], [ONE, marks])
        import_marks(desk.hq, BY, session="morning", file=file)
    assert results.result_rows(desk.hq, "morning")[0].outcome == "failed"


def test_marks_in_the_place_of_others_are_in_the_audit_and_the_same_once_more_are_not(
    desk: Desk,
) -> None:
    for one, two in ((75, 60), (40, 60)):
        file = sheet(desk, ["准考证号", "实训成绩"], [ONE, one], [TWO, two])
        import_marks(desk.hq, BY, session="morning", file=file)
    (change,) = list_audit(desk.hq, Filter(act="marks.change"), 9)
    said = msgspec.json.decode(change.what)
    assert (said["admission"], said["before"], said["after"]) == (ONE, 75, 40)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (["00000000000", 75], "no candidate"),
        ([ONE, 101], "0–100"),
        ([ONE, -1], "0–100"),
        ([ONE, "60.5"], "0–100"),
        ([ONE, "优"], "no number"),
        ([ONE, None], "no number"),
        ([99530051001, 75], "not text"),
    ],
)
def test_each_problem_of_the_marks_is_listed_and_nothing_taken(
    desk: Desk, row: list[Cell], problem: str
) -> None:
    scored(desk)
    file = sheet(desk, ["准考证号", "实训成绩"], [TWO, 70], row)
    with pytest.raises(MarksRefused) as caught:
        import_marks(desk.hq, BY, session="morning", file=file)
    assert [p.en.startswith("Row 3") and problem in p.en for p in caught.value.problems] == [True]
    assert {row.practical for row in results.result_rows(desk.hq, "morning")} == {None}


def test_marks_without_their_columns_or_rows_are_refused(desk: Desk) -> None:
    scored(desk)
    for head, rows in ((["准考证号", "分"], [[ONE, 1]]), (["准考证号", "实训成绩"], [])):
        file = sheet(desk, head, *rows)  # type: ignore[arg-type]
        with pytest.raises(MarksRefused):
            import_marks(desk.hq, BY, session="morning", file=file)
    file.write_bytes(b"no sheet")
    with pytest.raises(MarksUnreadable):
        import_marks(desk.hq, BY, session="morning", file=file)
