"""How far each seat trusts the room's certificate, and what a machine may take away."""

import pytest
from room import browser, staff_browser
from trusting import made, places

from siteapp import trust
from siteapp.site import Site
from siteapp.trust import SeatTrust, read_statement


def row(seat: int, secure: bool, worker: bool) -> dict[str, object]:
    told = f'{{"secure": {str(secure).lower()}, "worker": {str(worker).lower()}}}'
    return {"seat": seat, "address": "10.0.0.1", "report": told}


def test_a_seat_is_as_it_was_last_measured_and_else_as_its_page_said() -> None:
    checks = [row(1, False, False), row(2, True, False), row(3, True, True), row(3, False, False)]
    machines = [{"seat": n, "seals": n != 5} for n in (3, 4, 5)] + [{"seat": 4, "seals": False}]
    assert trust.seats(machines, checks) == [
        SeatTrust(1, "http"),
        SeatTrust(2, "untrusted"),
        SeatTrust(3, "trusted"),
        SeatTrust(4, "http"),
        SeatTrust(5, "http"),
    ]


def test_the_pages_show_the_fingerprint_and_give_the_kit_once_there_is_a_ca(site: Site) -> None:
    client, staff = browser(site), staff_browser(site, "administrator")
    assert client.get("/trust/kit.zip").status_code == 404
    assert "examsite-setup ca make" in staff.get("/admin/trust").get_data(as_text=True)
    at = places(site.folder.parent)._replace(data=site.folder)
    told = made(at, "192.168.1.10")
    for page in (client.get("/trust"), staff.get("/admin/trust")):
        text = page.get_data(as_text=True)
        assert all(f"<span>{group}</span>" in text for group in told.groups)
    for name in trust.FILES:
        assert client.get(f"/trust/{name}").data == (at.data / "trust" / name).read_bytes()


@pytest.mark.parametrize("name", ["trust.json", "..", "..%2Fkeys%2Fsign.key", "issuer.key"])
def test_nothing_else_of_that_folder_is_given(site: Site, name: str) -> None:
    made(places(site.folder.parent)._replace(data=site.folder), "192.168.1.10")
    assert browser(site).get(f"/trust/{name}").status_code == 404


def test_a_damaged_statement_is_none(site: Site) -> None:
    made(places(site.folder.parent)._replace(data=site.folder), "192.168.1.10")
    trust.statement_path(site.folder).write_bytes(b"{")
    assert read_statement(site.folder) is None
    assert browser(site).get("/trust").status_code == 200
