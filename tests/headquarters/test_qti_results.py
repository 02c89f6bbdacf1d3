"""Results as QTI 3.0 reports: the published structure, and back again to what was released."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from desk_world import Desk
from lxml import etree
from msgspec.structs import replace
from settled import FIRST, ONE, SECOND, THREE, TWO, put_out, sat
from test_result_lists import LINE, LIST

from sync.exam.items import Item
from sync.exam.marking import ItemMark, PaperMark, Ruling
from sync.headquarters.marking import corrections
from sync.headquarters.planning.sessions import load_form
from sync.headquarters.released.errors import NothingReleased, ReleaseOutdated
from sync.headquarters.released.lists import Line
from sync.headquarters.released.qti_results import SPACE, qti_reports, report, values
from sync.headquarters.released.reading import released

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "qti_results.rng"))
ITEM = Item(
    id="530051-1-A-S01", kind="single", field="x", task="x", difficulty=0.5, stem="？",
    options={"a": "1", "b": "2", "c": "3"}, key=("a",), reason="", why={},
)  # fmt: skip


def q(name: str) -> str:
    """A name of the reports."""
    return f"{{{SPACE}}}{name}"


def files(data: bytes) -> dict[str, Any]:
    """Every file of the zip, read and held against the structure."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for name in packed.namelist():
            found[name] = etree.fromstring(packed.read(name))
            assert SCHEMA.validate(found[name]), SCHEMA.error_log
    return found


def outcomes(element: Any) -> dict[str, str | None]:
    """Outcome variables directly below an element."""
    return {
        one.get("identifier"): one.findtext(q("value"))
        for one in element.findall(q("outcomeVariable"))
    }


def read_back(root: Any) -> Mapping[str, object]:
    """What a receiver of a report knows, in our words."""
    test = outcomes(root.find(q("testResult")))
    marks = {
        name.removesuffix("_SCORE").lower(): value and int(float(value))
        for name, value in test.items()
        if name.endswith("_SCORE")
    }
    return {
        "admission": root.find(q("context")).get("sourcedId").removeprefix("c-"),
        "specification": root.find(q("testResult")).get("identifier").removeprefix("t-"),
        "outcome": test["RESULT"],
        "marks": marks,
    }


def said(line: Line) -> Mapping[str, object]:
    """The same of a line."""
    return {
        "admission": line.admission,
        "specification": line.specification,
        "outcome": line.outcome,
        "marks": {one.name: one.marks for one in line.components},
    }


def test_every_report_is_of_the_published_structure_and_says_what_was_released(
    published_desk: Desk,
) -> None:
    desk = published_desk
    sat(desk)
    with pytest.raises(NothingReleased):
        qti_reports(desk.hq, FIRST, "morning")
    lines = put_out(desk).list.lines
    found = files(qti_reports(desk.hq, FIRST, "morning"))
    assert [read_back(root) for root in found.values()] == [said(line) for line in lines]
    items = {name: root.findall(q("itemResult")) for name, root in found.items()}
    assert [len(items[f"{one}-530051-junior.xml"]) for one in (ONE, TWO, THREE)] == [65, 65, 0]
    for own, total in zip(items.values(), (100, 10), strict=False):
        assert sum(float(outcomes(one)["SCORE"] or 0) for one in own) == total
    text = b"".join(etree.tostring(root) for root in found.values())
    assert all(line.identity.encode() not in text for line in lines)
    assert b"correctResponse" not in text


def test_the_same_release_is_the_same_bytes(published_desk: Desk) -> None:
    sat(published_desk)
    put_out(published_desk)
    one, two = (qti_reports(published_desk.hq, FIRST, "morning") for _ in range(2))
    assert one == two


def test_items_that_no_longer_add_up_to_the_release_are_not_written(published_desk: Desk) -> None:
    desk = published_desk
    sat(desk)
    put_out(desk)
    item = load_form(desk.hq, "morning", "live-A")[0].items()[30].id
    number = corrections.propose(
        desk.hq, FIRST, session="morning", sitting="live", item=item,
        ruling=Ruling("full"), reason="题干有误",
    )  # fmt: skip
    corrections.confirm(desk.hq, SECOND, "morning", number)
    with pytest.raises(ReleaseOutdated) as refused:
        qti_reports(desk.hq, FIRST, "morning")
    assert refused.value.facts["count"] == 1
    # The control: once it is released anew the reports are there.
    put_out(desk, reason="更正")
    found = files(qti_reports(desk.hq, FIRST, "morning"))
    assert read_back(found[f"{TWO}-530051-junior.xml"]) == said(
        released(desk.hq, "morning").list.lines[1]
    )


@pytest.mark.parametrize(
    ("change", "response", "expected"),
    [
        ({}, ("b",), ["b"]),
        ({}, None, []),
        ({"kind": "multiple", "choose": "many"}, ("c", "a"), ["c", "a"]),
        ({"kind": "entry"}, ("直播",), ["直播"]),
        ({"kind": "entry", "id": "x y/1"}, ("<b>&",), ["<b>&"]),
        ({"kind": "matching", "rows": {"1": "x", "2": "y"}}, ("2a", "1b"), ["r1 b", "r2 a"]),
        ({"kind": "ordering"}, ("3a", "1c", "2b"), ["c", "b", "a"]),
    ],
)
def test_each_kind_of_response_is_written_as_qti_has_it(
    change: dict[str, Any], response: tuple[str, ...] | None, expected: list[str]
) -> None:
    item = replace(ITEM, **change)
    assert values(item, response) == expected
    mark = PaperMark((ItemMark(item.id, response, 1, 2),), 1, 2, 1)
    bank = type("B", (), {"items": {item.id: item}})()
    root = etree.fromstring(report(LIST, LINE, 1_796_000_000_000, (mark, bank, 1_795_990_000_000)))
    assert SCHEMA.validate(root), SCHEMA.error_log
    (own,) = root.findall(q("itemResult"))
    held = own.find(q("responseVariable")).find(q("candidateResponse"))
    assert [one.text for one in held] == expected
    assert outcomes(own) == {"SCORE": "1", "MAXSCORE": "2"}


def test_what_xml_cannot_write_is_left_out() -> None:
    item = replace(ITEM, kind="entry", id="a b\x01")
    mark = PaperMark((ItemMark(item.id, ("直\x00播\x0b\ud800",), 1, 2),), 1, 2, 1)
    bank = type("B", (), {"items": {item.id: item}})()
    root = etree.fromstring(report(LIST, LINE, 1_796_000_000_000, (mark, bank, 1)))
    assert SCHEMA.validate(root), SCHEMA.error_log
    (own,) = root.findall(q("itemResult"))
    assert own.get("identifier") == "i-a_20_b_1_"
    assert own.findtext(f".//{q('value')}") == "直播"


def test_a_hostile_name_is_text_and_breaks_nothing() -> None:
    line = replace(LINE, admission="1", outcome="violation", name="<b>&\"'")
    root = etree.fromstring(report(LIST, line, 1_796_000_000_000, None))
    assert SCHEMA.validate(root)
    assert read_back(root)["outcome"] == "violation"


def test_the_structure_itself_refuses_what_is_none() -> None:
    good = report(LIST, LINE, 1_796_000_000_000, None)
    assert SCHEMA.validate(etree.fromstring(good))
    for wrong, right in (
        (b'identifier="t-', b'identifier="1-'),
        (b'cardinality="single"', b'cardinality="one"'),
        (b"testResult", b"testresult"),
        (b"2026-11-30T", b"30.11.2026 "),
    ):
        assert wrong in good
        assert not SCHEMA.validate(etree.fromstring(good.replace(wrong, right)))
