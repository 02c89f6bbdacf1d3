"""QTI packages and single items from strangers: whole, or refused by file, item and line."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from photographed import picture
from qti_items import SPACES, correct, in_three, item, response, templated

from sync.headquarters.content.drafts import Draft, Found
from sync.headquarters.content.imports import packages
from sync.headquarters.content.imports.archives import MOST_MEMBER
from sync.headquarters.content.imports.reading import read_items
from sync.headquarters.content.qti.reading import read_item

PNG = picture("PNG", (4, 4))
BODY = (
    '<itemBody>{before}<choiceInteraction responseIdentifier="RESPONSE" shuffle="true" '
    'maxChoices="1"><prompt>Which?</prompt><simpleChoice identifier="A">one</simpleChoice>'
    '<simpleChoice identifier="B">two <b>too</b></simpleChoice></choiceInteraction></itemBody>'
)


def choice(before: str = "", key: str = "B", version: str = "2.2") -> bytes:
    rules = templated(response(inner=correct(key)), "match_correct")
    declared, found, processing = rules.partition("<responseProcessing")
    return item(declared + BODY.format(before=before) + found + processing, version)


def manifest(*resources: str, kind: str = "imsqti_item_xmlv2p2") -> str:
    inner = "".join(
        f'\n<resource identifier="r{n}" type="{kind}" href="{href}">'
        f'<file href="{href}"/></resource>'
        for n, href in enumerate(resources)
    )
    return f"<manifest><resources>{inner}</resources></manifest>"


def packed(folder: Path, files: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(folder / "p.zip", "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return folder / "p.zip"


def why(found: Found) -> list[str]:
    return [f"{one.file}:{one.line} {one.code} {one.reason.en}" for one in found.refused]


@pytest.mark.parametrize("version", SPACES)
def test_an_item_of_any_version_becomes_the_same_draft(tmp_path: Path, version: str) -> None:
    (tmp_path / "i.xml").write_bytes(choice(version=version))
    found = read_items(tmp_path / "i.xml")
    draft = found.drafts[0][0]
    assert (draft.kind, draft.key, draft.stem) == ("single", ("B",), "Which?")
    assert draft.options == {"A": "one", "B": "two <b>too</b>"}
    (tmp_path / "o.xml").write_text(draft.qti, "utf-8")
    assert read_items(tmp_path / "o.xml").drafts[0][0] == draft


def test_a_package_brings_its_pictures_and_shared_texts(tmp_path: Path) -> None:
    stimulus = "<qti-assessment-stimulus><qti-stimulus-body><p>材料</p></qti-stimulus-body>"
    shared = '<assessmentStimulusRef identifier="s" href="s.xml"/>'
    xml = choice('<p><img src="../pic.png" alt="a"/></p>').replace(
        b"<itemBody>", shared.encode() + b"<itemBody>"
    )
    files = {"imsmanifest.xml": manifest("items/i.xml"), "items/i.xml": xml, "pic.png": PNG}
    found = read_items(
        packed(tmp_path, files | {"items/s.xml": f"{stimulus}</qti-assessment-stimulus>"})
    )
    draft = found.drafts[0][0]
    assert (why(found), draft.situation) == ([], "<p>材料</p>")
    assert [found.media[name] for name in draft.media] == [PNG]
    assert f'<img alt="a" src="{draft.media[0]}"/>' in draft.stem


def test_an_item_that_is_listed_often_is_read_once_and_refused_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []

    def counting(data: bytes, *more: Any) -> Draft:
        read.append(data)
        return read_item(data, *more)

    monkeypatch.setattr(packages, "read_item", counting)
    files: dict[str, bytes | str] = {"i.xml": choice()}
    files["imsmanifest.xml"] = manifest(*["i.xml"] * 500)
    assert why(read_items(packed(tmp_path, files))) == [
        "imsmanifest.xml:501 item-refused i.xml is also at line 2"
    ]
    assert len(read) == 1


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"i.xml": choice()}, "there is no imsmanifest.xml"),
        ({"imsmanifest.xml": manifest("i.xml")}, "imsmanifest.xml line 2: i.xml is missing"),
        ({"imsmanifest.xml": manifest()}, "there is no item in it"),
        ({"imsmanifest.xml": manifest("../i.xml"), "i.xml": choice()}, "../i.xml is missing"),
        (
            {"imsmanifest.xml": manifest("i.xml"), "../i.xml": choice()},
            "a path leads out: ../i.xml",
        ),
        ({"imsmanifest.xml": manifest("i.xml"), "/i.xml": choice()}, "a path leads out: /i.xml"),
        ({"imsmanifest.xml": "<manifest>"}, "not well-formed XML"),
        (
            {"imsmanifest.xml": manifest("i.xml"), "i.xml": choice(key="C")},
            "not among the options: C",
        ),
        (
            {"imsmanifest.xml": manifest("i.xml"), "i.xml": choice('<img src="p.svg"/>')},
            "an SVG picture can hold programs, save it as PNG: p.svg",
        ),
        (
            {"imsmanifest.xml": manifest("i.xml"), "i.xml": choice('<img alt="a" src="p.png"/>')},
            "p.png is missing",
        ),
        (
            {
                "imsmanifest.xml": manifest("i.xml"),
                "i.xml": choice('<p><img src="p.png"/></p>'),
                "p.png": PNG,
            },
            "a picture has no alternative text",
        ),
        (
            {"imsmanifest.xml": manifest("a.xml", "b.xml"), "a.xml": choice(), "b.xml": choice()},
            "the identifier is also at a.xml:1",
        ),
    ],
)
def test_a_package_that_is_not_whole_is_refused(
    tmp_path: Path, files: dict[str, bytes | str], reason: str
) -> None:
    found = read_items(packed(tmp_path, files))
    assert len(found.refused) == 1
    assert reason in why(found)[0]


def test_zeros_without_end_are_refused_before_they_fill_the_memory(tmp_path: Path) -> None:
    files = {"imsmanifest.xml": manifest("i.xml"), "i.xml": bytes(MOST_MEMBER + 1)}
    found = read_items(packed(tmp_path, files))
    assert why(found) == ["p.zip:0 package-refused p.zip: too large unpacked: i.xml"]


def test_a_member_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, {"imsmanifest.xml": manifest("i.xml"), "i.xml": bytes(100_000)})
    data = path.read_bytes()
    path.write_bytes(data.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    assert why(read_items(path))[0].startswith("p.zip:0 package-refused")


def test_a_zip_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, {"imsmanifest.xml": manifest("i.xml"), "i.xml": choice()})
    path.write_bytes(path.read_bytes()[:-30])
    assert "package-refused" in why(read_items(path))[0]


def test_a_member_that_does_not_inflate_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = packed(tmp_path, {"imsmanifest.xml": manifest("i.xml"), "i.xml": choice()})
    data, start = bytearray(path.read_bytes()), 30 + len("imsmanifest.xml")
    data[start : start + 4] = b"\xff" * 4
    path.write_bytes(data)
    assert "imsmanifest.xml is damaged" in why(read_items(path))[0]


BOMB = (
    '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;&b;">]><assessmentItem>&c;</assessmentItem>'
)
OUTER = (
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><assessmentItem>&b;</assessmentItem>'
)


@pytest.mark.parametrize(
    "data",
    [BOMB.encode(), OUTER.encode(), BOMB.encode("utf-16"), b"<!-- x -->" + OUTER.encode()],
    ids=["bomb", "external", "utf-16", "behind a comment"],
)
def test_entities_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "i.xml").write_bytes(data)
    assert "DOCTYPE" in why(read_items(tmp_path / "i.xml"))[0]


def test_what_is_written_of_a_doctype_in_a_text_is_no_doctype(tmp_path: Path) -> None:
    (tmp_path / "i.xml").write_bytes(choice("<p><![CDATA[<!DOCTYPE html>]]></p>"))
    assert why(read_items(tmp_path / "i.xml")) == []


@pytest.mark.parametrize(
    ("inner", "name"),
    [
        ('<hotspotInteraction responseIdentifier="RESPONSE"/>', "hotspotInteraction"),
        ("<div><customInteraction/></div>", "customInteraction"),
    ],
)
def test_an_interaction_that_we_do_not_have_is_refused_by_its_name(
    tmp_path: Path, inner: str, name: str
) -> None:
    (tmp_path / "i.xml").write_bytes(choice(f"\n{inner}"))
    three = in_three(choice(f"\n{inner}").decode())
    (tmp_path / "j.xml").write_text(three, "utf-8")
    assert why(read_items(tmp_path / "i.xml")) == [
        f"i.xml:2 qti-unsupported {name} is not supported"
    ]
    assert "hotspot-interaction" in three or "custom-interaction" in three
    assert "j.xml:2 qti-unsupported qti-" in why(read_items(tmp_path / "j.xml"))[0]


def test_html_of_a_stranger_loses_what_can_act(tmp_path: Path) -> None:
    bad = (
        '<p onclick="x()" style="a" class="k">t<script>x()</script><a href="http://e.x">l</a></p>'
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi href="x" mathvariant="bold">x</mi>'
        "</math>"
        "<feedbackInline identifier='f' outcomeIdentifier='F' showHide='show'>B!</feedbackInline>"
    )
    (tmp_path / "i.xml").write_bytes(choice(bad))
    stem = read_items(tmp_path / "i.xml").drafts[0][0].stem
    assert '<p class="k">tl</p>' in stem
    assert '<mi mathvariant="bold">x</mi>' in stem
    for gone in ("script", "onclick", "style", "href", "B!"):
        assert gone not in stem


def test_an_archive_is_read_from_its_own_bytes_only(tmp_path: Path) -> None:
    (tmp_path / "p.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    assert "no imsmanifest" in why(read_items(tmp_path / "p.zip"))[0]
    assert io.BytesIO(PNG).read(4) == b"\x89PNG"
