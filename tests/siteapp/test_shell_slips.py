"""What a teacher types at the shell on the first day, and the answer to it."""

from pathlib import Path

import pytest
from cameras import GIVEN
from click.testing import CliRunner, Result
from readied import said_report

from siteapp.cameras import look
from siteapp.cli import main
from siteapp.rooms.plan import Cell, RoomGrid, RoomPlan
from siteapp.site import Site
from sync.printing.page import Tongue
from sync.readiness.drawn import body
from sync.wire.readiness import Finding
from sync.words import Language


def run(folder: Path, *words: str, lang: Language = "zh") -> Result:
    return CliRunner().invoke(main, ["--data", str(folder), "--lang", lang, *words])


@pytest.mark.parametrize("words", [("rooms", "export"), ("check", "--pdf")])
def test_a_folder_that_is_not_there_is_named_before_anything_is_done(
    site: Site, tmp_path: Path, words: tuple[str, str]
) -> None:
    done = run(site.folder, *words, str(tmp_path / "none" / "out"))
    assert done.exit_code == 2
    assert f"没有文件夹 {tmp_path / 'none'}" in done.output
    assert "没有文件夹" not in run(site.folder, *words, str(tmp_path / "out")).output


def test_a_check_without_any_session_says_where_one_comes_from(site: Site) -> None:
    done = run(site.folder, "check")
    assert done.exit_code == 9
    assert "no-session-yet" in done.output
    assert "试考试卷包" in done.output


def test_the_list_of_rooms_has_heads_in_the_language_of_the_reader(site: Site) -> None:
    room = RoomGrid("甲", 1, 1, (Cell(1, 1, "seat", 1),))
    site.rooms.change(0, "admin", "drawn", lambda _: RoomPlan(rooms=(room,)))
    head = run(site.folder, "rooms", "list").output.splitlines()[0]
    assert head.split() == ["机房", "行", "×", "列", "座位", "备用", "已绑定机器"]
    assert "spares" in run(site.folder, "rooms", "list", lang="en").output


def test_a_camera_that_fails_at_the_shell_is_told_with_its_remedy(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "ASIDE_S", 0.5)
    site.cameras.book.put(GIVEN | {"port": 9})
    assert "检查电源、网线和地址" not in run(site.folder, "cameras", "list").output
    assert "检查电源、网线和地址" in run(site.folder, "cameras", "check").output


def test_seats_written_wrongly_are_answered_with_how_they_are_written(site: Site) -> None:
    given = ("cameras", "add", "10.0.0.1", "--label", "x", "--seats", "9-3")
    assert "座位应写作 1-20, 25，不能是 9-3" in run(site.folder, *given).output


@pytest.mark.parametrize(("said", "whole"), [("4 GiB", True), ("前门 H264, " * 9, False)])
def test_a_long_measurement_is_broken_and_leaves_the_remedy_its_room(
    said: str, whole: bool
) -> None:
    found = (Finding("camera-picture", "fail", None, None, said.strip(), ()),)
    drawn = body(said_report("site-01", "am-1121", findings=found), Tongue("zh"))
    cell = next(line for line in drawn.splitlines() if said.strip() in line)
    assert ('<td class="keep">' + said.strip()[:3] in cell) is whole
