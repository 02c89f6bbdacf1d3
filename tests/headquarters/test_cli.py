"""`examhq` as it is typed: the whole desk, and each bad input with its code and exit status."""

import json
from importlib import resources
from pathlib import Path

import approving
import msgspec
import openpyxl
import pytest
from click.testing import CliRunner
from desk_world import Box, Desk, Story
from typed import ROSTER, Shell, publish, register, session, signing

from sync.exam.journal import encode
from sync.exam.roster import COLUMNS
from sync.headquarters.cli import main
from sync.headquarters.planning.samples import copy_samples, sample_rows
from sync.headquarters.register.staff import ROLES
from sync.headquarters.store.folder import open_headquarters
from sync.sheet_writer import sheet_bytes
from sync.spreadsheet import read_sheet


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell at a headquarters that is set up."""
    made = Shell(tmp_path)
    made.run("init")
    return made


def sheet(shell: Shell, rows: list[list[object]], head: tuple[str, ...] = COLUMNS) -> str:
    """A roster sheet whose cells keep their types."""
    book = openpyxl.Workbook()
    for row in [list(head), *rows]:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(shell.file("roster.xlsx"))
    return shell.file("roster.xlsx")


def test_the_whole_desk_from_registration_to_the_sheet_of_results(shell: Shell) -> None:
    box = Box()
    register(shell, box)
    session(shell)
    copy_samples(shell.folder)
    shell.run("roster", "import", shell.file("roster-530051-junior.xlsx"), *ROSTER)
    publish(shell, "--out", shell.file("package"))
    own = ("codes", "morning", "--official", "1", *shell.officer("officer-1"))
    assert shell.run(*own).stdout.count("-") == 3
    events = deliver(shell, box)
    assert "Everyone is accounted for" not in shell.run("reconcile", "morning").stdout
    scored = shell.json("score", "morning")
    assert {row["state"] for row in scored} == {"passed", "missing"}
    shell.run("results", "show", "morning", "--out", shell.file("results.xlsx"))
    rows = read_sheet(Path(shell.file("results.xlsx")))
    assert (len(rows), rows[1][8]) == (31, 100.0)
    lines = shell.run("journal", "morning", "--json").stdout.encode().splitlines()
    assert lines == [encode(event) for event in events]


def deliver(shell: Shell, box: Box) -> list[object]:
    """One candidate's whole attempt, as a batch on a stick."""
    hq = open_headquarters(shell.folder / "hq")
    desk = Desk(hq, box, shell.folder, {"live": ("live-A", "live-B")})
    story = Story(desk)
    attempt = story.start("99530051001")
    story.answer_right(attempt, 65)
    story.hand_in(attempt)
    story.close(handed_in=1)
    digest, data = desk.batch(story.events)
    hq.close()
    batches = shell.folder / "stick" / "examsite" / "batches"
    batches.mkdir(parents=True)
    (batches / f"{digest}.batch").write_bytes(data)
    stick = shell.file("stick")
    assert "1 taken in, 0 known, 1 packages" in shell.run("stick", stick).stdout
    assert "0 taken in, 1 known, 0 packages" in shell.run("stick", stick).stdout
    receipts = {p.name for p in (shell.folder / "stick" / "examsite" / "receipts").iterdir()}
    assert receipts == {f"{digest}.received.json", f"{digest}.archived.json"}
    return list(story.events)


def test_a_refused_file_on_a_stick_is_named_and_the_others_taken(shell: Shell) -> None:
    batches = shell.folder / "stick" / "examsite" / "batches"
    batches.mkdir(parents=True)
    (batches / f"{'0' * 64}.batch").write_bytes(b"holiday")
    result = shell.run("stick", shell.file("stick"), status=4)
    assert "[document-altered]" in result.stderr
    assert (batches / f"{'0' * 64}.batch").exists()
    assert shell.json("quarantine")[0]["code"] == "document-altered"
    shell.refuse("stick-unusable", 3, "stick", shell.file("nowhere"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda row: [row[0], row[1], 99999920070101001, *row[3:]], "numeric cell"),
        (lambda row: [99530051001, *row[1:]], "numeric cell"),
        (lambda row: [*row[:2], "999999200701010010", *row[3:]], "check digit"),
    ],
)
def test_a_roster_that_lost_digits_is_refused_row_by_row(
    shell: Shell, change: object, said: str
) -> None:
    register(shell, Box())
    session(shell)
    rows = [change(row) for row in sample_rows("530051", 2, 1)]  # type: ignore[operator]
    said_all = shell.refuse("roster-refused", 6, "roster", "import", sheet(shell, rows), *ROSTER)
    lines = said_all.splitlines()
    for row in ("Row 2", "Row 3"):
        assert any(line.startswith(f"  · {row}: ") and said in line for line in lines), lines
    assert shell.json("session", "list")[0]["candidates"] == 0


def test_a_roster_without_a_column_or_with_a_number_twice_is_refused(shell: Shell) -> None:
    register(shell, Box())
    session(shell)
    rows = sample_rows("530051", 2, 1)
    short = sheet(shell, [row[:5] for row in rows], COLUMNS[:5])
    assert "Column missing: 座位号" in shell.refuse(
        "roster-refused", 6, "roster", "import", short, *ROSTER
    )
    twice = sheet(shell, [rows[0], [rows[0][0], *rows[1][1:]]])
    said = shell.refuse("roster-refused", 6, "roster", "import", twice, *ROSTER)
    assert "准考证号 repeated: 99530051001" in said


def test_a_file_that_is_no_sheet_is_refused(shell: Shell) -> None:
    register(shell, Box())
    session(shell)
    Path(shell.file("x.xlsx")).write_text("no sheet")
    shell.refuse("roster-unreadable", 6, "roster", "import", shell.file("x.xlsx"), *ROSTER)


def test_the_template_is_accepted_once_it_is_filled_in(shell: Shell) -> None:
    register(shell, Box())
    session(shell)
    shell.run("roster", "template", shell.file("t.xlsx"))
    book = openpyxl.load_workbook(shell.file("t.xlsx"))
    page = book.active
    for place, value in enumerate(sample_rows("530051", 1, 1)[0], start=1):
        page.cell(2, place).value = value  # type: ignore[union-attr]
        assert page.cell(2, place).number_format == "@"  # type: ignore[union-attr]
    book.save(shell.file("t.xlsx"))
    assert "1 candidates" in shell.run("roster", "import", shell.file("t.xlsx"), *ROSTER).stdout


def test_too_few_items_for_a_cell_names_the_cell(shell: Shell) -> None:
    register(shell, Box())
    session(shell)
    bank = shell.folder / "bank"
    bank.mkdir()
    shipped = (
        resources.files("sync.headquarters.content") / "bank" / "530051-junior" / "a-setup.toml"
    )
    (bank / "a.toml").write_bytes(shipped.read_bytes())
    said = shell.refuse(
        "blueprint-unmet", 6, "sitting", "add", "morning", "other",
        "--specification", "530051-junior", "--bank", str(bank),
    )  # fmt: skip
    assert "“single · 直播执行”: 13 needed, 0 there" in said
    (bank / "b.toml").write_text("nonsense =")
    shell.refuse("bank-refused", 6, "bank", "check", "530051-junior", "--folder", str(bank))


def test_unknown_things_are_not_found(shell: Shell) -> None:
    create = ("--name", "x", "--room", "r", "--starts-at", "2026-12-05T09:00+08:00")
    shell.refuse("not-found", 9, "session", "create", "s", "--site", "nowhere", *create)
    for words in (("session", "show"), ("score",), ("results", "show"), ("journal",)):
        shell.refuse("not-found", 9, *words, "none")
    shell.refuse("not-found", 9, "specifications", "show", "none")
    shell.refuse("not-found", 9, "bank", "check", "none")


def test_what_comes_too_early_is_not_done(shell: Shell) -> None:
    register(shell, Box())
    session(shell)
    shell.refuse("not-ready", 7, *signing(shell, 1))
    own = ("--official", "1", *shell.officer("li"))
    shell.refuse("not-ready", 7, "codes", "morning", *own)
    shell.refuse("not-ready", 7, "score", "morning")


def test_doing_it_twice_is_said_and_changes_nothing(shell: Shell) -> None:
    register(shell, Box())
    session(shell)
    copy_samples(shell.folder)
    load = ("roster", "import", shell.file("roster-530051-junior.xlsx"), *ROSTER)
    shell.run(*load)
    shell.refuse("already-there", 7, *load)
    publish(shell)
    shell.refuse("already-there", 7, *signing(shell, 1))
    shell.refuse("session-published", 7, *load, "--replace")
    shell.refuse("already-initialised", 3, "init")
    shell.refuse("already-there", 7, "users", "add", "officer", "--role", "auditor")


def test_a_folder_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.refuse("not-initialised", 3, "session", "list")
    (tmp_path / "hq").mkdir()
    (tmp_path / "hq" / "site.db").touch()
    shell.refuse("foreign-data-folder", 3, "session", "list")
    shell.refuse("foreign-data-folder", 3, "init")


def test_a_request_that_is_none_is_refused(shell: Shell) -> None:
    Path(shell.file("r")).write_text("{}")
    shell.refuse(
        "not-canonical", 4, "site", "register", shell.file("r"), "--id", "s", "--name", "x",
        "--out", shell.file("c"), *shell.officer("clerk", "exam-officer"),
    )  # fmt: skip
    assert not Path(shell.file("c")).exists()


def test_assumed_rules_are_set_and_published_ones_are_not(shell: Shell) -> None:
    words = ("specifications", "set", "530051-junior")
    shell.run(*words, "theory.multiple_marking", "part-marks")
    shown = json.loads(shell.run("specifications", "show", "530051-junior", "--json").stdout)
    assert shown["multiple_marking"] == "part-marks"
    said = shell.refuse("specification-refused", 6, *words, "theory.minutes", "90")
    assert "is published" in said
    shell.refuse("specification-refused", 6, *words, "theory.multiple_marking", "sometimes")


def test_errors_are_chinese_unless_english_is_asked_for(tmp_path: Path) -> None:
    result = Shell(tmp_path).run("session", "list", status=3, lang="zh")
    assert "错误 [not-initialised]" in result.stderr
    assert "提示：请先运行 examhq init" in result.stderr


def test_sheets_to_print_are_one_an_official_and_private(shell: Shell) -> None:
    register(shell, Box())
    session(shell)
    copy_samples(shell.folder)
    shell.run("roster", "import", shell.file("roster-530051-junior.xlsx"), *ROSTER)
    publish(shell)
    own = {n: ("codes", "morning", "--official", n, *shell.officer(f"officer-{n}")) for n in "12"}
    codes = {n: json.loads(shell.run(*own[n], "--json").stdout)["code"] for n in "12"}
    for official, other in (("1", "2"), ("2", "1")):
        shell.run(*own[official], "--html", shell.file("c.html"))
        text = Path(shell.file("c.html")).read_text("utf-8")
        assert all(group in text for group in codes[official].split("-"))
        assert not all(group in text for group in codes[other].split("-"))
    both = ("codes", "morning", "--official", "2", *shell.officer("officer-1"))
    assert "officer-1" in shell.refuse("one-code-each", 10, *both)
    assert Path(shell.file("c.html")).stat().st_mode & 0o077 == 0


def test_lists_are_json_when_asked(shell: Shell) -> None:
    register(shell, Box())
    session(shell)
    assert shell.json("site", "list")[0]["id"] == "site-01"
    assert shell.json("session", "list")[0]["name"] == {"zh": "上午场", "en": "morning"}
    assert len(shell.json("specifications")) == 24
    assert {"name": "officer", "roles": list(ROLES)} in shell.json("users", "list")
    assert {row["code"] for row in shell.json("bank", "list")} >= {"530051-junior"}
    assert shell.json("batches") == []


def test_samples_are_nobodys_and_fit_a_roster(shell: Shell) -> None:
    shell.run("samples", shell.file("s"))
    rows = read_sheet(Path(shell.file("s")) / "roster-530051-junior.xlsx")[1:]
    others = read_sheet(Path(shell.file("s")) / "roster-560003-junior.xlsx")[1:]
    assert [row[5] for row in rows] == [str(n) for n in range(1, 31)]
    assert [row[5] for row in others] == [str(n) for n in range(31, 41)]
    assert {str(row[2])[:6] for row in rows + others} == {"999999"}
    assert all("示例" in str(row[1]) for row in rows + others)


def test_a_wrong_name_for_the_first_account_sets_nothing_up(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.refuse("name-refused", 6, "init", "--account", "Die Chefin")
    assert not (tmp_path / "hq").exists()


def test_sheet_bytes_of_nothing_is_still_a_sheet(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(sheet_bytes("a/b", ["一"], []))
    assert read_sheet(tmp_path / "x.xlsx") == [["一"]]


def test_specifications_can_be_read_before_anything_is_set_up(tmp_path: Path) -> None:
    listed = CliRunner().invoke(main, ["--data", str(tmp_path), "specifications", "--json"])
    assert (listed.exit_code, len(json.loads(listed.stdout))) == (0, 24)
    args = ["--data", str(tmp_path), "--lang", "en", "specifications", "show"]
    shown = CliRunner().invoke(main, [*args, "530051"]).stdout
    assert all(level in shown for level in ("junior", "intermediate", "senior"))
    assert "published" in shown
    assert "assumed" in shown
    missing = CliRunner().invoke(main, [*args, "530052"])
    assert (missing.exit_code, "530052 not found" in missing.stderr) == (9, True)


def test_the_register_is_told_as_json_and_a_missing_form_sends_back(shell: Shell) -> None:
    register(shell, Box())
    stated = Path(shell.file("stated.json"))
    stated.write_bytes(msgspec.json.encode(approving.stated(name="第二中学")))
    made = json.loads(
        shell.run("application", "create", str(stated), "--site", "s2", "--json").stdout
    )
    assert made == {"application": 2, "state": "draft"}
    assert "sent back" in shell.run("application", "submit", "2").stdout
    assert [row["state"] for row in shell.json("application", "list")] == ["returned", "approved"]
    told = json.loads(shell.run("application", "show", "2", "--json").stdout)
    assert [step["who"] for step in told["steps"]][1:] == ["register"]
    refusal = ("application", "refuse", "2", "--reason", "x")
    assert "sent back" in shell.refuse("application-step-refused", 7, *refusal)
    quota = shell.json("quota", "list", "--year", "2026")[0]
    assert (quota["specification"], quota["used"]) == ("530051-intermediate", 0)
    assert len(shell.json("calendar", "list", "--year", "2024")) == 7


def test_a_form_that_cannot_be_taken_leaves_no_draft_and_fields_have_names(shell: Shell) -> None:
    register(shell, Box())
    stated, form = Path(shell.file("stated.json")), Path(shell.file("form.pdf"))
    stated.write_bytes(msgspec.json.encode(approving.stated(name="第二中学")))
    form.write_bytes(b"hello")
    create = ("application", "create", str(stated), "--site", "s2", "--form", str(form))
    shell.refuse("stamped-form-refused", 6, *create)
    assert [row["id"] for row in shell.json("application", "list")] == [1]
    shown = shell.run("application", "show", "1").stdout
    assert ("Street and number" in shown, "student_machines" in shown) == (True, False)


def test_a_key_that_was_taken_is_with_its_keeper(shell: Shell) -> None:
    shell.run("keys", "take", "root", shell.file("root.key"))
    said = shell.refuse("key-taken", 7, "keys", "take", "root", shell.file("again.key"))
    assert ("keeper" in said, Path(shell.file("again.key")).exists()) == (True, False)


@pytest.mark.parametrize("blobs", ["tabel", "s3+https://host/bucket"])
def test_a_set_up_that_was_refused_can_be_given_again_rightly(tmp_path: Path, blobs: str) -> None:
    shell = Shell(tmp_path)
    said = shell.run("init", "--blobs", blobs, status=3 if blobs.startswith("s3") else 6).stderr
    assert "s3.json" in said or "folder, table" in said
    assert "Fingerprint" in shell.run("init").stdout
    shell.refuse("already-initialised", 3, "init")


def test_a_key_is_never_moved_onto_a_file_that_is_there(shell: Shell) -> None:
    shell.run("keys", "take", "root", shell.file("first.key"))
    kept = Path(shell.file("first.key")).read_bytes()
    shell.refuse("key-file-there", 7, "keys", "take", "escrow", shell.file("first.key"))
    assert Path(shell.file("first.key")).read_bytes() == kept
    shell.run("keys", "take", "escrow", shell.file("escrow.key"))


def test_a_user_without_rights_is_told_whom_to_be(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shut(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", shut)
        assert "sudo -u examhq" in shell.refuse("rights-missing", 3, "keys", "list")
    shell.run("keys", "list")
