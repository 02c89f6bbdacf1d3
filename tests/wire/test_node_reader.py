"""A reader in Node.js, written from docs/specs with npm's libraries, agrees about every vector.

`provisioning/bootstrap.sh dev` installs it (tests/node_reader, `npm ci`).
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from vectoring.draft import VECTORS

READER = Path(__file__).parents[1] / "node_reader"
INDEX = json.loads((VECTORS / "index.json").read_text("utf-8"))
Verdicts = dict[str, Any]


def verdicts(folder: Path) -> Verdicts:
    """One process for all vectors."""
    if not shutil.which("node") or not (READER / "node_modules").is_dir():
        pytest.skip("needs Node.js and npm (provisioning/bootstrap.sh dev)")
    run = subprocess.run(
        ["node", READER / "check.mjs", folder], capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stderr
    found: Verdicts = json.loads(run.stdout)
    return found


def expected(vector: dict[str, Any]) -> dict[str, Any]:
    if vector["code"] is None:
        return {"opens": vector["opens"]}
    return {"check": vector["check"], "code": vector["code"]}


def test_the_reader_in_node_refuses_each_vector_by_the_same_check_and_code() -> None:
    found = verdicts(VECTORS)
    wanted = {f"{v['format']}/{v['fault']}": expected(v) for v in INDEX["vectors"]}
    assert {name: one for name, one in found.items() if one != wanted[name]} == {}
    assert found.keys() == wanted.keys()


def test_a_vector_that_is_exchanged_for_a_good_file_would_be_noticed(tmp_path: Path) -> None:
    """The reader goes by the bytes and not by what the index says of them."""
    faults = {"batch/good", "batch/events-exchanged", "receipt/signature-bit"}
    kept = [v for v in INDEX["vectors"] if f"{v['format']}/{v['fault']}" in faults]
    (tmp_path / "index.json").write_text(json.dumps(INDEX | {"vectors": kept}), "utf-8")
    for vector in kept:
        target = tmp_path / vector["format"] / vector["fault"]
        target.parent.mkdir(exist_ok=True)
        shutil.copy(VECTORS / vector["format"] / "good", target)
    found = verdicts(tmp_path)
    assert all("opens" in one for one in found.values())
    assert len(found) == len(kept) == 3
