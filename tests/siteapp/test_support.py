"""A support bundle says how a site is, and nothing of anybody: only headquarters opens it."""

import json
from pathlib import Path
from typing import Any

import pytest
import world
from click.testing import CliRunner
from room import Page, browser, staff_browser
from together import AM

from siteapp import support
from siteapp.cli import main
from siteapp.config import Settings
from siteapp.site import Site
from siteapp.store.printed import lines
from sync.errors import CannotOpen, DocumentAltered, SignatureRefused
from sync.wire.keys import OpeningKey
from sync.wire.support import read_support

NOTE, ADDRESS = "考生情绪激动，已安抚", "https://hq.example.cn"
SAID = f"candidate 王小明 2026000001 said {NOTE}: ValueError examsite.lan"
TRACE = 'Traceback: File "/opt/examsite/siteapp/papers.py", line 12, in 王小明'


def journald(words: list[str]) -> str | None:
    """What journalctl would say, with a name and a number in its lines."""
    if words[0] != "journalctl":
        return None
    line = {"__REALTIME_TIMESTAMP": "1770000000000000", "PRIORITY": "4"}
    said = (("examsite-web", SAID), ("examsite-web", TRACE), ("sshd", SAID))
    lines = [line | {"_SYSTEMD_UNIT": f"{unit}.service", "MESSAGE": text} for unit, text in said]
    return "\n".join([*(json.dumps(one) for one in lines), "no json", "{}"])


@pytest.fixture
def lived(open_folder: Path, open_package: world.Package) -> Site:
    """A site at which a day has passed: answers, staff, an incident, settings."""
    (open_folder / "settings.toml").write_text(
        f'headquarters = "{ADDRESS}"\nbackup_folder = "/media/wangxiaoming"\ncheck_sound = "on"'
    )
    site = Site(open_folder)
    page = Page(browser(site), open_package.plan.candidates[0])
    page.begin()
    assert page.save(0)[0] == 200
    chief = staff_browser(site, "chief")
    told = {"admission": page.candidate.admission, "category": "other", "note": NOTE}
    chief.post(f"/api/room/{AM}/incident", json=told)
    site.close()
    return site


def marks(site: Site, package: world.Package) -> list[str]:
    """Every text that must not be in a bundle."""
    people = [
        text
        for one in package.plan.candidates
        for text in (one.name, one.admission, one.identity, one.identity[-6:], one.school)
    ]
    plan = [package.plan.room, package.plan.name.zh, site.identity.certificate.name]
    items = [item for bank in package.banks.values() for item in bank.items]
    secret = site.identity.candidate_secret
    return [*people, *plan, *items, NOTE, ADDRESS, "wangxiaoming", "chief", secret.hex()]


def opened(hq: world.Headquarters, site: Site, path: Path) -> dict[str, Any]:
    return read_support(path, site.identity.certificate, {hq.seal.public.key_id: hq.seal})


def leaked(told: dict[str, Any], site: Site, package: world.Package) -> list[str]:
    text = json.dumps(told, ensure_ascii=False)
    return [mark for mark in marks(site, package) if mark in text]


def test_an_opened_bundle_has_no_name_number_answer_or_secret(
    hq: world.Headquarters, lived: Site, open_package: world.Package, tmp_path: Path
) -> None:
    path = tmp_path / "a.support"
    support.write_bundle(path, lived.identity, journald)
    told = opened(hq, lived, path)
    assert leaked(told, lived, open_package) == []
    (session,) = told["database"]["sessions"]
    assert (session["candidates"], session["events"]["response"]) == (5, 1)
    assert session["events"]["incident"] == 1
    assert told["settings"]["check_sound"] == "on"
    assert told["settings"]["headquarters"] == "set"
    names = [line["names"] for line in told["log"]]
    assert names == [["ValueError", "examsite.lan"], ['siteapp/papers.py", line 12']]


@pytest.mark.parametrize("slip", ["plan", "journal", "settings", "log"])
def test_one_fact_too_many_would_be_noticed(
    lived: Site, open_package: world.Package, slip: str
) -> None:
    with support.checked.beside(lived.folder / "site.db") as rows:
        slips = {
            "plan": support.checked.plans(rows),
            "journal": [line.decode() for line in lines(rows, AM)],
            "settings": Settings.load(lived.folder).text("backup_folder"),
            "log": journald(["journalctl"]),
        }
    told = support.facts(lived.identity, journald) | {"slip": slips[slip]}
    assert leaked(told, lived, open_package) != []


def test_nobody_else_opens_it_and_an_altered_one_is_refused(
    hq: world.Headquarters, lived: Site, tmp_path: Path
) -> None:
    path, other = tmp_path / "a.support", OpeningKey.generate()
    support.write_bundle(path, lived.identity, journald)
    assert b"examsite.lan" not in path.read_bytes()
    certificate = lived.identity.certificate
    with pytest.raises(CannotOpen):
        read_support(path, certificate, {other.public.key_id: other})
    (tmp_path / "other").mkdir()
    stranger = hq.enrol(tmp_path / "other", site="site-02")
    with pytest.raises(SignatureRefused):
        read_support(path, stranger, {hq.seal.public.key_id: hq.seal})
    spoilt = bytearray(path.read_bytes())
    spoilt[-1] ^= 1
    path.write_bytes(spoilt)
    with pytest.raises(DocumentAltered):
        opened(hq, lived, path)


def test_the_command_works_on_a_site_that_was_never_opened(
    hq: world.Headquarters, enrolled: Path, tmp_path: Path
) -> None:
    out = tmp_path / "b.support"
    run = ["--data", str(enrolled), "--lang", "en", "support-bundle"]
    done = CliRunner().invoke(main, [*run, str(out)])
    assert done.exit_code == 0, done.output
    shown = CliRunner().invoke(main, [*run, "--show"])
    assert json.loads(shown.output)["database"] is None
    assert out.stat().st_size > 1000
