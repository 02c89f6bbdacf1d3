"""A network too wide to be swept unasked: the question, the sweep in pieces, and its end."""

import ipaddress
from typing import Any

import pytest
from room import browser, staff_browser

from siteapp.lan import service
from siteapp.lan.addresses import Place
from siteapp.lan.sweep import Swept
from siteapp.lan.wide import PIECE
from siteapp.site import Site


def place(network: str) -> Place:
    interface = ipaddress.IPv4Interface(network)
    return Place("eth0", str(interface.ip), interface.network)


@pytest.fixture
def asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What each sweep asked; the network's edge is not there."""
    pieces: list[list[str]] = []

    def sweep(addresses: list[str], *rest: object) -> Swept:
        pieces.append(addresses)
        return Swept([], [], 0.1)

    monkeypatch.setattr(service, "sweep", sweep)
    stand_in(site, monkeypatch, "10.1.7.20/16")
    return pieces


def stand_in(site: Site, monkeypatch: pytest.MonkeyPatch, network: str) -> None:
    """This server in that network."""
    monkeypatch.setattr(site.lan, "here", lambda: [place(network)])


def wide(site: Site) -> dict[str, Any]:
    return site.lan.view(look=False).wide._asdict()


def work(site: Site) -> None:
    """What the thread that looks does until nothing is left."""
    site.lan._look_once()
    while wide(site)["running"]:
        site.lan._look_once()


def test_unasked_only_the_part_around_the_server_is_swept(
    site: Site, asked: list[list[str]]
) -> None:
    said = staff_browser(site, "chief").get("/api/machines").get_json()["wide"]
    assert (said["networks"], said["addresses"]) == (["10.1.0.0/16"], 65_534)
    work(site)
    assert [len(one) for one in asked] == [253]
    assert all(one.startswith("10.1.7.") for one in asked[0])


def test_asked_for_every_address_is_swept_once_in_pieces_with_progress(
    site: Site, asked: list[list[str]]
) -> None:
    answer = staff_browser(site, "administrator").post("/api/machines/sweep")
    assert answer.get_json() == {"addresses": 65_534 - 254}
    assert wide(site)["running"]
    site.lan._look_once()
    assert (wide(site)["done"], wide(site)["running"]) == (PIECE, True)
    work(site)
    assert wide(site)["done"] == 65_534 - 254
    every = [address for piece in asked for address in piece]
    # All but our own; .7.0 and .7.255 are hosts of the /16 too.
    assert (len(every), len(set(every))) == (65_533, 65_533)
    assert max(len(piece) for piece in asked) <= PIECE


@pytest.mark.parametrize(("network", "offered"), [("10.1.7.20/22", []), ("10.1.7.20/24", [])])
def test_a_network_of_usual_width_asks_nothing(
    site: Site,
    asked: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    network: str,
    offered: list[str],
) -> None:
    stand_in(site, monkeypatch, network)
    assert list(wide(site)["networks"]) == offered
    # The control: one bit wider it does.
    stand_in(site, monkeypatch, "10.1.7.20/21")
    assert wide(site)["networks"] == ("10.1.0.0/21",)


def test_of_the_widest_networks_the_part_around_the_server_is_offered(
    site: Site, asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(site, monkeypatch, "10.1.7.20/8")
    assert wide(site)["networks"] == ("10.1.0.0/16",)


def test_a_piece_that_cannot_be_swept_is_not_tried_for_ever(
    site: Site, asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(site, monkeypatch, "10.1.7.20/21")
    work(site)

    def broken(*given: object) -> Swept:
        raise OSError

    monkeypatch.setattr(service, "sweep", broken)
    staff_browser(site, "chief").post("/api/machines/sweep")
    for _ in range(2):
        with pytest.raises(OSError):
            site.lan._look_once()
    assert not wide(site)["running"]


def test_while_a_sitting_is_open_the_network_is_left_in_peace(
    open_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(open_site, monkeypatch, "10.1.7.20/16")
    chief = staff_browser(open_site, "chief")
    answer = chief.post("/api/machines/sweep")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "no-measuring")
    # One that was begun before ends with the next page that says anything.
    open_site.lan.sweep_wide()
    assert wide(open_site)["running"]
    said = browser(open_site).post("/api/machine/seen", json={"marker": "m1", "seat": 1})
    assert (said.status_code, wide(open_site)["running"]) == (200, False)
    assert staff_browser(open_site, "invigilator").post("/api/machines/sweep").status_code == 403
