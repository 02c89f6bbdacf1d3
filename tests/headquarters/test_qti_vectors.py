"""tests/vectors/qti: items and responses, on whose outcomes our scorer and one in Node.js agree."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from vectoring import scored

READER = Path(__file__).parents[1] / "node_reader"
EVERY: list[dict[str, Any]] = json.loads((scored.FOLDER / scored.CASES).read_text("utf-8"))
NAMES = [f"{case['item']} {case['responses']}" for case in EVERY]


def said(case: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in case.items() if name in ("outcomes", "code")}


def by_node(folder: Path) -> list[dict[str, Any]]:
    """One process for all cases."""
    if not shutil.which("node") or not (READER / "node_modules/saxes").is_dir():
        pytest.skip("needs Node.js and npm (provisioning/bootstrap.sh dev)")
    run = subprocess.run(
        ["node", READER / "score.mjs", folder], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    found: list[dict[str, Any]] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("case", EVERY, ids=NAMES)
def test_our_scorer_gives_what_the_vector_says(case: dict[str, Any]) -> None:
    data = (scored.FOLDER / case["item"]).read_bytes()
    assert scored.verdict(data, case["responses"]) == said(case)


def test_the_generator_writes_the_vectors_that_are_here(tmp_path: Path) -> None:
    scored.write(tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in scored.FOLDER.iterdir()}


def test_the_scorer_in_node_agrees_on_every_vector() -> None:
    pairs = zip(NAMES, EVERY, by_node(scored.FOLDER), strict=True)
    assert {name: found for name, case, found in pairs if found != said(case)} == {}


def test_an_item_that_is_exchanged_would_be_noticed(tmp_path: Path) -> None:
    """The scorer in Node.js goes by the item and the responses, not by what the vector says."""
    shutil.copytree(scored.FOLDER, tmp_path, dirs_exist_ok=True)
    data = (tmp_path / "single.xml").read_text("utf-8")
    assert data.count("<qti-value>b</qti-value>") == 1
    changed = data.replace("<qti-value>b</qti-value>", "<qti-value>a</qti-value>")
    (tmp_path / "single.xml").write_text(changed, "utf-8")
    found = by_node(tmp_path)
    differing = [n for n, one, other in zip(NAMES, EVERY, found, strict=True) if said(one) != other]
    assert differing == ["single.xml {'RESPONSE': 'b'}", "single.xml {'RESPONSE': 'a'}", NAMES[5]]


def test_the_outcomes_of_the_vectors_are_no_constants() -> None:
    scores = [case["outcomes"]["SCORE"] for case in EVERY if "SCORE" in case.get("outcomes", {})]
    assert {0, 1, 1.5, 2, 12, -1} <= set(scores)
    assert {case["code"] for case in EVERY if "code" in case} == {
        "qti-refused",
        "qti-unsupported",
        "responses-refused",
    }
