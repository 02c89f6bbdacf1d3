"""`examsite discover`: what it asks before, what it shows, and its exit status."""

import ipaddress
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from siteapp.cli import main
from siteapp.commands import discover
from siteapp.lan.addresses import Neighbour, Place
from siteapp.lan.kept import NAME, keep
from siteapp.lan.sightings import Sighting
from siteapp.lan.sweep import Swept

HERE = Place("eth0", "10.9.0.1", ipaddress.IPv4Network("10.9.0.0/24"))
THERE = Neighbour("10.9.0.7", "02:00:00:00:00:07", 0, True, False)


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many addresses were asked at each look; one machine is there."""
    counts: list[int] = []

    def look(addresses: list[str], *more: Any) -> tuple[Swept, float]:
        counts.append(len(addresses))
        return Swept([], [THERE], 1.0), 1.0

    monkeypatch.setattr(discover, "places", lambda: [HERE])
    monkeypatch.setattr(discover, "_look", look)
    return counts


def run(folder: Path, *args: str, typed: str = "") -> Result:
    """The command in English."""
    words = ["--data", str(folder), "--lang", "en", "discover", *args]
    return CliRunner().invoke(main, words, input=typed)


def test_machines_are_listed_with_their_seat_and_as_json(
    site_folder: Path, asked: list[int]
) -> None:
    now = discover._now()
    page = Sighting("browser", "10.9.0.7", now, now, marker="m", seat=12, browser="Chrome")
    keep(site_folder / NAME, [page], now)
    found = run(site_folder)
    assert (found.exit_code, asked) == (0, [253])
    assert all(part in found.stdout for part in ("12", "10.9.0.7", "1 machines"))
    (machine,) = json.loads(run(site_folder, "--json").stdout)["machines"]
    assert (machine["seat"], machine["mac"], machine["state"]) == (12, THERE.mac, "here")


def test_an_empty_room_has_an_exit_status_of_its_own(
    site_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discover, "_look", lambda *a: (Swept([], [], 1.0), 1.0))
    found = run(site_folder)
    assert found.exit_code not in (0, 1, 2)
    assert "no-machine-found" in found.stderr


@pytest.mark.parametrize("network", ["10.9.0.0/16", "10.0.0.0/8", "10.9.0.0/21"])
def test_a_wide_network_is_looked_through_only_when_somebody_says_so(
    site_folder: Path, asked: list[int], network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discover, "hosts", lambda network, own: ["10.0.0.1"])
    refused = run(site_folder, "--network", network)
    assert (refused.exit_code != 0, "network-too-wide" in refused.stderr, asked) == (True, True, [])
    # The control: with --yes, and a usual network without it.
    assert run(site_folder, "--network", network, "--yes").exit_code == 0
    assert run(site_folder, "--network", "10.9.0.0/22").exit_code == 0
    assert asked == [1, 1]


@pytest.mark.parametrize(("typed", "looks"), [("n\n", 0), ("\n", 0), ("y\n", 1)])
def test_at_a_terminal_a_wide_network_is_asked_about(
    site_folder: Path, asked: list[int], typed: str, looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discover, "sys", sys_at_a_terminal())
    found = run(site_folder, "--network", "10.9.0.0/21", typed=typed)
    assert (len(asked), found.exit_code == 0) == (looks, bool(looks))
    # A /16 never on a yes alone.
    assert run(site_folder, "--network", "10.9.0.0/16", typed="y\n").exit_code != 0
    assert len(asked) == looks


def sys_at_a_terminal() -> Any:
    """A `sys` whose standard input is a person."""

    class Terminal:
        stdin = type("Stdin", (), {"isatty": staticmethod(lambda: True)})
        stdout = sys.stdout

    return Terminal
