"""`tests/vectors/result-list-v1.json`: digests and codes, by our reader and by one in Node."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sync.headquarters.released.lists import ResultList

TESTS = Path(__file__).parents[1]
FILE = TESTS / "vectors" / "result-list-v1.json"
VECTORS: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))["lists"]


def told() -> list[dict[str, object]]:
    """What the file says of each list."""
    return [{"digest": one["digest"], "codes": one["codes"]} for one in VECTORS]


def ours() -> list[dict[str, object]]:
    """What our reader makes of each list."""
    read = [msgspec.convert(one["list"], ResultList) for one in VECTORS]
    return [{"digest": one.digest, "codes": one.codes()} for one in read]


def test_our_reader_makes_of_each_list_what_the_file_says() -> None:
    assert ours() == told()
    assert len({one["digest"] for one in VECTORS}) == len(VECTORS) >= 4


def test_a_reader_in_node_makes_the_same(tmp_path: Path) -> None:
    node = shutil.which("node")
    if not node:
        pytest.skip("no Node.js")
    reader = TESTS / "node_reader" / "results.mjs"

    def asked(file: Path) -> list[dict[str, object]]:
        done = subprocess.run([node, reader, file], capture_output=True, check=True, timeout=60)
        found: list[dict[str, object]] = json.loads(done.stdout)
        return found

    assert asked(FILE) == told()
    # The control: one mark otherwise is another list to it too.
    text = FILE.read_text("utf-8")
    assert '"marks": 80' in text
    other = tmp_path / "other.json"
    other.write_text(text.replace('"marks": 80', '"marks": 81'), "utf-8")
    assert asked(other) != told()
