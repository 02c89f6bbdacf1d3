"""The bank on pages: looked up, shown as candidates see it, edited by two, reviewed by another."""

import re
import time
from pathlib import Path

import msgspec
import pytest
from banked import FIRST, REVIEWER, fill, own_drafts, review
from desk_world import BY, LIVE, Desk, Page
from flask.testing import FlaskClient

from sync.exam.catalogue import find
from sync.headquarters.content import bank_review, bank_search
from sync.headquarters.content.bank import builtin_bank, builtin_codes
from sync.headquarters.content.bank_items import (
    off_paper,
    paper_item,
    paper_situation,
    sample_drafts,
)
from sync.headquarters.content.bank_keeping import take_samples
from sync.headquarters.content.bank_review import decide, kept_item, save
from sync.headquarters.content.bank_search import Asked, find_items, supplies
from sync.headquarters.content.drafts import LONGEST, Draft, problems
from sync.headquarters.content.likeness import LIKE, NEARLY, likeness, pairs
from sync.headquarters.content.paper_text import paper_text, situation_text
from sync.headquarters.content.qti.writing import tagged, write_item
from sync.headquarters.content_errors import ItemChanged, ItemRefused, ReviewRefused
from sync.headquarters.register import staff
from sync.headquarters.store.bank_tables import bank_cards
from sync.headquarters.web.item_views import changes, seen

ROOT = Path(__file__).parents[2]
FIELD = "直播平台搭建与开播准备"
SHOWN = {"field": FIELD, "task": "直播账号设置", "difficulty": "0.7", "marks": "1"}
TYPED = SHOWN | {"stem": "开播前先做什么？", "option-a": "试播", "option-b": "下播", "key": "a"}


@pytest.fixture
def few(desk: Desk) -> list[Draft]:
    """A few items of our own on the shelf, drafts."""
    drafts = own_drafts()[:12]
    fill(desk, drafts)
    return drafts


@pytest.mark.parametrize("code", builtin_codes())
def test_what_ships_goes_into_the_bank_and_onto_a_paper_as_it_was(code: str) -> None:
    bank = builtin_bank(code)
    for draft, item in zip(sample_drafts(bank), bank.items.values(), strict=True):
        assert (list(problems(draft)), off_paper(draft)) == ([], None)
        made = paper_item(draft)
        for name in ("id", "kind", "field", "task", "difficulty", "stem", "options", "key", "rows"):
            assert getattr(made, name) == getattr(item, name), (item.id, name)
        assert made.choice == item.choice
        if item.situation:
            shared = bank.situations[item.situation]
            told = paper_situation(draft)
            assert (told.text, told.table) == (shared.text, shared.table)


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("甲 &lt; 乙", "甲 < 乙"),
        ("甲<br/>乙", "甲\n乙"),
        ("<p>甲</p><p>乙<strong>丙</strong></p>", "甲\n乙**丙**"),
        ("<ul><li>甲</li><li>乙</li></ul>", "甲\n乙"),
        ("H<sub>2</sub>O", None),
        ('甲<img src="media/p.png" alt="x"/>', None),
        ("<math><mi>x</mi></math>", None),
        ("<table><tr><td>1</td></tr></table>", None),
    ],
)
def test_a_paper_carries_all_of_a_fragment_or_nothing(fragment: str, text: str | None) -> None:
    assert paper_text(fragment) == text


def test_a_shared_stem_may_have_one_plain_table() -> None:
    table = "<table><tr><th>甲</th><th>乙</th></tr><tr><td>1</td><td>2</td></tr></table>"
    assert situation_text(f"<p>材料</p>{table}") == ("材料", (("甲", "乙"), ("1", "2")))
    assert situation_text(f"{table}{table}") is None
    assert situation_text("<table><tr><td colspan='2'>1</td></tr></table>") is None


def test_items_are_found_by_words_tags_difficulty_state_and_use(
    desk: Desk, few: list[Draft]
) -> None:
    review(desk, few[:3])

    def ids(**asked: object) -> list[str]:
        return [one.id for one in find_items(desk.hq, LIVE, Asked(**asked), 100)]  # type: ignore[arg-type]

    assert ids() == sorted(draft.id for draft in few)
    assert ids(text="柑橘 昵称") == [FIRST]
    assert ids(text="%") == []
    assert ids(state="reviewed") == sorted(draft.id for draft in few[:3])
    assert ids(kind="single", field=FIELD, task=few[0].task) == sorted(
        d.id for d in few if d.task == few[0].task and d.kind == "single"
    )
    assert ids(low=88, high=88) == [d.id for d in few if round(100 * (d.difficulty or 0)) == 88]
    assert ids(use="never") == ids()
    assert ids(use="often") == ids(use="once") == []
    assert find_items(desk.hq, "530051-senior", Asked(), 100) == []


def test_the_picture_counts_reviewed_items_within_the_band_only(desk: Desk) -> None:
    drafts = own_drafts()
    singles = [d for d in drafts if (d.kind, d.field, d.situation) == ("single", FIELD, "")]
    singles[0] = msgspec.structs.replace(singles[0], difficulty=0.99)
    fill(desk, singles)
    review(desk, singles[:4])
    decide(desk.hq, REVIEWER, singles[4].id, 1, "retired", "旧法规")
    take_samples(desk.hq, BY, LIVE)
    found = {(s.cell.kind, s.cell.field): s for s in supplies(desk.hq, find(LIVE))}
    here = found["single", FIELD]
    assert (here.drawable, here.difficult, here.waiting) == (3, 1, len(singles) - 5)
    assert here.samples >= here.cell.items
    assert here.forms == 0
    assert found["multiple", FIELD].drawable == 0


def test_two_stems_are_alike_by_the_pairs_of_characters_they_share(
    desk: Desk, few: list[Draft]
) -> None:
    stem = few[0].stem
    near = bank_search.like_items(desk.hq, LIVE, stem.replace("阿诚", "阿明"), "")
    assert near[0][0] == FIRST and LIKE <= near[0][1] < 1
    assert bank_search.like_items(desk.hq, LIVE, stem, FIRST) == []
    assert bank_search.like_items(desk.hq, LIVE, "毫不相干的一句话", "") == []
    assert likeness(pairs(stem), pairs(stem + "。")) == 1 >= NEARLY


def test_an_item_is_shown_as_a_candidate_sees_it(officer: Page, few: list[Draft]) -> None:
    page = officer.get(f"/items/{FIRST}/preview")
    assert 'class="option-text" lang="zh-CN">阿诚家的山地柑橘' in page
    assert "答案" not in page and "好记" not in page
    whole = officer.get(f"/items/{FIRST}")
    assert "好记" in whole and f'src="/items/{FIRST}/preview"' in whole
    answer = officer.client.get(f"/items/{FIRST}/preview")
    assert "frame-ancestors 'self'; script-src 'none'" in answer.headers["Content-Security-Policy"]
    whole = officer.client.get(f"/items/{FIRST}").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in whole


def test_the_preview_has_the_candidates_own_classes() -> None:
    own = (ROOT / "sync/headquarters/web/templates/item_preview.html").read_text("utf-8")
    views = [*(ROOT / "siteapp/web/static/candidate").glob("*-view.js")]
    views += [ROOT / "siteapp/web/static/candidate/stem.js"]
    theirs = " ".join(path.read_text("utf-8") for path in views)
    names = {name for said in re.findall(r'class="([\w -]+)', own) for name in said.split()}
    names -= {"preview", "notice", "warn", "small"}
    assert len(names) > 15
    assert {name for name in names if not re.search(rf'["\s]{name}["\s]', theirs)} == set()


def test_pictures_sound_and_formulas_are_shown_and_nothing_that_acts() -> None:
    stem = (
        '<p onclick="x()">看<img src="media/p.png" alt="图"/><video src="media/v.mp4" controls=""/>'
        '<math><mi>x</mi></math><img src="https://evil.example/p.png" alt=""/>'
        '<img src="media/../../x" alt=""/><script>alert(1)</script></p>'
    )
    shown = seen(Draft("q", "text", stem)).stem
    assert 'src="/bank/media/p.png"' in shown and "</video>" in shown
    assert "<mi>x</mi></math>" in shown
    for bad in ("onclick", "evil", "script", "alert", "../"):
        assert bad not in shown


def test_what_was_changed_is_marked_and_what_stayed_is_not() -> None:
    one = Draft("q", "single", "甲先做？", {"a": "一", "b": "二"}, key=("a",))
    found = {c.name.zh: c.text for c in changes(one, msgspec.structs.replace(one, stem="乙先做？"))}
    assert found == {"题干": "<del>甲</del><ins>乙</ins>先做？"}
    hostile = msgspec.structs.replace(one, reason="&lt;b&gt;")
    assert "&lt;b&gt;" in {c.name.zh: c.text for c in changes(one, hostile)}["解析"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"key": ("a", "b", "a")}, ["the key names an option twice"]),
        ({"key": ("a", "b")}, []),
        ({"rows": {"1": "甲" * (LONGEST + 1)}}, ["a text of over 20000 characters"]),
        ({"reason": "甲\x0b乙"}, ["a control character U+000B in it"]),
        ({"reason": "甲\n\t乙"}, []),
    ],
)
def test_an_item_that_could_not_be_answered_or_written_is_refused(
    change: dict[str, object], said: list[str]
) -> None:
    one = Draft("q", "multiple", "甲？", {"a": "一", "b": "二"}, key=("a",))
    assert [p.en for p in problems(msgspec.structs.replace(one, **change))] == said


@pytest.mark.parametrize("letter", ["甲\n", "甲\n甲"])
def test_a_text_of_very_many_lines_is_compared_without_delay(letter: str) -> None:
    one = Draft("q", "matching", "甲", {"a": "一", "b": "二"}, rows={"1": "乙" + letter * 9000})
    other = msgspec.structs.replace(one, rows={"1": letter * 9000 + "乙"})
    began = time.process_time()
    text = changes(one, other)[0].text
    assert time.process_time() - began < 2
    assert text.count("<del>") == text.count("<ins>") == 1


def saved(officer: Page, item: str, version: int, **typed: str) -> tuple[int, str]:
    data = TYPED | {"version": str(version)} | typed
    answer = officer.client.post(f"/items/{item}/edit", data=data)
    return answer.status_code, answer.text


def test_an_edit_is_a_new_version_and_the_former_stays(
    desk: Desk, officer: Page, few: list[Draft]
) -> None:
    review(desk, few[:1])
    assert saved(officer, FIRST, 1)[0] == 303
    kept = kept_item(desk.hq, FIRST)
    assert (kept.version.number, kept.version.who, kept.state) == (2, "officer", "draft")
    assert kept.draft.stem == "开播前先做什么？" and kept.versions[1].draft == few[0]
    assert "<del>" in officer.get(f"/items/{FIRST}")
    # The same once more is no version.
    assert saved(officer, FIRST, 2)[0] == 303
    assert kept_item(desk.hq, FIRST).version.number == 2


def test_of_two_who_edit_at_once_the_second_is_told_and_keeps_what_was_typed(
    desk: Desk, officer: Page, few: list[Draft]
) -> None:
    assert saved(officer, FIRST, 1, stem="第一个人写的？")[0] == 303
    status, page = saved(officer, FIRST, 1, stem="第二个人写的？")
    assert status == 409
    assert "已有第 2 版" in page and "第二个人写的？</textarea>" in page
    assert kept_item(desk.hq, FIRST).draft.stem == "第一个人写的？"
    # Having seen it, the second may save.
    assert 'name="version" value="2"' in page
    assert saved(officer, FIRST, 2, stem="第二个人写的？")[0] == 303


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"stem": " "}, "题干为空"),
        ({"stem": "长" * 20_001}, "文字超过"),
        ({"field": "没有这个领域"}, "本规格没有工作领域"),
        ({"task": "没有这个任务"}, "工作领域中没有任务"),
        ({"key": "h"}, "答案不在选项内"),
        ({"key": ""}, "答案不在选项内"),
        ({"option-b": "试播"}, "选项重复"),
        ({"option-b": ""}, "选项应为 2"),
        ({"difficulty": "9"}, "难度应为 0–1"),
        ({"marks": "x"}, "分值应为"),
        ({"stem": '看<img src="media/none.png" alt=""/>'}, "题库中没有文件"),
    ],
)
def test_what_is_wrong_is_said_in_place_and_what_was_typed_stays(
    desk: Desk, officer: Page, few: list[Draft], typed: dict[str, str], said: str
) -> None:
    status, page = saved(officer, FIRST, 1, reason="只有我写的解析", **typed)
    assert status == 422
    assert said in page and "只有我写的解析</textarea>" in page
    assert kept_item(desk.hq, FIRST).version.number == 1


def test_scripts_in_a_stem_never_come_to_anybody(
    officer: Page, few: list[Draft], desk: Desk
) -> None:
    stem = '试播<script>alert(1)</script><img src="x" onerror="alert(2)">'
    stem += '<a href="javascript:1">甲</a>？'
    assert saved(officer, FIRST, 1, stem=stem)[0] == 303
    assert kept_item(desk.hq, FIRST).draft.stem == "试播甲？"
    page = officer.client.post("/bank/preview", data=TYPED | {"item": FIRST, "stem": stem}).text
    assert "alert" not in page and "试播甲" in page
    assert officer.client.post("/bank/preview", data={"stem": "长" * 1_000_000}).status_code == 413


def test_a_new_item_is_a_draft_and_its_identifier_is_its_own(desk: Desk, officer: Page) -> None:
    path = f"/bank/{LIVE}/new"
    data = TYPED | {"kind": "single", "id": " ｎ－１ ", "version": "0"}
    assert officer.client.post(path, data=data).status_code == 303
    assert "页面录入" in officer.get("/items/n-1")
    large = officer.client.post(path, data=data | {"stem": "长" * 1_000_000})
    assert (large.status_code, "没有保存" in large.text) == (413, True)
    assert kept_item(desk.hq, "n-1").state == "draft"
    assert officer.client.post(path, data=data | {"stem": "另一题？"}).status_code == 409
    for name in ("", "a/b", "a b", "..", '"x"', "长" * 81):
        answer = officer.client.post(path, data=data | {"id": name})
        assert answer.status_code == 422, name
    for kind in ("truth", "entry", "matching", "ordering", "text", "upload", "none"):
        assert "<form" in officer.get(f"{path}?kind={kind}")


def test_each_kind_is_read_from_its_form(desk: Desk, officer: Page) -> None:
    forms = {
        "multiple": ({"key": ["a", "b"]}, ("a", "b")),
        "truth": ({"key": "b"}, ("b",)),
        "entry": ({"texts": "GMV\r\n成交额\r\n"}, ("GMV", "成交额")),
        "ordering": ({}, ("1 a", "2 b")),
        "matching": (
            {"row-1": "一", "row-2": "二", "with-1": "b", "with-2": "a"},
            ("1 b", "2 a"),
        ),
    }
    for kind, (more, key) in forms.items():
        data = TYPED | {"kind": kind, "id": kind, "version": "0"} | more
        answer = officer.client.post(f"/bank/{LIVE}/new", data=data)
        assert answer.status_code == 303, (kind, answer.text)
        draft = kept_item(desk.hq, kind).draft
        assert (draft.kind, draft.key, list(problems(draft))) == (kind, key, [])
        # Its own form, sent back untouched, changes nothing.
        page = officer.get(f"/items/{kind}/edit")
        assert page.count("开播前先做什么？</textarea>") == 1


def test_what_came_as_qti_stays_whole_when_only_its_tags_change(desk: Desk) -> None:
    plain = msgspec.structs.replace(own_drafts()[0], id="qti-1", title="t")
    draft = msgspec.structs.replace(plain, qti=write_item(plain))
    told = tagged(draft, difficulty=0.5, task="")
    assert 'data-difficulty="0.5"' in told.qti and "data-task" not in told.qti
    assert tagged(told, difficulty=draft.difficulty, task=draft.task).qti == draft.qti


def test_only_another_person_reviews_and_every_step_is_kept(
    desk: Desk, client: FlaskClient, few: list[Draft]
) -> None:
    password = staff.add_member(desk.hq, BY, "tester", ["exam-officer"])
    author = Page(client, "tester", password)
    data = {"version": "1", "state": "reviewed"}
    answer = author.client.post(f"/items/{FIRST}/state", data=data)
    assert answer.status_code == 422 and "须由另一人审核" in answer.text
    with pytest.raises(ReviewRefused):
        decide(desk.hq, REVIEWER, FIRST, 1, "retired", " ")
    decide(desk.hq, REVIEWER, FIRST, 1, "reviewed", "好")
    with pytest.raises(ReviewRefused):
        decide(desk.hq, REVIEWER, FIRST, 1, "reviewed", "再来")
    answer = author.client.post(
        f"/items/{FIRST}/state", data={"version": "1", "state": "retired", "note": "法规已改"}
    )
    assert answer.status_code == 303
    kept = kept_item(desk.hq, FIRST)
    told = [(d.state, d.who, d.note) for d in kept.decisions]
    assert told == [("retired", "tester", "法规已改"), ("reviewed", "reviewer", "好")]


def test_a_review_is_of_the_version_that_was_looked_at(desk: Desk, few: list[Draft]) -> None:
    draft = msgspec.structs.replace(few[0], reason="新的解析")
    assert save(desk.hq, BY, draft, find(LIVE), 1) == 2
    with pytest.raises(ItemChanged):
        decide(desk.hq, REVIEWER, FIRST, 1, "reviewed", "")
    with pytest.raises(ItemChanged):
        save(desk.hq, BY, draft, find(LIVE), 1)
    with pytest.raises(ItemRefused):
        save(desk.hq, BY, msgspec.structs.replace(draft, key=("z",)), find(LIVE), 2)


def test_a_version_that_is_saved_while_another_is_reviewed_stays_a_draft(
    desk: Desk, few: list[Draft], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on PostgreSQL: who reviews has read version 1 when version 2 is committed.
    with desk.hq.store.reading() as db:
        seen_before = bank_review._row(db, FIRST)
    save(desk.hq, REVIEWER, msgspec.structs.replace(few[0], reason="新的解析"), find(LIVE), 1)
    now, rows = bank_review._row, [seen_before]
    monkeypatch.setattr(bank_review, "_row", lambda *a: rows.pop() if rows else now(*a))
    with pytest.raises(ItemChanged):
        decide(desk.hq, REVIEWER, FIRST, 1, "reviewed", "")
    kept = kept_item(desk.hq, FIRST)
    assert (kept.state, kept.version.number, kept.decisions) == ("draft", 2, ())
    decide(desk.hq, BY, FIRST, 2, "reviewed", "")
    assert kept_item(desk.hq, FIRST).state == "reviewed"


def test_samples_come_once_and_are_marked(desk: Desk, officer: Page) -> None:
    assert officer.client.post(f"/bank/{LIVE}/samples").status_code == 303
    count = len(builtin_bank(LIVE).items)
    assert take_samples(desk.hq, BY, LIVE) == 0
    with desk.hq.store.reading() as db:
        rows = db.execute(bank_cards.select()).all()
    assert (len(rows), all(row.sample for row in rows)) == (count, True)
    assert f"样题 {count}" in officer.get(f"/bank/{LIVE}")
    assert officer.get("/bank?lang=en").count(f">{count}</td>") == 1


def test_an_item_of_no_specification_says_so_and_comes_to_one_by_its_file(
    desk: Desk, officer: Page
) -> None:
    drafts = own_drafts()[:1]
    fill(desk, drafts, "")
    assert "1 道题尚未归入" in officer.get("/bank")
    page = officer.get(f"/items/{FIRST}")
    assert "尚未归入任何规格" in page and 'href="/bank"' in page and "/edit" not in page
    fill(desk, drafts)
    assert kept_item(desk.hq, FIRST).specification == LIVE
    assert f"/items/{FIRST}/edit" in officer.get(f"/items/{FIRST}")
