"""`examhq results …` as it is typed: two officers, what is made of a release, what is refused."""

import json
import zipfile
from pathlib import Path

import pytest
from desk_world import BY, Desk
from settled import FOUR, ONE, marked, sat
from typed import Shell

from sync.headquarters.register import staff
from sync.headquarters.store.folder import open_headquarters
from sync.spreadsheet import read_sheet


@pytest.fixture
def shell(published_desk: Desk) -> Shell:
    """A shell where everybody has sat; anna and bert are exam officers."""
    sat(published_desk)
    for name in ("anna", "bert"):
        password = staff.add_member(published_desk.hq, BY, name, ("exam-officer",))
        (published_desk.folder / f"{name}.password").write_text(password + "\n")
    return Shell(published_desk.folder)


def proposed(shell: Shell, *more: str) -> dict[str, str]:
    """Anna proposes; what the command says of the list."""
    words = ("results", "propose", "morning", "--partial", "--json", *more)
    found: dict[str, str] = json.loads(shell.run(*words, *shell.officer("anna")).stdout)
    return found


def release(shell: Shell, made: dict[str, str]) -> None:
    """Bert releases that list."""
    words = ("results", "release", "morning", str(made["number"]), made["digest"])
    assert "Released" in shell.run(*words, *shell.officer("bert")).stdout


def test_two_officers_release_and_the_rest_is_made_of_it(shell: Shell) -> None:
    early = ("results", "transcripts", "morning", "--out", shell.file("t.pdf"))
    shell.refuse("nothing-released", 7, *early)
    held = ("results", "propose", "morning", *shell.officer("anna"))
    shell.refuse("results-held-back", 7, *held)
    made = proposed(shell)
    act = ("results", "release", "morning", str(made["number"]))
    shell.refuse("other-releaser-needed", 10, *act, made["digest"], *shell.officer("anna"))
    shell.refuse("result-list-refused", 6, *act, "0" * 64, *shell.officer("bert"))
    release(shell, made)
    (line,) = shell.json("results", "lists", "morning")
    assert (line["release"], line["lines"], line["held"]) == (1, 3, 1)
    shown = {one["admission"]: one["standing"] for one in shell.json("results", "show", "morning")}
    assert (shown[ONE], shown[FOUR]) == ("release 1", "provisional")
    shell.run("results", "qti", "morning", "--out", shell.file("qti.zip"))
    assert len(zipfile.ZipFile(shell.file("qti.zip")).namelist()) == 3
    shell.run("results", "platform", "morning", "--out", shell.file("p.xlsx"))
    assert len(read_sheet(Path(shell.file("p.xlsx")))) == 4
    (site,) = shell.json("results", "statistics")
    assert (site["sat"], site["share"]) == (2, None)
    shell.run("results", "statistics", "--year", "2026", "--out", shell.file("s.xlsx"))
    assert shell.json("results", "statistics", "--year", "2020") == []


def test_a_code_is_verified_and_a_later_release_says_otherwise(shell: Shell) -> None:
    release(shell, proposed(shell))
    hq = open_headquarters(shell.folder / "hq")
    desk = Desk(hq, None, shell.folder)  # type: ignore[arg-type]
    marked(desk, (ONE, 59), (FOUR, 80))
    hq.close()
    differing = shell.json("results", "differences", "morning")
    assert [one["admission"] for one in differing] == [ONE, FOUR]
    shell.refuse("result-list-refused", 6, "results", "propose", "morning", *shell.officer("anna"))
    release(shell, proposed(shell, "--reason", "实训复核"))
    platform = ("results", "platform", "morning", "--out", shell.file("p.xlsx"))
    codes = []
    for number in ("1", "2"):
        shell.run(*platform, "--release", number)
        codes.append(str(read_sheet(Path(shell.file("p.xlsx")))[1][-1]))
    said = [json.loads(shell.run("results", "verify", one, "--json").stdout) for one in codes]
    assert [(one["release"], one["latest"], one["stands"]) for one in said] == [
        (1, 2, False),
        (2, 2, True),
    ]
    assert "Corrected by release 2" in shell.run("results", "verify", codes[0]).stdout
    for wrong in ("AAAA-AAAA-AAAA-AAAA", "x"):
        shell.refuse("not-found", 9, "results", "verify", wrong)


def test_a_list_is_taken_back(shell: Shell) -> None:
    made = proposed(shell)
    shell.refuse(
        "already-there", 7, "results", "propose", "morning", "--partial", *shell.officer("anna")
    )
    shell.run("results", "withdraw", "morning", str(made["number"]), *shell.officer("anna"))
    (line,) = shell.json("results", "lists", "morning")
    assert line["decided"] == "taken back anna"


def test_a_mapping_is_written_checked_and_kept(shell: Shell) -> None:
    sample = Path(shell.file("columns.toml"))
    shell.run("results", "mapping", "sample", "--out", str(sample))
    shell.run("results", "mapping", "add", "province", str(sample))
    listed = shell.json("results", "mapping", "list")
    assert [(one["name"], one["columns"]) for one in listed] == [
        ("province", 15),
        ("1x-sample", 15),
    ]
    sample.write_text(sample.read_text().replace('"identity"', '"password"'))
    said = shell.refuse("mapping-refused", 6, "results", "mapping", "add", "p", str(sample))
    assert "no field password" in said
