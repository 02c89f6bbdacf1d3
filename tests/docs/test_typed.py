"""Every command of the documents is typed as it stands there; what cannot be typed here is named.

A command may say no - there is no batch yet, no such key - but tidily: with a code and a hint.
It may not be a slip of the document (exit status 2), nor fall over (1).
"""

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
from boxed import laid_out
from carried_out import NAMED_FILE, carry_out, until_the_hour
from click.testing import CliRunner, Result
from documented import ROOT, called, spoken

from provisioning.reference import CLIS

PAGES = sorted((ROOT / "docs/operate/en").glob("*.md"))
DESK = (ROOT / "docs/operate/en/headquarters.md").read_text()
# What stays up until it is told to end, waits for somebody, looks into a network, or needs a
# machine that may be changed: the test that runs it. Those in tests/install are long.
ELSEWHERE = {
    "examhq receive": "test_receivers_killed_under_load_lose_nothing",
    "examhq serve": "test_bodies_of_any_size_get_an_answer_over_the_wire",
    "examhq work": "test_receivers_killed_under_load_lose_nothing",
    "examsite cameras check": "test_a_camera_that_fails_at_the_shell_is_told_with_its_remedy",
    "examsite courier": "test_killed_between_headquarters_commit_and_the_receipt_it_is_there_once",
    "examsite discover": "test_machines_are_listed_with_their_seat_and_as_json",
    "examsite serve": "test_bodies_of_any_size_get_an_answer_over_the_wire",
    "examsite standby offer": "test_nothing_acknowledged_is_lost_when_the_spare_takes_over",
    "examsite standby pair": "test_nothing_acknowledged_is_lost_when_the_spare_takes_over",
    "examsite standby promote": "test_nothing_acknowledged_is_lost_when_the_spare_takes_over",
    "examsite standby run": "test_nothing_acknowledged_is_lost_when_the_spare_takes_over",
    "examsite-setup enrol": "test_over_the_line_from_the_bundle_to_the_certificate",
    "examsite-setup upgrade back": "test_by_hand_the_release_before_comes_back",
}
# What follows is a file that the command makes.
WRITES = ("--out", "--pdf", "export", "make", "template")
# They look at the machine; here it is a folder.
OF_A_MACHINE = ("plan", "apply", "verify", "doctor", "uninstall")


def lines(program: str) -> list[str]:
    """Each once, in the order of the pages; a name alone that needs more is only a name."""
    found = dict.fromkeys(line for page in PAGES for line in spoken(page.read_text()))
    mine = [line for line in found if line.startswith(f"{program} ")]
    return [line for line in mine if " ".join(called(line)) not in ELSEWHERE]


def tidy(line: str, done: Result) -> bool:
    """It did it, or said why not."""
    if done.exit_code == 2:
        return shlex.split(line) == list(called(line)) and "Error: Missing" in done.output
    return done.exit_code == 0 or (
        done.exit_code > 2 and bool(re.search(r"\[[a-z-]+\]", done.output))
    )


def filled(line: str, folder: Path) -> str:
    """With a file where the page says FILE; what the shell does with the output is its own."""
    some = folder / "some.file"
    some.write_bytes(b"?")
    line = line.partition(" > ")[0].replace("…", str(some))
    line = re.sub(r"(/media/stick/)?\bFILE\b", str(some), line)
    line = re.sub(r"\bFROM\b", "/media/stick", line)
    # Nothing is written outside that folder.
    return re.sub(r"/(media|var|srv|etc)/", f"{folder}/", line)


def there(line: str, folder: Path) -> None:
    """Files that the page takes for granted: made by other hands, whatever is in them."""
    words = shlex.split(line)
    written = {after for word, after in pairwise(words) if word in WRITES}
    for word in set(words) - written:
        path = folder / word
        if NAMED_FILE.fullmatch(path.name) and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"?")


def untidy(typed: dict[str, Result]) -> dict[str, tuple[int, str, str]]:
    return {
        line: (done.exit_code, done.output[-200:], repr(done.exception))
        for line, done in typed.items()
        if not tidy(line, done)
    }


Desk = tuple[Path, dict[str, Result]]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Headquarters up to the codes, by its page; made once."""
    folder = tmp_path_factory.mktemp("desk")
    return folder, until_the_hour(DESK, folder)


def test_headquarters_page_can_be_carried_out_as_it_is_written(desk: Desk) -> None:
    folder, done = desk
    failed = {line: r.output for line, r in done.items() if r.exit_code}
    assert failed == {}
    assert len(done) > 8
    assert len(list((folder / "stick").rglob("*.package"))) == 1


def test_a_page_that_leaves_a_step_out_would_be_noticed(tmp_path: Path) -> None:
    without = re.sub(r"^examhq roster import roster-media.*\n", "", DESK, flags=re.MULTILINE)
    done = until_the_hour(without, tmp_path)
    assert done["examhq publish am-1205 --key /media/stick/first.key --account li"].exit_code == 7


def test_every_command_of_headquarters_is_typed_as_it_stands(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path, done = desk
    monkeypatch.chdir(tmp_path)
    (tmp_path / "backups" / "examhq").mkdir(parents=True)
    # The root key goes to its stick first, as the page says in its first paragraph.
    typed = {}
    for line in ["examhq keys take root /media/stick/root.key", *lines("examhq")]:
        if line in done:
            continue
        plain = filled(line, tmp_path)
        there(plain, tmp_path)
        typed[line] = carry_out(plain, tmp_path)
    assert len(typed) > 40
    assert untidy(typed) == {}
    # And not all of them say no.
    assert sum(one.exit_code == 0 for one in typed.values()) > len(typed) / 3


def at_the_site(line: str, data: Path, folder: Path) -> Result:
    """One command of the site, or of its setting up, with this folder in place of the machine."""
    program, *words = shlex.split(line)
    words = [str(folder / w) if NAMED_FILE.fullmatch(w) else w for w in words]
    if words[0] in OF_A_MACHINE:
        words += ["--root", str(folder / "machine")]
    if words[0] == "ca":
        given = ["--keep", str(folder / "keep"), "--front", str(folder / "front.pem")]
        words[1:1] = given
    before = ["--data", str(data), "--lang", "en"]
    return CliRunner().invoke(CLIS[program], [*before, *words], input="a long secret 1\n" * 3)


def test_every_command_of_the_site_is_typed_as_it_stands(
    open_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out(tmp_path / "machine")
    (tmp_path / "stick").mkdir()
    (tmp_path / "password.txt").write_text("a long secret 1\n")
    monkeypatch.chdir(tmp_path)
    typed = {}
    for line in (*lines("examsite"), *lines("examsite-setup")):
        plain = filled(line, tmp_path)
        there(plain, tmp_path)
        typed[line] = at_the_site(plain, open_folder, tmp_path)
    assert len(typed) > 40
    assert untidy(typed) == {}
    assert sum(one.exit_code == 0 for one in typed.values()) > len(typed) / 3


def test_a_slip_of_a_document_or_a_command_that_falls_over_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    slips = ("examhq session create am-1", "examhq board --date 2026-12-05", "examhq boards")
    typed = {line: carry_out(line, tmp_path) for line in slips}
    assert set(untidy(typed)) == set(slips)
    assert tidy("examhq board", carry_out("examhq board", tmp_path))


def test_what_is_typed_elsewhere_is_told_in_some_page_and_its_test_is_there() -> None:
    told = {" ".join(called(one)) for page in PAGES for one in spoken(page.read_text())}
    assert set(ELSEWHERE) <= told
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name in ELSEWHERE.values() if f"def {name}(" not in tests] == []
