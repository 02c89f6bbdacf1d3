"""The demonstration keeps its word, and would notice if it did not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from provisioning.demo.account import compare
from provisioning.demo.candidate import Acknowledged
from provisioning.demo.stage import clear
from provisioning.errors import FolderNotOurs

DEMO = (sys.executable, "-m", "provisioning.cli", "--lang", "en", "demo")


def test_a_whole_sitting_ends_with_every_answer_at_headquarters_once(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "provisioning.cli",
            "--lang",
            "en",
            "demo",
            "--once",
            "--json",
            "--folder",
            str(tmp_path / "demo"),
        ],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["candidates"] == figures["results"] == 40
    assert figures["lost"] == figures["duplicated"] == 0
    assert figures["marks_wrong"] == figures["receipts_wrong"] == 0
    assert figures["saves_acknowledged"] == figures["answers_at_headquarters"] > 2400
    assert figures["receipts"] == figures["batches"] >= 2
    assert figures["moves"] == 2
    assert figures["repeats_sent"] > 100
    assert (tmp_path / "demo" / "results.xlsx").stat().st_size > 5000


def save(sequence: int, response: tuple[str, ...] = ("a",)) -> Acknowledged:
    return Acknowledged("live/1", "page", sequence, "item-1", response)


def event(sequence: int, response: list[str]) -> dict:
    body = {"attempt": "live/1", "instance": "page", "sequence": sequence}
    return {"kind": "response", "body": body | {"item": "item-1", "response": response}}


RESULTS = {"1": {"theory": 60, "receipt": "AAAA"}}


@pytest.mark.parametrize(
    ("events", "figure"),
    [
        ([event(1, ["a"])], "lost"),
        ([event(1, ["a"]), event(2, ["b"])], "lost"),
        ([event(1, ["a"]), event(2, ["a"]), event(2, ["a"])], "duplicated"),
    ],
)
def test_the_comparison_notices_a_lost_an_altered_and_a_doubled_answer(events, figure) -> None:
    account = compare([save(1), save(2)], events, {"1": 60}, {"1": "AAAA"}, RESULTS)
    assert getattr(account, figure) == 1


def test_the_comparison_notices_wrong_marks_and_wrong_receipts() -> None:
    account = compare([], [], {"1": 61}, {"1": "BBBB"}, RESULTS)
    assert (account.marks_wrong, account.receipts_wrong) == (1, 1)
    clean = compare([save(1)], [event(1, ["a"])], {"1": 60}, {"1": "AAAA"}, RESULTS)
    assert clean.lost == clean.duplicated == clean.marks_wrong == clean.receipts_wrong == 0


def test_a_folder_with_somebody_elses_files_is_never_emptied(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(FolderNotOurs):
        clear(tmp_path)
    assert (tmp_path / "thesis.docx").exists()
