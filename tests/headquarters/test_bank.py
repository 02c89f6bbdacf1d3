"""The banks that ship, and banks with one fault each."""

from collections import Counter
from pathlib import Path

import pytest

from sync.errors import BankRefused, BlueprintUnmet, NotFound
from sync.exam.catalogue import find
from sync.exam.drawing import draw_parallel, draw_practical, draw_theory
from sync.exam.items import Bank, Item
from sync.headquarters.content.bank import builtin_bank, builtin_codes, load_bank
from sync.headquarters.content.bank_rules import like_stems, share_problems

LIVE = find("530051-junior")
# Banks with two forms of theory that share nothing, and a task for each practical module.
WHOLE = (
    "530051-junior",
    "530051-intermediate",
    "530051-senior",
    "560003-junior",
    "560003-intermediate",
    "560003-senior",
    "4-01-02-07-A4",
)
HEAD = 'qualification = "530051"\nlevel = "初级"\nfield = "直播执行"\n'
SINGLE = """
[[item]]
id = "530051-1-B-S01"
kind = "single"
task = "直播预热"
difficulty = 0.6
stem = "开播前一天发布预热视频，主要目的是什么？"
key = ["a"]
reason = "预热让观众提前知道时间。"
options = { a = "说明开播时间", b = "提高商品库存", c = "减少讲解时间", d = "降低房间灯光" }
why = { b = "误解", c = "误解", d = "误解" }
"""
MULTIPLE = """
[[item]]
id = "530051-1-B-M01"
kind = "multiple"
task = "直播预热"
difficulty = 0.5
stem = "下列哪些渠道可以用来发布直播预告？"
key = ["a", "b"]
reason = "都能触达观众。"
options = { a = "粉丝群公告", b = "短视频主页", c = "仓库的货架", d = "财务的账本" }
why = { c = "误解", d = "误解" }
"""
SCENARIO = f"""
[[situation]]
id = "530051-1-B-C01"
title = "预热数据"
text = "{"某店铺连续三天发布预热视频，每天记录播放量和预约人数。" * 3}"
table = [["日期", "预约"], ["周一", "120"]]

[[item]]
id = "530051-1-B-Q01"
kind = "scenario"
situation = "530051-1-B-C01"
choose = "one"
task = "直播预热"
difficulty = 0.5
stem = "三天之中哪一天的预约人数最多？"
key = ["a"]
reason = "看表。"
options = {{ a = "周一", b = "周二", c = "周三", d = "周四" }}
why = {{ b = "误读", c = "误读", d = "误读" }}
"""
GOOD = HEAD + SINGLE + MULTIPLE + SCENARIO

TASK = """
qualification = "530051"
level = "初级"
module = "直播执行"

[task]
id = "530051-1-P-B1"
title = "直播预热"
minutes = 60
situation = "某店铺准备开播。"
materials = [{ file = "materials/sheet.csv", title = "商品表" }]

[[task.deliverable]]
id = "d1"
kind = "text"
title = "文案"
prompt = "写一段文案。"

[[task.deliverable]]
id = "d2"
kind = "file"
title = "海报"
prompt = "做一张海报。"
accept = [".png"]
""" + "".join(
    f"""
[[task.criterion]]
id = "c{n}"
deliverable = "d{1 + n % 2}"
title = "要点"
marks = {marks}
full = "全"
half = "半"
none = "无"
"""
    for n, marks in enumerate((10, 10, 10, 15), start=1)
)


def write(folder: Path, text: str, name: str = "b.toml") -> Path:
    """A bank folder with one more file."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder


def refusal(folder: Path) -> list[str]:
    """The problems of a bank, in English."""
    with pytest.raises(BankRefused) as caught:
        load_bank(folder, LIVE)
    assert caught.value.exit_status == 6
    return [problem.en for problem in caught.value.problems]


def test_a_good_bank_is_read_as_written(tmp_path: Path) -> None:
    bank = load_bank(write(tmp_path / "bank", GOOD), LIVE)
    assert list(bank.items) == ["530051-1-B-S01", "530051-1-B-M01", "530051-1-B-Q01"]
    assert bank.items["530051-1-B-M01"].key == ("a", "b")
    assert bank.items["530051-1-B-S01"].field == "直播执行"
    assert bank.situations["530051-1-B-C01"].table[1] == ("周一", "120")


@pytest.mark.parametrize(
    ("change", "to", "problem"),
    [
        ('"530051-1-B-M01"', '"530051-1-B-S01"', "id also in"),
        ('"530051-1-B-M01"', '"530051-1-B-X01"', "must be like"),
        ('task = "直播预热"', 'task = "商品发布与设置"', "not of the field"),
        ('field = "直播执行"', 'field = "不存在"', "no field"),
        ("difficulty = 0.6", "difficulty = 0.95", "difficulty"),
        ('reason = "看表。"', 'reason = ""', "reason"),
        ("主要目的是什么？", "主要目的是什么：", "question mark"),
        ("开播前一天发布预热视频，主要目的是什么？", "是什么？", "stem of"),
        ("下列哪些渠道可以", "下列哪些渠道不能", "not stressed"),
        ("开播前一天", "**开播前一天", "odd number"),
        (
            ', d = "降低房间灯光" }\nwhy = { b = "误解", c = "误解", d',
            ' }\nwhy = { b = "误解", c',
            "3 options",
        ),
        ('b = "提高商品库存"', 'b = "说明开播时间"', "two equal options"),
        ('b = "提高商品库存"', 'b = "说明开播"', "within another"),
        ('d = "降低房间灯光"', 'd = "以上都对"', "以上都"),
        ('d = "降低房间灯光"', f'd = "{"很" * 40}"', "longest option"),
        ('key = ["a", "b"]', 'key = ["a"]', "2 to 4 keys"),
        ('key = ["a"]\nreason = "预热', 'key = ["e"]\nreason = "预热', "not within the options"),
        ('key = ["a"]\nreason = "预热', 'key = ["a", "b"]\nreason = "预热', "one key"),
        ('c = "误解", d = "误解" }\n\n[[situation', 'c = "误解" }\n\n[[situation', "why must have"),
        ('situation = "530051-1-B-C01"', 'situation = "530051-1-B-C02"', "its situation"),
        ("每天记录播放量和预约人数。", "。", "not 80–200"),
        ('["周一", "120"]', '["周一"]', "differ in length"),
        ('kind = "multiple"', 'kind = "essay"', "wrong shape"),
        ('kind = "multiple"', 'kind = "multiple"\nextra = 1', "wrong shape"),
        ('qualification = "530051"', 'qualification = "560003"', "not 530051"),
        ('level = "初级"', 'level = "中级"', "not junior"),
        ('level = "初级"', "level =", "not TOML"),
        ('level = "初级"\n', "", "wrong head"),
    ],
)
def test_each_fault_of_a_theory_file_is_named_with_its_file(
    tmp_path: Path, change: str, to: str, problem: str
) -> None:
    assert change in GOOD
    problems = refusal(write(tmp_path / "bank", GOOD.replace(change, to)))
    assert any(problem in one and one.startswith("b.toml") for one in problems), problems


def test_a_situation_that_no_item_uses_is_refused(tmp_path: Path) -> None:
    unused = SCENARIO[: SCENARIO.index("[[item]]")]
    assert "no item uses" in refusal(write(tmp_path / "bank", HEAD + SINGLE + unused))[0]


def test_all_problems_of_all_files_are_listed_at_once(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "bank", GOOD.replace("0.6", "0.1").replace('key = ["a", "b"]', "key = []")
    )
    write(folder, HEAD.replace("直播执行", "没有"), "c.toml")
    problems = refusal(folder)
    assert {p.split(".toml")[0] for p in problems} == {"b", "c"}
    assert len(problems) >= 3


def test_a_practical_task_that_adds_up_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path / "bank", TASK)
    (folder / "materials").mkdir()
    (folder / "materials" / "sheet.csv").write_text("a")
    assert load_bank(folder, LIVE).tasks["530051-1-P-B1"].marks == 45


@pytest.mark.parametrize(
    ("change", "to", "problem"),
    [
        ("marks = 15", "marks = 14", "add up to 44"),
        ('module = "直播执行"', 'module = "别的"', "no module"),
        ('deliverable = "d2"', 'deliverable = "d9"', "do not match"),
        ('accept = [".png"]\n', "", "accept is for files"),
        ("materials/sheet.csv", "materials/none.csv", "is missing"),
        ("materials/sheet.csv", "materials/../../x", "not in materials"),
        ('id = "c2"', 'id = "c1"', "given twice"),
    ],
)
def test_each_fault_of_a_practical_task_is_named(
    tmp_path: Path, change: str, to: str, problem: str
) -> None:
    folder = write(tmp_path / "bank", TASK.replace(change, to))
    (folder / "materials").mkdir()
    (folder / "materials" / "sheet.csv").write_text("a")
    assert any(problem in one for one in refusal(folder))


def test_a_material_over_two_megabytes_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "bank", TASK)
    (folder / "materials").mkdir()
    (folder / "materials" / "sheet.csv").write_bytes(bytes(2 * 1024 * 1024 + 1))
    assert "over 2 MB" in refusal(folder)[0]


def item(number: int, key: str, kind: str = "single", stem: str = "") -> Item:
    """An item of which only key, kind and stem matter."""
    options = {o: f"做法{o}" for o in "abcd"}
    return Item(
        f"i{number}", kind, "f", "t", 0.5, stem or f"第{number}题？", options, tuple(key), "r", {}
    )  # type: ignore[arg-type]


def test_keys_that_do_not_spread_are_noticed_in_a_file_of_twenty() -> None:
    spread = [item(n, "abcd"[n % 4]) for n in range(20)]
    assert not list(share_problems(spread))
    bunched = [item(n, "a" if n < 8 else "bcd"[n % 3]) for n in range(20)]
    assert any("key a in 8 of 20" in p.en for p in share_problems(bunched))
    assert not list(share_problems(bunched[:19]))


def test_one_combination_of_keys_too_often_is_noticed() -> None:
    singles = [item(n, "abcd"[n % 4]) for n in range(20)]
    many = [
        item(n, "ab" if n < 6 else ("ac", "bd", "cd", "abc")[n % 4], "multiple") for n in range(20)
    ]
    assert [p.en for p in share_problems(singles + many)] == [
        "key ab in 6 of 20 multiple items, over 25 %"
    ]


def test_stems_that_are_nearly_equal_are_paired() -> None:
    one = item(1, "a", stem="直播间灯光过暗时，场控首先应当检查哪一项设置？")
    same = item(2, "a", stem="直播间灯光过暗时，场控首先应当检查哪一项的设置？")
    other = item(3, "a", stem="顾客申请七日无理由退货时，客服应当怎样回复？")
    assert list(like_stems([one, same, other])) == [("i1", "i2")]


@pytest.mark.parametrize("code", builtin_codes())
def test_the_banks_that_ship_keep_every_rule_and_fill_a_form(code: str) -> None:
    bank, specification = builtin_bank(code), find(code)
    form = draw_theory(bank, specification, "f", "seed")
    assert len(form.items()) == sum(p.items for p in specification.component("theory").parts)


@pytest.mark.parametrize("code", WHOLE)
def test_neighbours_get_two_forms_that_share_nothing_and_are_equally_hard(code: str) -> None:
    bank, specification = builtin_bank(code), find(code)
    one, other = draw_parallel(bank, specification, ["a", "b"], "seed")
    assert one.shared == other.shared == 0
    assert not {s.id for s in one.form.situations} & {s.id for s in other.form.situations}
    assert one.easiness is not None and one.easiness == pytest.approx(other.easiness, abs=1)
    # Control: a bank of one form's items gives both neighbours the same.
    half = {item.id: bank.items[item.id] for item in one.form.items()}
    smaller = Bank(code, half, bank.situations, bank.tasks)
    assert draw_parallel(smaller, specification, ["a", "b"], "seed")[0].shared == len(half)


@pytest.mark.parametrize("code", builtin_codes())
def test_each_module_has_a_task_whose_marks_are_its_weight(code: str) -> None:
    bank, specification = builtin_bank(code), find(code)
    weights = {w.name: w.weight for w in specification.component("practical").weights}
    form = draw_practical(bank, specification, "p", "seed")
    assert {bank.tasks[t.id].module: t.marks for t in form.tasks} == weights
    assert sum(t.minutes for t in form.tasks) == specification.component("practical").minutes


def test_the_bank_of_live_stream_commerce_is_complete() -> None:
    bank = builtin_bank("530051-junior")
    kinds = [i.kind for i in bank.items.values()]
    assert kinds.count("single") >= 90
    assert kinds.count("multiple") >= 90
    assert kinds.count("scenario") >= 15
    modules = [task.module for task in bank.tasks.values()]
    assert all(modules.count(w.name) >= 2 for w in LIVE.component("practical").weights)


def test_the_product_selectors_theory_is_drawn_by_the_published_weights() -> None:
    bank, specification = builtin_bank("4-01-02-07-A4"), find("4-01-02-07-A4")
    assert len(bank.items) >= 75
    form = draw_theory(bank, specification, "a", "seed")
    found: Counter[str] = Counter()
    for part in form.parts:
        for item in part.items:
            found[bank.items[item.id].field] += part.marks_each
    assert found == {w.name: w.weight for w in specification.component("theory").weights}


def test_a_bank_too_small_for_a_cell_names_the_cell(tmp_path: Path) -> None:
    bank = load_bank(write(tmp_path / "bank", GOOD), LIVE)
    with pytest.raises(BlueprintUnmet) as caught:
        draw_theory(bank, LIVE, "f", "seed")
    assert caught.value.facts["found"] < caught.value.facts["needed"]


def test_a_bank_that_does_not_ship_is_not_found() -> None:
    with pytest.raises(NotFound):
        builtin_bank("530051-nobody")
