"""What the server says of itself was measured, or it is unknown: never a guess that looks good."""

import hashlib
import json
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import world
from click.testing import CliRunner
from room import staff_browser

from siteapp.cli import main
from siteapp.readiness import server
from siteapp.site import Site
from siteapp.standby.folder import PairFolder

AM = "am-1121"


def sensors(*degrees: float) -> dict[str, list[Any]]:
    return {"chip": [SimpleNamespace(current=one) for one in degrees]}


@pytest.mark.parametrize(
    ("read", "expected"), [(sensors(41.2, 77.6, 0.0), 78), (sensors(0.0), None), ({}, None)]
)
def test_the_hottest_sensor_counts_and_none_is_unknown(
    monkeypatch: pytest.MonkeyPatch, read: dict[str, Any], expected: int | None
) -> None:
    monkeypatch.setattr(psutil, "sensors_temperatures", lambda: read, raising=False)
    assert server.look(lambda command: None).temperature_c == expected


@pytest.mark.parametrize(
    ("status", "battery", "expected"),
    [
        ("OL", None, True),
        ("OB LB", None, False),
        # A UPS that NUT knows and does not reach, though a battery would say yes.
        (None, (True, 100), None),
        ("", (True, 100), None),
    ],
)
def test_a_ups_that_does_not_answer_is_unknown_and_hides_behind_no_battery(
    monkeypatch: pytest.MonkeyPatch,
    status: str | None,
    battery: tuple[bool, int] | None,
    expected: bool | None,
) -> None:
    told = battery and SimpleNamespace(power_plugged=battery[0], percent=battery[1])
    monkeypatch.setattr(psutil, "sensors_battery", lambda: told, raising=False)
    answers = {"-l": "apc", "apc": status}
    assert server.look(lambda command: answers.get(command[1])).on_mains is expected


def test_without_ups_the_battery_speaks_and_a_desktop_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for told, expected in (((False, 80), False), ((True, 80), True), ((None, 80), None)):
        one = SimpleNamespace(power_plugged=told[0], percent=told[1])
        monkeypatch.setattr(psutil, "sensors_battery", lambda one=one: one, raising=False)
        assert server.look(lambda command: None).on_mains is expected
    monkeypatch.setattr(psutil, "sensors_battery", lambda: None, raising=False)
    assert server.look(lambda command: None).on_mains is None


@pytest.mark.parametrize(
    ("links", "speed", "said"),
    [
        ({"eth0": (True, 1000), "eth1": (False, 10_000), "lo": (True, 0)}, 1000, ("eth0 1000",)),
        ({"eth0": (True, 0)}, None, ("eth0",)),
        ({"eth0": (False, 1000), "veth7": (True, 10_000), "docker0": (True, 10_000)}, None, ()),
    ],
)
def test_only_links_that_are_up_and_lead_out_count_and_an_untold_speed_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
    links: dict[str, tuple[bool, int]],
    speed: int | None,
    said: tuple[str, ...],
) -> None:
    stats = {name: SimpleNamespace(isup=up, speed=mbit) for name, (up, mbit) in links.items()}
    monkeypatch.setattr(psutil, "net_if_stats", lambda: stats)
    found = server.look(lambda command: None)
    assert (found.link_mbit, found.links) == (speed, said)


@pytest.mark.parametrize(("state", "level"), [("both", "ok"), ("alone", "fail"), (None, "warn")])
def test_the_second_server_is_what_the_pairing_says_and_the_package_what_is_read(
    site: Site,
    package: world.Package,
    monkeypatch: pytest.MonkeyPatch,
    state: str | None,
    level: str,
) -> None:
    site.shelf.receive(package.path)
    monkeypatch.setattr(site.standby, "told", lambda: state and {"state": state})
    said = staff_browser(site, "chief").get(f"/api/readiness/{AM}").json["report"]
    found = {one["check"]: one for one in said["findings"]}
    assert found["second-server"]["level"] == level
    digest = hashlib.sha256(package.path.read_bytes()).hexdigest()
    assert (found["package"]["level"], found["package"]["said"]) == ("ok", digest[:16])


def test_beside_the_service_a_paired_server_is_unknown_and_not_good(
    site: Site, package: world.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.shelf.receive(package.path)
    monkeypatch.setattr(PairFolder, "peer", lambda self: SimpleNamespace(role="main"))
    ask = ["--data", str(site.folder), "check", "--json"]
    told = CliRunner().invoke(main, ask)
    assert told.exit_code == 3, told
    said = json.loads(told.stdout)
    found = {one["check"]: one["level"] for one in said["findings"]}
    assert found["second-server"] == "unknown"
