"""`examsite journal verify` on the damaged set names every damage and passes what is sound."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from damaged.cases import CASES
from damaged.damages import FOLDER, write_all

from siteapp.cli import main
from sync.exam import findings

SOUND = [name for name, case in CASES.items() if not case.expected]


def run(folder: Path, arguments: list[str], *more: str) -> Result:
    """Verify with the set's own certificate; names of files are relative to `folder`."""
    common = folder.parent / "common"
    paths = [str(folder / a) if (folder / a).is_file() else a for a in arguments]
    trust = ["--certificate", str(common / "certificate.json"), "--root"]
    root = (common / "root.txt").read_text()
    return CliRunner().invoke(
        main,
        ["--data", str(folder), "--lang", "en", "journal", "verify", *paths, *trust, root, *more],
    )


def found(folder: Path) -> tuple[int, list[list[Any]]]:
    """Exit status, and of each finding the code and the numbers."""
    told = json.loads((folder / "case.json").read_text())
    result = run(folder, told["arguments"], "--json")
    (report,) = json.loads(result.stdout)
    return result.exit_code, [[f["code"], f["first"], f["last"]] for f in report["findings"]]


@pytest.mark.parametrize("name", CASES)
def test_every_damage_is_named_and_nothing_else(name: str) -> None:
    folder = FOLDER / name
    expected = json.loads((folder / "case.json").read_text())["findings"]
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert found(folder) == (4 if expected else 0, expected)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_the_sound_sets_pass_and_are_the_only_ones() -> None:
    assert SOUND == ["sound", "sound-export"]
    assert {p.name for p in FOLDER.iterdir() if p.is_dir()} - {"__pycache__", "common"} == set(
        CASES
    )


def test_every_kind_of_finding_has_a_damage_that_shows_it() -> None:
    shown = {code for case in CASES.values() for code, _, _ in case.expected}
    told = (findings.__doc__ or "").split("Pure.")[1].splitlines()
    codes = {word for line in told for word in line.split("   ")[0].split()}
    assert codes == shown


def test_the_set_is_what_its_maker_makes(tmp_path: Path) -> None:
    write_all(tmp_path, CASES)
    for path in [p for p in FOLDER.rglob("*") if p.is_file() and p.parent.name in CASES]:
        again = tmp_path / path.relative_to(FOLDER)
        if path.suffix == ".db":
            assert found(again.parent) == found(path.parent)
        else:
            assert again.read_bytes() == path.read_bytes()


def test_a_person_reads_what_differs_on_both_sides_and_what_to_do() -> None:
    folder = FOLDER / "altered-against-a-copy"
    result = run(folder, json.loads((folder / "case.json").read_text())["arguments"])
    assert "[altered] event 8: not as in copy.jsonl" in result.stdout
    assert [line.split(":")[0].strip() for line in result.stdout.splitlines()[-2:]] == [
        "here",
        "there",
    ]
    assert "copy the whole data folder" in result.stderr
