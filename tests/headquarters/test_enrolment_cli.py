"""`examhq site invite`, `invitations`, `requests`, `confirm`, `allow`, `withdraw`."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from desk_world import Desk
from enrolling import FIRST, Newcomer, enrolled, ready

from sync.errors import InvitationUsed, SecondPersonNeeded
from sync.headquarters.cli import main
from sync.headquarters.clock import wall_ms
from sync.headquarters.register import staff
from sync.moments import moment
from sync.wire.enrolment import read_bundle

ACTS = {"invite", "confirm", "allow", "withdraw"}


@pytest.fixture
def desk(bare_desk: Desk) -> Desk:
    """Headquarters that can enrol."""
    ready(bare_desk.hq)
    return bare_desk


def run(desk: Desk, *words: str) -> Result:
    given = [*words, *(officer(desk) if words[0] in ACTS else ())]
    return CliRunner().invoke(main, ["--data", str(desk.hq.folder), "--lang", "en", "site", *given])


def officer(desk: Desk) -> tuple[str, ...]:
    file = desk.folder / "zhao.password"
    if not file.exists():
        file.write_text(staff.add_member(desk.hq, FIRST, "zhao", ("exam-officer",)))
    return ("--account", "zhao", "--password-file", str(file))


def rows(desk: Desk, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(desk, *words, "--json").stdout)
    return found


def invited(desk: Desk, site: str = "site-02") -> Newcomer:
    out = desk.folder / "bundle.json"
    given = ("--name", "示例职业学校", "--address", "https://hq.example/", "--out", str(out))
    result = run(desk, "invite", site, *given)
    assert result.exit_code == 0, result.output
    return Newcomer(read_bundle(out.read_bytes()))


def test_a_bundle_is_for_its_owners_eyes_and_its_address_has_no_slash_at_the_end(
    desk: Desk,
) -> None:
    box = invited(desk)
    assert (desk.folder / "bundle.json").stat().st_mode & 0o777 == 0o600
    assert box.bundle.address == "https://hq.example"
    (row,) = rows(desk, "invitations")
    assert (row["id"], row["standing"]) == (box.bundle.key.public.key_id, "unused")


def test_a_box_that_waits_shows_no_words_and_one_refused_does(desk: Desk) -> None:
    box = invited(desk)
    second = Newcomer(box.bundle)
    assert box.comes(desk.hq, wall_ms()) is None
    with pytest.raises(InvitationUsed):
        second.comes(desk.hq, wall_ms())
    found = {row["state"]: row for row in rows(desk, "requests")}
    assert found["waiting"]["words"] is None
    assert found["refused"]["code"] == "invitation-used"
    assert run(desk, "requests").exit_code == 0
    assert run(desk, "confirm", "site-02", *second.words().split()).exit_code == 10
    assert run(desk, "confirm", "site-02", *box.words().split()).exit_code == 0
    assert run(desk, "confirm", "site-02", *box.words().split()).exit_code == 9


def test_at_the_shell_everybody_is_one_person(desk: Desk) -> None:
    enrolled(desk.hq)
    number = invited(desk).bundle.key.public.key_id
    refused = run(desk, "allow", number)
    assert refused.exit_code == SecondPersonNeeded.exit_status
    assert f"[{SecondPersonNeeded.code}]" in refused.stderr
    assert run(desk, "withdraw", number).exit_code == 0
    assert run(desk, "withdraw", number).exit_code == 7
    states = {row["id"]: row["standing"] for row in rows(desk, "invitations")}
    assert states[number] == "withdrawn"


def test_before_there_is_a_key_the_command_says_what_to_do(bare_desk: Desk, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "b.json"))
    given = ("--name", "x", "--address", "https://hq.example", *out)
    refused = run(bare_desk, "invite", "site-02", *given)
    assert "examhq keys rotate enrolment" in refused.stderr
    assert not (tmp_path / "b.json").exists()


def test_of_two_boxes_that_wait_the_words_find_theirs_and_a_withdrawn_one_waits_no_more(
    desk: Desk,
) -> None:
    box, other = invited(desk), invited(desk)
    for came, at in ((box, 1), (other, 2)):
        assert came.comes(desk.hq, wall_ms() + at) is None
    differing = run(desk, "confirm", "site-02", *["abandon"] * 6)
    assert "words-differ" in differing.stderr
    assert "5 words instead of 6" in run(desk, "confirm", "site-02", *["able"] * 5).stderr
    assert run(desk, "confirm", "site-02", *box.words().split()).exit_code == 0
    run(desk, "withdraw", other.bundle.key.public.key_id)
    assert [row["state"] for row in rows(desk, "requests")] == ["withdrawn", "enrolled"]


def test_a_table_has_moments_and_no_cell_is_broken_where_nobody_looks(desk: Desk) -> None:
    number = invited(desk).bundle.key.public.key_id
    (found,) = rows(desk, "invitations")
    shown = CliRunner().invoke(main, ["--data", str(desk.hq.folder), "site", "invitations"]).stdout
    assert (str(found["expires_at"]) in shown, "expires_at" in shown) == (False, False)
    line = next(line for line in shown.splitlines() if number in line)
    assert (moment(found["expires_at"]) in line, "未使用" in line) == (True, True)
