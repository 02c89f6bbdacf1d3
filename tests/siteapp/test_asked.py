"""What some sittings need of machines, what a person answers, and the quick look while waiting."""

import hashlib
import json
from typing import Any

import msgspec
import pytest
from readied import CHROMIUM, FINE, report
from room import browser, staff_browser
from werkzeug.test import Client

from siteapp.config import Settings
from siteapp.lan.sightings import merge
from siteapp.readiness.asked import Wants, has_sound, judge_asked
from siteapp.readiness.machine import Checked, MachineReport
from siteapp.readiness.network import UNSEEN, Network, sightings_of
from siteapp.readiness.report import Around, from_rows, look_at
from siteapp.site import Site
from siteapp.store import checked

AM = "am-1121"
SEB = "Mozilla/5.0 (Windows NT 10.0) Chrome/120.0.0.0 Safari/537.36 SEB/3.7.0"
KEY = "5e" * 32
ALL = Wants(True, True, True)


def levels(wants: Wants, **given: Any) -> dict[str, str]:
    """check → level, of one report."""
    told = msgspec.convert(FINE | given, MachineReport)
    return {f.check: f.level for f in judge_asked(Checked(told, "10.0.0.1", 0, 2, 0, ""), wants)}


@pytest.mark.parametrize(
    ("wants", "given", "check", "level"),
    [
        (ALL, {}, "sound", "unknown"),
        (ALL, {"sound": True}, "sound", "ok"),
        (ALL, {"sound": False}, "sound", "fail"),
        (Wants(), {"sound": False}, "sound", "warn"),
        (Wants(), {}, "sound", None),
        (ALL, {"camera": False}, "camera", "fail"),
        (ALL, {}, "camera", "unknown"),
        (Wants(), {"camera": False}, "camera", None),
        (ALL, {}, "keyboard", "unknown"),
        (ALL, {"keyboard": False}, "keyboard", "fail"),
        (ALL, {}, "lockdown-browser", "fail"),
        (ALL, {"lockdown": "named"}, "lockdown-browser", "ok"),
        (ALL._replace(key=KEY), {"lockdown": "named"}, "lockdown-browser", "fail"),
        (ALL._replace(key=KEY), {"lockdown": "wrong"}, "lockdown-browser", "fail"),
        (ALL._replace(key=KEY), {"lockdown": "proved"}, "lockdown-browser", "ok"),
        (Wants(), {}, "lockdown-browser", None),
        (Wants(), {}, "window", None),
        (Wants(), {"window": "window"}, "window", "ok"),
    ],
)
def test_what_is_needed_is_judged_and_what_is_not_is_no_failure(
    wants: Wants, given: dict[str, Any], check: str, level: str | None
) -> None:
    assert levels(wants, **given).get(check) == level


def test_the_window_is_told_of_each_machine_and_judged_of_none() -> None:
    told = [{"window": "window"}, {"window": "screen"}, {"window": "window", "lockdown": "named"}]
    reports = [msgspec.convert(FINE | given, MachineReport) for given in told]
    found = [judge_asked(Checked(one, "10.0.0.1", 0, 2, 0, ""), Wants()) for one in reports]
    said = [(f.level, f.said) for one in found for f in one if f.check == "window"]
    assert said == [("ok", "window"), ("ok", "kiosk"), ("ok", "Safe Exam Browser")]


def test_sound_is_needed_by_the_papers_materials() -> None:
    assert has_sound(["a.xlsx", "录音.MP3"])
    assert not has_sound(["a.xlsx", "mp3.txt"])


def send(client: Client, agent: str, headers: dict[str, str], **given: Any) -> dict[str, str]:
    """A report by that browser; check → level."""
    answer = client.post(
        "/api/check/result",
        data=json.dumps(FINE | given),
        headers={"User-Agent": agent, "Content-Type": "application/json"} | headers,
        environ_overrides={"REMOTE_ADDR": "10.0.0.1"},
    )
    assert answer.status_code == 200, answer.text
    return {one["check"]: one["level"] for one in answer.get_json()["findings"]}


def hashed(url: str, key: str = KEY) -> str:
    return hashlib.sha256((url + key).encode()).hexdigest()


def test_safe_exam_browser_is_known_by_the_hash_of_its_configuration(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"check_seb": "on", "seb_config_key": KEY}
    monkeypatch.setattr(site.settings, "_values", site.settings._values | given)
    client, url = browser(site), "http://localhost/api/check/result"
    name = "X-SafeExamBrowser-ConfigKeyHash"

    def level(agent: str = SEB, header: str = "", **more: Any) -> str:
        return send(client, agent, {name: header} if header else {}, **more)["lockdown-browser"]

    assert level(header=hashed(url)) == "ok"
    page = {
        "url": "http://localhost/check?lang=zh",
        "hash": hashed("http://localhost/check?lang=zh"),
    }
    assert level(seb=page) == "ok"
    # Another configuration, another page's hash, another server's page, no hash, another browser.
    assert level(header=hashed(url, "00" * 32)) == "fail"
    assert level(header=hashed("http://localhost/check")) == "fail"
    far = "http://evil/check"
    assert level(seb={"url": far, "hash": hashed(far)}) == "fail"
    assert level() == "fail"
    assert level(agent=CHROMIUM, header=hashed(url)) == "fail"
    # Nobody says of himself that he was looked at.
    assert level(agent=CHROMIUM, lockdown="proved") == "fail"


def test_machines_are_to_have_it_where_headquarters_plan_asks(open_site: Site) -> None:
    client, session = browser(open_site), open_site.live.session(AM)

    def found() -> str | None:
        return send(client, CHROMIUM, {}).get("lockdown-browser")

    assert found() is None
    first, *others = session.plan.sittings
    asked = (msgspec.structs.replace(first, lockdown="required"), *others)
    session.plan = msgspec.structs.replace(session.plan, sittings=asked)
    assert found() == "fail"
    # A session that is over asks for nothing more.
    session.sittings = dict.fromkeys(session.sittings, "closed")
    assert found() is None


def test_a_quick_look_takes_nothing_away_and_an_ordinary_one_does(site: Site) -> None:
    client = browser(site)
    report(client, sound=True)
    quick = {"down_kbit": None, "up_kbit": None, "input_method": None, "load": None}
    report(client, quick=True, visit="v9", trips=[7.0], **quick)
    (kept,) = from_rows(checked.all_checked(site.live.rows))
    assert (kept.report.trips, kept.report.down_kbit, kept.report.sound) == ((7.0,), 90_000, True)
    # The control: said at length, null is null; and another machine's numbers are no one's.
    report(client, visit="v9", **quick)
    (kept,) = from_rows(checked.all_checked(site.live.rows))
    assert (kept.report.down_kbit, kept.report.sound) == (None, None)
    report(client)
    report(client, quick=True, marker="other", **quick)
    (kept,) = from_rows(checked.all_checked(site.live.rows))
    assert kept.report.down_kbit is None


def test_a_machine_with_a_new_address_is_no_second_machine_at_its_seat() -> None:
    told = msgspec.convert(FINE, MachineReport)
    old, new = (Checked(told, f"10.0.0.{n}", n * 100_000, 2, 0, "") for n in (1, 2))

    def looked(network: Network) -> list[str]:
        around = Around(network=network)
        of = look_at([old, new], Settings({}).number, new.at, around)
        return [one.checked.address for one in of]

    one_machine = merge(sightings_of([old, new]), new.at)
    assert len(one_machine) == 1
    assert looked(Network(one_machine, new.at, new.at)) == ["10.0.0.2"]
    # The controls: while both live they are two, whose mark was copied; and if nobody looked.
    both = merge([*sightings_of([old._replace(at=new.at), new])], new.at)
    assert len(looked(Network(both, new.at, new.at))) == 2
    assert len(looked(UNSEEN)) == 2


def test_who_invigilates_sees_which_machines_failed_and_candidates_do_not(open_site: Site) -> None:
    client = browser(open_site)
    report(client, seat=2, width=800, height=600)
    report(client, at="10.0.0.3", seat=3)
    said = staff_browser(open_site, "invigilator").get(f"/api/room/{AM}/checks").get_json()
    assert [(one["seat"], one["checks"][0]["zh"]) for one in said["failing"]] == [(2, "屏幕")]
    assert (said["unchecked"], said["seats"]) == ([1, 4, 5], 5)
    assert client.get(f"/api/room/{AM}/checks").status_code == 401
