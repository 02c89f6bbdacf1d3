"""Sittings in Safe Exam Browser: who gets in, by which proof, and who was let in without it."""

import gzip
import plistlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
import world
from click.testing import CliRunner
from deciding import AM, act, staff
from room import Page, browser, journal, staff_browser
from werkzeug.test import Client

from siteapp.cli import main
from siteapp.config import Settings, SettingsRefused
from siteapp.kiosk import KIOSKS, lines
from siteapp.lockdown import Lockdown
from siteapp.site import Site
from siteapp.web.lockdown import KEY_HEADER, SCRIPT_HEADER
from sync.wire import seb

API = "http://localhost/api/candidate/"


@pytest.fixture
def locked(open_site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The live sitting is taken in Safe Exam Browser, the other one is not."""
    values = open_site.settings._values | {"seb_sittings": "live"}
    monkeypatch.setattr(open_site.settings, "_values", values)
    return open_site


@pytest.fixture
def planned(open_site: Site) -> Site:
    """Headquarters' plan asks for it in the live sitting; the site's settings say nothing."""
    session = open_site.live.session(AM)
    first, *others = session.plan.sittings
    asked = (msgspec.structs.replace(first, lockdown="required"), *others)
    session.plan = msgspec.structs.replace(session.plan, sittings=asked)
    return open_site


class Seb(Page):
    """A page in Safe Exam Browser: by header, as on Windows, or by its page's script."""

    def __init__(self, client: Client, candidate: Any, key: str, way: str = "header") -> None:
        super().__init__(client, candidate)
        self.key, self.way = key, way

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        """One request with the proof."""
        page = "http://localhost/?seat=3"
        proof = {
            "header": {KEY_HEADER: seb.url_hash(API + path, self.key)},
            "script": {SCRIPT_HEADER: f"{seb.url_hash(page, self.key)} {page}"},
            "copied": {KEY_HEADER: seb.url_hash(page, self.key)},
            "elsewhere": {SCRIPT_HEADER: f"{seb.url_hash('http://x/', self.key)} http://x/"},
            "none": {},
        }[self.way]
        headers = proof | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        answer = self.client.open(API + path, method=method, json=body, headers=headers)
        return answer.status_code, answer.get_json()


@pytest.mark.parametrize("way", ["header", "script"])
def test_who_shows_the_configuration_of_this_site_takes_the_paper(
    locked: Site, open_package: world.Package, way: str
) -> None:
    page = Seb(browser(locked), open_package.plan.candidates[0], locked.lockdown.key, way)
    page.begin()
    assert page.save(0)[0] == 200
    told = staff_browser(locked, "invigilator").get(f"/api/room/{AM}").json["seb"]
    # Only the sitting that asks for it, and only who has come.
    assert sorted(told.values()) == ["seb", "unseen", "unseen"]


@pytest.mark.parametrize("way", ["none", "copied", "elsewhere", "header"])
def test_nobody_else_gets_in_and_the_page_says_what_to_do(
    locked: Site, open_package: world.Package, way: str
) -> None:
    key = "5e" * 32 if way == "header" else locked.lockdown.key
    page = Seb(browser(locked), open_package.plan.candidates[0], key, way)
    status, said = page.sign_in()
    assert (status, said["error"]["code"]) == (403, "seb-needed")
    assert ".seb" in said["error"]["hint"]["zh"]
    told = browser(locked).get("/browser?lang=en").text
    assert "Sittings in Safe Exam Browser" in told
    assert "other" in locked.lockdown.on_wall(locked.live.session(AM)).values()


def test_what_headquarters_plan_asks_for_no_setting_takes_back(
    planned: Site, open_package: world.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_, other = open_package.plan.candidates
    assert Page(browser(planned), first).sign_in()[0] == 403
    Seb(browser(planned), first, planned.lockdown.key).begin()
    # The sitting that it does not ask for: any browser, until the site's setting adds it.
    assert Page(browser(planned), other).sign_in()[0] == 200
    told = staff_browser(planned, "administrator").get("/admin/browser?lang=en").text
    assert ("asked for by headquarters" in told, "by this site" in told) == (True, False)
    assert "Sittings in Safe Exam Browser" in browser(planned).get("/browser?lang=en").text
    values = planned.settings._values | {"seb_sittings": "media"}
    monkeypatch.setattr(planned.settings, "_values", values)
    for one in (first, other):
        assert Page(browser(planned), one).sign_in()[1]["error"]["code"] == "seb-needed"


def test_other_sittings_of_the_room_are_not_concerned(
    locked: Site, open_package: world.Package
) -> None:
    page = Page(browser(locked), open_package.plan.candidates[-1])
    page.begin()
    assert page.save(0)[0] == 200


def test_who_leaves_the_browser_loses_the_paper_and_no_answer(
    locked: Site, open_package: world.Package
) -> None:
    page = Seb(browser(locked), open_package.plan.candidates[0], locked.lockdown.key)
    page.begin()
    page.way = "none"
    assert page.save(0)[0] == 200
    assert page.call("GET", "state")[0] == 200
    assert page.call("GET", "paper")[1]["error"]["code"] == "seb-needed"
    assert "other" in locked.lockdown.on_wall(locked.live.session(AM)).values()
    assert page.hand_in()[0] == 200


def test_one_seat_is_let_in_without_it_for_a_reason_on_record(
    locked: Site, open_package: world.Package
) -> None:
    one, other = (Page(browser(locked), c) for c in open_package.plan.candidates[:2])
    assert one.sign_in()[0] == 403
    helper, _ = staff(locked, "吴监考")
    who = one.candidate.admission
    assert act(helper, "any-browser", admission=who, reason="")[0] == 400
    for _ in range(2):
        assert act(helper, "any-browser", admission=who, reason="Linux 机器")[0] == 200
    one.begin()
    assert other.sign_in()[0] == 403
    (noted,) = journal(locked, "incident")
    assert (noted["category"], noted["note"], noted["by"]) == (
        "any-browser",
        "Linux 机器",
        "吴监考",
    )
    assert "let" in locked.lockdown.on_wall(locked.live.session(AM)).values()


def test_a_school_may_bring_a_configuration_of_its_own(
    locked: Site, open_package: world.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = seb.config_key({"startURL": "https://exam.local/"})
    page = Seb(browser(locked), open_package.plan.candidates[0], theirs)
    assert page.sign_in()[0] == 403
    values = locked.settings._values | {"seb_config_key": theirs}
    monkeypatch.setattr(locked.settings, "_values", values)
    assert page.sign_in()[0] == 200


def test_the_page_and_the_command_give_a_file_whose_key_counts(open_site: Site) -> None:
    client = staff_browser(open_site, "administrator")
    given = client.post("/admin/browser/file", data={"password": ""})
    kept = plistlib.loads(gzip.decompress(gzip.decompress(given.data)[4:]))
    assert seb.config_key(kept) == open_site.lockdown.key
    assert kept["startURL"] == open_site.lockdown.address
    assert client.post("/admin/browser/file", data={"password": "短"}).status_code == 400
    locked = client.post("/admin/browser/file", data={"password": "open sesame"}).data
    assert gzip.decompress(locked)[:4] == b"pswd"
    assert open_site.lockdown.quit_code in client.get("/admin/browser").text
    folder = open_site.folder
    made = CliRunner().invoke(main, ["--data", str(folder), "seb", "make", str(folder / "a.seb")])
    assert (made.exit_code, open_site.lockdown.key in made.output) == (0, True)
    assert gzip.decompress((folder / "a.seb").read_bytes()) == gzip.decompress(given.data)


def test_the_key_is_of_this_site_and_its_address() -> None:
    mine = Lockdown(b"secret", Settings({"front": "127.0.0.1"}))
    assert mine.address == "https://exam.local/"
    assert mine.key == Lockdown(b"secret", Settings({"front": "127.0.0.1"})).key
    others = [
        Lockdown(b"other", Settings({"front": "127.0.0.1"})),
        Lockdown(b"secret", Settings({"seb_address": "https://10.0.0.5"})),
    ]
    assert len({mine.key, *(one.key for one in others)}) == 3
    assert len({mine.quit_code, others[0].quit_code}) == 2


@pytest.mark.parametrize("line", ['seb_sittings = "live;"', 'seb_address = "exam.local/a b"'])
def test_settings_that_mean_nothing_are_refused(tmp_path: Any, line: str) -> None:
    (tmp_path / "settings.toml").write_text(line)
    with pytest.raises(SettingsRefused):
        Settings.load(tmp_path)


def test_the_page_shows_how_ordinary_browsers_fill_the_screen(site: Site) -> None:
    told = browser(site).get("/browser").text
    assert "Safe Exam Browser 只有" not in told
    assert told.count("<dt>") == len(KIOSKS)
    assert "--kiosk --no-first-run" in told


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_the_guide_has_the_very_command_lines(tongue: str) -> None:
    guide = (Path(__file__).parents[2] / f"docs/operate/{tongue}/site.md").read_text("utf-8")
    assert [one.command for one in lines("https://exam.local/") if one.command not in guide] == []
