"""Headquarters opens the bundle of a site that asks for help, and of no stranger."""

import json
from pathlib import Path

from click.testing import CliRunner
from desk_world import Desk

from sync.headquarters.cli import main
from sync.wire.support import write_support


def opened(desk: Desk, path: Path) -> tuple[int, str]:
    words = ["--data", str(desk.hq.folder), "--lang", "en", "support", "open", str(path)]
    done = CliRunner().invoke(main, words)
    return done.exit_code, done.output


def test_a_bundle_of_a_site_of_ours_is_opened_and_anothers_refused(
    desk: Desk, tmp_path: Path
) -> None:
    path, told = tmp_path / "a.support", {"versions": {"examsite": "0.1.0"}}
    certified = {"site": "site-01", "at": 1}
    write_support(path, told, certified, desk.box.sign, desk.hq.keys.public())
    status, output = opened(desk, path)
    assert (status, json.loads(output)) == (0, {"site": "site-01", **told})
    write_support(path, told, {"site": "site-99", "at": 1}, desk.box.sign, desk.hq.keys.public())
    assert opened(desk, path)[0] == 9
    path.write_bytes(b"EXAMSEAL")
    assert opened(desk, path)[0] == 4
