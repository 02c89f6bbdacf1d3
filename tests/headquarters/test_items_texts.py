"""Moodle XML and GIFT: what we have is read, all else is refused by its name and line."""

import base64
from pathlib import Path

import pytest
from photographed import picture

from sync.headquarters.content.drafts import Draft, Found
from sync.headquarters.content.imports.reading import read_items
from sync.headquarters.content_errors import ImportUnreadable


def moodle(folder: Path, *questions: str) -> Found:
    (folder / "m.xml").write_text(
        f"<?xml version='1.0'?>\n<quiz>\n{''.join(questions)}</quiz>", "utf-8"
    )
    return read_items(folder / "m.xml")


def gift(folder: Path, text: str) -> Found:
    (folder / "g.txt").write_text(text, "utf-8")
    return read_items(folder / "g.txt")


def only(found: Found) -> Draft:
    assert [one.reason.en for one in found.refused] == []
    return found.drafts[0][0]


def question(kind: str, inner: str, text: str = "<p>哪个？</p>") -> str:
    return (
        f'<question type="{kind}"><name><text>n</text></name><questiontext format="html"><text>'
        f"<![CDATA[{text}]]></text></questiontext>{inner}</question>\n"
    )


def answer(share: float, text: str) -> str:
    return f'<answer fraction="{share}" format="html"><text>{text}</text></answer>'


def test_a_multiple_choice_of_moodle(tmp_path: Path) -> None:
    category = (
        '<question type="category"><category><text>$course$/a/选品</text></category></question>'
    )
    inner = answer(50, "甲") + answer(50, "乙") + answer(-50, "丙") + "<single>false</single>"
    inner += "<defaultgrade>2.0</defaultgrade><generalfeedback><text>因</text></generalfeedback>"
    item = only(moodle(tmp_path, category, question("multichoice", inner)))
    assert (item.kind, item.key, item.marks) == ("multiple", ("a", "b"), 2)
    assert (item.field, item.reason, item.stem) == ("选品", "因", "<p>哪个？</p>")


@pytest.mark.parametrize(
    ("kind", "inner", "key"),
    [
        ("multichoice", answer(0, "甲") + answer(100, "乙"), ("b",)),
        ("truefalse", answer(0, "true") + answer(100, "false"), ("b",)),
        ("shortanswer", answer(100, "GMV") + answer(0, "x") + answer(100, "gmv2"), ("GMV", "gmv2")),
        ("numerical", answer(100, "42"), ("42",)),
        ("essay", "", ()),
        (
            "matching",
            "<subquestion><text>一</text><answer><text>甲</text></answer></subquestion>"
            "<subquestion><text>二</text><answer><text>乙</text></answer></subquestion>"
            "<subquestion><text></text><answer><text>丙</text></answer></subquestion>",
            ("1 a", "2 b"),
        ),
    ],
)
def test_the_types_of_moodle_that_we_have(
    tmp_path: Path, kind: str, inner: str, key: tuple[str, ...]
) -> None:
    assert only(moodle(tmp_path, question(kind, inner))).key == key


@pytest.mark.parametrize(
    ("kind", "inner", "reason"),
    [
        ("cloze", "", "type cloze is not supported"),
        ("multichoice", answer(60, "甲") + answer(100, "乙"), "a single choice with part marks"),
        ("multichoice", answer(30, "甲") + "<single>false</single>", "add up to 30%"),
        ("multichoice", answer(0, "甲") + answer(0, "乙"), "there is no key"),
        ("shortanswer", answer(100, "G*"), "a wildcard"),
        ("shortanswer", answer(100, "G") + "<usecase>1</usecase>", "letter cases"),
        ("multichoice", answer(100, "甲").replace("100", "all"), "a fraction is no number"),
    ],
)
def test_what_moodle_has_and_we_do_not_is_refused_by_its_line(
    tmp_path: Path, kind: str, inner: str, reason: str
) -> None:
    found = moodle(tmp_path, question("essay", ""), question(kind, inner))
    refused = found.refused[0]
    assert (refused.line, refused.item, len(found.drafts)) == (4, "n", 1)
    assert reason in refused.reason.en


def test_a_picture_of_moodle_comes_along_and_scripts_do_not(tmp_path: Path) -> None:
    png = base64.b64encode(picture("PNG", (4, 4))).decode()
    text = '<p onclick="x()">t<img src="@@PLUGINFILE@@/p.png" alt="图"/><script>x()</script></p>'
    file = f'<file name="p.png" encoding="base64">{png}</file></questiontext>'
    asked = question("essay", "", text).replace("</questiontext>", file)
    item = only(moodle(tmp_path, asked))
    assert item.stem == f'<p>t<img src="{item.media[0]}" alt="图"/></p>'


@pytest.mark.parametrize(
    ("text", "kind", "key"),
    [
        ("::t:: 哪个？ {=甲 ~乙#不对 ~丙}", "single", ("a",)),
        ("哪些？ {~%50%甲 ~%50%乙 ~%-100%丙}", "multiple", ("a", "b")),
        ("对吗？ {T}", "truth", ("a",)),
        ("对吗？ {FALSE#因为}", "truth", ("b",)),
        ("缩写？ {=GMV =成交\\=额}", "entry", ("GMV", "成交=额")),
        ("连线 {=一 -> 甲 =二 -> 乙}", "matching", ("1 a", "2 b")),
        ("谈谈 {}", "text", ()),
        ("哪个？ {\n=甲\n\n~乙\n}", "single", ("a",)),
        ("// 注\n哪个？ {\n=甲\n~乙\n####因\n}", "single", ("a",)),
    ],
)
def test_the_kinds_of_gift(tmp_path: Path, text: str, kind: str, key: tuple[str, ...]) -> None:
    item = only(gift(tmp_path, text))
    assert (item.kind, item.key) == (kind, key)


def test_a_gap_within_the_text_stays_a_gap_and_escapes_are_taken_off(tmp_path: Path) -> None:
    item = only(gift(tmp_path, "$CATEGORY: a/选品\n\n::题\\:一:: 当 \\{x\\} 时 {=1 ~2} 成立"))
    assert (item.stem, item.title, item.field) == ("当 {x} 时____成立", "题:一", "选品")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("一？ {T}\n二？ {F}\n三？ {T}", 1, "two {answers} in a question (line 2)"),
        ("\n\n没有答案", 3, "there is no {answer}"),
        ("多少？ {#3:2}", 1, "numerical questions"),
        ("一？ {甲}", 1, "begins with neither = nor ~"),
        ("一？ {=%50%甲}", 1, "part marks"),
        ("一？ {~甲 ~乙}", 1, "there is no key"),
        ("一？ {~%40%甲 ~乙}", 1, "add up to 40%"),
        ("一\x01？ {=甲 ~乙}", 1, "a control character U+0001"),
        (f"::{'名' * 256}::一？ {{=甲 ~乙}}", 1, "a title of over 255 characters"),
    ],
)
def test_gift_that_cannot_be_right_is_refused_by_its_line(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    found = gift(tmp_path, text)
    assert (found.drafts, found.refused[0].line) == ((), line)
    assert reason in found.refused[0].reason.en


def test_questions_with_a_blank_line_between_them_are_two(tmp_path: Path) -> None:
    found = gift(tmp_path, "一？ {T}\n\n二？ {F}\n")
    assert [place.line for _, place in found.drafts] == [1, 3]


def test_a_text_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "g.txt").write_bytes("一？ {T}".encode("gbk"))
    with pytest.raises(ImportUnreadable, match="UTF-8"):
        read_items(tmp_path / "g.txt")
