"""`examhq items` from the shell: what is printed, and how it refuses."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from qti_items import correct, item, response, templated

from sync.headquarters.cli import main

ONE = item(templated(response(inner=correct("B")), "match_correct"), "3.0")


def run(folder: Path, *words: str) -> Result:
    arguments = ["--data", str(folder / "hq"), "--lang", "en", "items", *words]
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def scored(folder: Path, xml: bytes, responses: str) -> Result:
    (folder / "item.xml").write_bytes(xml)
    (folder / "r.json").write_text(responses, "utf-8")
    where = (str(folder / "item.xml"), "--responses", str(folder / "r.json"))
    return run(folder, "score", *where, "--json")


def test_an_item_is_scored_without_any_headquarters(tmp_path: Path) -> None:
    found = scored(tmp_path, ONE, '﻿{"RESPONSE": "B"}')
    assert (found.exit_code, json.loads(found.output)) == (0, {"SCORE": 1.0})


@pytest.mark.parametrize(
    ("xml", "responses", "code"),
    [
        (ONE, "{", "responses-refused"),
        (ONE, '{"OTHER": "A"}', "responses-refused"),
        (ONE, '{"RESPONSE": ["A", "B"]}', "responses-refused"),
        (b"<a>", "{}", "qti-refused"),
        (b"<a/>", "{}", "qti-refused"),
        (b"", "{}", "qti-refused"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "{}", "qti-refused"),
        (item("<responseProcessing><customOperator/></responseProcessing>"), "{}", "unsupported"),
    ],
)
def test_what_cannot_be_scored_is_answered_with_code_hint_and_status(
    tmp_path: Path, xml: bytes, responses: str, code: str
) -> None:
    found = scored(tmp_path, xml, responses)
    assert found.exit_code == 6
    assert f"{code}]" in found.output
    assert "Hint: " in found.output
