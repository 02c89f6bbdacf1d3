"""tests/vectors/<format>/<fault>: our readers refuse each file by its one fault (specs/vectors.md).

The reader in Node.js, which shares nothing with ours, is asked the same in test_node_reader.py.
"""

import functools
import json
from pathlib import Path
from typing import Any

import pytest
from vectoring import make, reading
from vectoring.draft import VECTORS

from sync.errors import ExamError
from sync.wire import lock

INDEX = json.loads((VECTORS / make.INDEX).read_text("utf-8"))
EVERY = [(f"{v['format']}/{v['fault']}", v) for v in INDEX["vectors"]]


@pytest.fixture(autouse=True)
def stretched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretching is slow on purpose, and the vectors share their codes and salt."""
    monkeypatch.setattr(lock, "_stretch", _stretched)


_stretched = functools.cache(lock._stretch)


def read(vector: dict[str, Any]) -> dict[str, str]:
    path = VECTORS / vector["format"] / vector["fault"]
    given = INDEX["given"][vector["format"]] | vector.get("given", {})
    return reading.read(path, vector["format"], given, reading.Keys(INDEX))


@pytest.mark.parametrize(("name", "vector"), EVERY, ids=[name for name, _ in EVERY])
def test_a_vector_is_refused_for_its_one_fault_or_opens(name: str, vector: dict[str, Any]) -> None:
    if vector["code"] is None:
        assert read(vector) == vector["opens"]
        return
    with pytest.raises(ExamError) as refused:
        read(vector)
    assert refused.value.code == vector["code"]
    assert refused.value.say("en") == vector["reason"]


def test_the_generator_writes_the_vectors_that_are_here(tmp_path: Path) -> None:
    assert make.write(tmp_path) == []
    written = {path.relative_to(tmp_path): path for path in tmp_path.rglob("*") if path.is_file()}
    kept = {
        path.relative_to(VECTORS)
        for format_ in reading.READERS
        for path in (VECTORS / format_).iterdir()
    }
    assert written.keys() == kept | {Path(make.INDEX)}
    assert [str(p) for p, new in written.items() if new.read_bytes() != _kept(p)] == []


def _kept(path: Path) -> bytes:
    return (VECTORS / path).read_bytes()


def test_every_format_has_a_good_file_and_every_check_a_bad_one() -> None:
    good = {v["format"] for v in INDEX["vectors"] if v["code"] is None}
    assert good == set(reading.READERS)
    specs = VECTORS.parents[1] / "docs" / "specs"
    text = "\n".join(path.read_text("utf-8") for path in specs.glob("*.md"))
    said = {line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")}
    checks = {v["check"] for v in INDEX["vectors"]} - {None}
    assert checks <= said
    assert {one for one in said if one.rstrip("0123456789") in CHECKS and one[-1:].isdigit()} == (
        checks
    )


# How the numbers of checks begin: sealed document, package, batch, statement, …
CHECKS = {"s", "p", "b", "t", "c", "e", "g", "r", "o", "i", "k", "u", "w", "d", "l"}
