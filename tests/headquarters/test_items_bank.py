"""Items in the bank: in whole or not at all, out as QTI and back without a change."""

import json
from pathlib import Path

import pytest
from desk_world import BY, Desk
from photographed import picture
from test_items_cli import run
from test_items_packages import choice, manifest, packed
from test_items_sheets import SINGLE, WIDE

from sync.headquarters.content.bank_keeping import Kept, held_items, keep, media_of
from sync.headquarters.content.drafts import Draft, Found, Place
from sync.headquarters.content.imports.reading import read_items
from sync.headquarters.content.imports.writing import package
from sync.headquarters.content.qti.scoring import score_item
from sync.headquarters.content.qti.writing import write_item
from sync.sheet_writer import sheet_bytes

AB = {"a": "甲", "b": "<b>乙</b>"}
DRAFTS = (
    Draft(
        "q-1", "single", "哪个？", AB, key=("b",), marks=2, difficulty=0.5, reason="因", task="t"
    ),
    Draft("q-2", "multiple", "哪些？", AB, key=("a", "b"), field="领域"),
    Draft("q-3", "truth", "对？", {"a": "正确", "b": "错误"}, key=("a",), situation="<p>材料</p>"),
    Draft("q-4", "entry", "缩写？", key=("GMV", "gmv 2"), marks=1.5),
    Draft("q-5", "text", "谈谈"),
    Draft("q-6", "upload", "交文件"),
    Draft("q-7", "ordering", "排序", AB, key=("1 b", "2 a")),
    Draft("q-8", "matching", "连线", AB, {"1": "一", "2": "二"}, ("1 b", "2 a")),
)
MADE = {"title", "qti"}


def found(*drafts: Draft) -> Found:
    return Found(tuple((draft, Place("x.xlsx", n)) for n, draft in enumerate(drafts, 2)), ())


@pytest.mark.parametrize("draft", DRAFTS, ids=lambda draft: draft.kind)
def test_an_item_that_is_written_reads_as_it_was(tmp_path: Path, draft: Draft) -> None:
    (tmp_path / "i.xml").write_text(write_item(draft), "utf-8")
    back = read_items(tmp_path / "i.xml").drafts[0][0]
    names = [name for name in draft.__struct_fields__ if name not in MADE]
    assert [getattr(back, name) for name in names] == [getattr(draft, name) for name in names]
    assert write_item(back) == back.qti == write_item(draft)


@pytest.mark.parametrize(
    ("number", "said", "score"),
    [
        (0, "b", 2),
        (0, "a", 0),
        (1, ["b", "a"], 1),
        (1, ["a"], 0),
        (2, "a", 1),
        (3, "ｇmv", 0),
        (3, "gmv", 1.5),
        (6, ["b", "a"], 1),
        (7, ["2 a", "1 b"], 1),
        (7, ["1 a", "2 b"], 0),
    ],
)
def test_what_is_written_scores_as_its_key_says(number: int, said: object, score: float) -> None:
    outcomes = score_item(write_item(DRAFTS[number]).encode(), {"RESPONSE": said})
    assert outcomes["SCORE"] == score


def test_items_go_out_as_a_package_and_come_back_as_they_were(desk: Desk) -> None:
    files = {"imsmanifest.xml": manifest("i.xml"), "p.png": picture("PNG", (4, 4))}
    files["i.xml"] = choice('<p><img src="p.png" alt=""/></p>')
    came = read_items(packed(desk.folder, files))
    assert keep(desk.hq, BY, came, "p.zip") == Kept(1, 0, 0)
    keep(desk.hq, BY, found(*DRAFTS), "x.xlsx")
    drafts = [one.draft for one in held_items(desk.hq).values()]
    made = package(drafts, media_of(desk.hq, drafts))
    (desk.folder / "out.zip").write_bytes(made)
    back = read_items(desk.folder / "out.zip")
    assert back.refused == ()
    assert keep(desk.hq, BY, back, "out.zip") == Kept(0, 0, 9)
    again = [draft for draft, _ in back.drafts]
    assert package(again, back.media) == made


def test_an_item_that_changed_gets_a_version_and_the_former_one_stays(desk: Desk) -> None:
    keep(desk.hq, BY, found(DRAFTS[0]), "x.xlsx")
    changed = Draft("q-1", "single", "哪个呢？", AB, key=("a",))
    assert keep(desk.hq, BY, found(changed, DRAFTS[1]), "y.xlsx") == Kept(1, 1, 0)
    held = held_items(desk.hq, ["q-1"])["q-1"]
    assert (held.version, held.state, held.draft) == (2, "draft", changed)


def test_a_fault_on_the_way_leaves_nothing_behind(desk: Desk) -> None:
    broken = found(DRAFTS[0], DRAFTS[1])
    twice = Found((*broken.drafts, broken.drafts[0]), ())
    with pytest.raises(Exception, match=r"(?i)unique"):
        keep(desk.hq, BY, twice, "x.xlsx")
    assert held_items(desk.hq) == {}


def sheet(folder: Path, *rows: list[object]) -> str:
    texts = [[str(cell) for cell in row] + [""] * (len(WIDE) - len(row)) for row in rows]
    (folder / "s.xlsx").write_bytes(sheet_bytes("s", WIDE, texts))
    return str(folder / "s.xlsx")


def test_the_command_imports_all_or_nothing_and_says_why(desk: Desk) -> None:
    desk.hq.close()
    path = sheet(desk.folder, SINGLE, ["单选题", "二？", "甲", "乙", "", "", "C"])
    tried = run(desk.folder, "import", path, "--json")
    report = json.loads(tried.stdout)
    assert (tried.exit_code, report["imported"]) == (6, 0)
    assert [(r["line"], r["code"]) for r in report["refused"]] == [(3, "item-refused")]
    assert "import-refused]" in run(desk.folder, "import", path).output
    assert run(desk.folder, "export", str(desk.folder / "o.zip")).exit_code == 9
    dry = json.loads(run(desk.folder, "import", path, "--dry-run", "--json").stdout)
    assert (dry["imported"], dry["dry_run"]) == (1, True)
    taken = run(desk.folder, "import", path, "--skip-refused", "--json")
    assert (taken.exit_code, json.loads(taken.stdout)["new"]) == (0, 1)
    assert "Written" in run(desk.folder, "export", str(desk.folder / "o.zip")).output
    assert "Written" in run(desk.folder, "export", str(desk.folder / "o.xlsx")).output
    again = json.loads(run(desk.folder, "import", str(desk.folder / "o.zip"), "--json").stdout)
    assert (again["same"], again["new"]) == (1, 0)


def test_a_dry_run_needs_no_headquarters_and_the_form_can_be_had(tmp_path: Path) -> None:
    assert run(tmp_path, "template", str(tmp_path / "t.xlsx")).exit_code == 0
    tried = run(tmp_path, "import", str(tmp_path / "t.xlsx"), "--dry-run", "--json")
    assert (tried.exit_code, json.loads(tried.stdout)["imported"]) == (0, 4)
