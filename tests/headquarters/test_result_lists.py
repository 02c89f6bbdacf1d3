"""The bytes of a list of results: digest, codes, differences."""

import hashlib
import json

import pytest
from msgspec.structs import replace

from sync.headquarters.released.lists import (
    Line,
    Reached,
    ResultList,
    differences,
    normal_code,
)
from sync.words import Words

THEORY = Reached("theory", Words("理论考核", "theory"), "passed", 80, 100, 60)
LINE = Line(
    admission="99530051001",
    name="示例考生01",
    identity="110101199001011237",
    sex="女",
    school="示例学校",
    specification="530051-junior",
    certificate=Words("直播电商", "Live commerce"),
    level=Words("初级", "junior"),
    edition="2021",
    components=(THEORY,),
    outcome="passed",
)
LIST = ResultList(
    session="am",
    release=1,
    name=Words("上午", "Morning"),
    site="site-01",
    site_name="示例考点",
    starts_at="2026-12-05T09:00+08:00",
    lines=(LINE,),
)


def test_the_digest_is_what_the_specification_says() -> None:
    head = {
        "lines": 1, "name": ["上午", "Morning"], "release": 1, "session": "am", "site": "site-01",
        "site_name": "示例考点", "starts_at": "2026-12-05T09:00+08:00",
    }  # fmt: skip
    line = {
        "admission": "99530051001", "certificate": ["直播电商", "Live commerce"],
        "components": [
            {"marks": 80, "name": "theory", "needed": 60, "of": 100, "state": "passed",
             "title": ["理论考核", "theory"]}
        ],
        "edition": "2021", "identity": "110101199001011237", "level": ["初级", "junior"],
        "name": "示例考生01", "outcome": "passed", "school": "示例学校", "sex": "女",
        "specification": "530051-junior",
    }  # fmt: skip
    told = [json.dumps(x, ensure_ascii=False, separators=(",", ":")) for x in (head, line)]
    data = "\n".join(["examsite-result-list-1", *told, ""]).encode()
    assert hashlib.sha256(data).hexdigest() == LIST.digest


@pytest.mark.parametrize(
    "change",
    [
        {"release": 2},
        {"session": "pm"},
        {"lines": ()},
        {"lines": (LINE, LINE)},
        {"lines": (replace(LINE, outcome="failed"),)},
        {"lines": (replace(LINE, components=(replace(THEORY, marks=79),)),)},
        {"lines": (replace(LINE, identity="110101199001011238"),)},
    ],
)
def test_whatever_is_otherwise_has_another_digest_and_other_codes(
    change: dict[str, object],
) -> None:
    other = replace(LIST, **change)
    assert other.digest != LIST.digest
    assert not set(other.codes()) & set(LIST.codes())
    # The control: the same said again is the same.
    assert replace(LIST).codes() == LIST.codes()


def test_differences_name_who_is_new_otherwise_and_gone() -> None:
    other = replace(LINE, admission="2")
    changed = replace(LINE, outcome="failed")
    assert differences([LINE], [LINE]) == []
    found = differences([LINE, other], [changed])
    assert [(one.before, one.after) for one in found] == [(other, None), (LINE, changed)]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("abcd-efgh-ijkl-mnop", "ABCD-EFGH-IJKL-MNOP"),
        ("ABCD EFGH–IJKL MN0P", "ABCD-EFGH-IJKL-MNOP"),
        ("ABCD-EFGH-IJKL-MNO", None),
        ("ABCD-EFGH-IJKL-MNO8", None),
        ("", None),
    ],
)
def test_a_code_as_people_type_it(typed: str, code: str | None) -> None:
    assert normal_code(typed) == code
