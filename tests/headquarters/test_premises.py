"""Declared and measured, and which sites' reports need a look: on pages and in the shell."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from approving import stated
from click.testing import CliRunner
from desk_world import NOW, Box, Desk, Page
from readied import said_report

from sync.headquarters.cli import main
from sync.headquarters.commands import readiness as commands
from sync.headquarters.intake import premises, readiness
from sync.headquarters.intake.premises import DAY_MS, Measured, Need
from sync.wire.documents import sign
from sync.wire.keys import SigningKey
from sync.wire.readiness import Place, Premises, Room, Server

SERVERS = (Server("main", 4, 8000, 50_000), Server("spare", None, None, None))
WHOLE = Premises(2, SERVERS, 120, 8)


@pytest.fixture(params=["published_desk", "published_on_postgresql"], ids=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """Its site declared 2 rooms, 2 servers, 120 machines and 8 cameras."""
    found: Desk = request.getfixturevalue(request.param)
    return found


def report(key: SigningKey, **change: Any) -> bytes:
    said: dict[str, Any] = {"at": NOW, "premises": WHOLE} | change
    return sign(said_report("site-01", "morning", **said), key)


def needs(desk: Desk, now: int = NOW) -> tuple[Need, ...]:
    return next(s.needs for s in premises.sites_by_need(desk.hq, now) if s.site == "site-01")


@pytest.mark.parametrize(
    ("declared", "found", "percent", "how"),
    [
        (120, 120, 100, "same"), (120, 119, 100, "less"), (120, 121, 100, "more"),
        (120, 108, 90, "same"), (120, 107, 90, "less"), (120, None, 100, "unknown"),
        (0, 0, 100, "same"),
    ],
)  # fmt: skip
def test_what_is_less_is_said_by_the_threshold(
    declared: int, found: int | None, percent: int, how: str
) -> None:
    measured = Measured(NOW, True, 2, 2, 9, found)
    compared = premises.compare(stated(cameras=declared), measured, percent)
    assert [one.field for one in compared] == ["rooms", "servers", "student_machines", "cameras"]
    assert compared[3].how == how


def test_a_site_needs_a_look_for_each_reason_by_itself(desk: Desk) -> None:
    assert needs(desk) == ("missing",)
    for change, expected in (
        ({}, ()),
        ({"ready": False}, ("red",)),
        ({"premises": Premises(2, SERVERS, 119, 8)}, ("differs",)),
        ({"premises": Premises(2, SERVERS, 120, None)}, ()),
    ):
        readiness.keep_report(desk.hq, report(desk.box.sign, **change), "site-01", NOW)
        assert needs(desk) == expected
    assert needs(desk, NOW + 30 * DAY_MS) == ()
    assert needs(desk, NOW + 30 * DAY_MS + 1) == ("old",)


def test_the_list_of_sites_finds_those_that_need_a_look(desk: Desk, officer: Page) -> None:
    for need in get_args(Need):
        assert ("/sites/site-01" in officer.get(f"/sites?report={need}")) == (need == "missing")
    short = report(desk.box.sign, premises=Premises(2, SERVERS, 60, 8))
    readiness.keep_report(desk.hq, short, "site-01", NOW)
    assert "/sites/site-01" not in officer.get("/sites?report=missing")
    assert "less than declared" in officer.get("/sites?report=differs&lang=en")
    assert "/sites/site-01" in officer.get("/sites?report=nonsense")


def test_the_page_of_a_report_draws_what_the_site_signed(desk: Desk, officer: Page) -> None:
    rooms = (Room("<b>301</b>", True, 5, 5, 1, (Place(1, 1, 1, False), Place(2, 1, 3, True))),)
    kept = report(desk.box.sign, rooms=rooms, premises=Premises(1, SERVERS, 60, None))
    readiness.keep_report(desk.hq, kept, "site-01", NOW)
    path = "/sites/site-01/readiness/morning"
    assert f'href="{path}"' in officer.get("/sites/site-01")
    shown = officer.get(f"{path}?lang=en")
    for said in ("signature verified", "Ready for 5 candidates, 1 spares", "less than declared"):
        assert said in shown
    assert "&lt;b&gt;301" in shown
    assert "<b>301" not in shown
    assert officer.client.get(f"{path}/statement").data == kept
    officer.get("/sites/site-01/readiness/evening", status=404)


def test_the_shell_lists_shows_and_verifies(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "wall_ms", lambda: NOW)
    kept = report(desk.box.sign, premises=Premises(1, SERVERS, 60, 8))
    readiness.keep_report(desk.hq, kept, "site-01", NOW)

    def run(*words: str) -> Any:
        return CliRunner().invoke(
            main, ["--data", str(desk.hq.folder), "--lang", "en", "readiness", *words]
        )

    (line,) = json.loads(run("list", "--only", "differs", "--json").stdout)
    assert (line["site"], line["needs"]) == ("site-01", ["differs"])
    assert json.loads(run("list", "--only", "red", "--json").stdout) == []
    out = tmp_path / "report.json"
    told = run("show", "site-01", "--out", str(out)).stdout
    assert "Student machines: declared 120, measured 60 (less than declared)" in told
    assert out.read_bytes() == kept
    assert "Signature verified: site site-01" in run("verify", str(out)).stdout
    out.write_bytes(report(Box().sign))
    assert run("verify", str(out)).exit_code == 4
    assert run("show", "site-02").exit_code == 9
