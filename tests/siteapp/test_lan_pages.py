"""The board, the list of machines and the seat agent's download, as pages."""

from typing import Any

import pytest
from room import browser, staff_browser

from siteapp.lan import service, table
from siteapp.lan.sweep import Swept
from siteapp.site import Site
from siteapp.web.lan import family

EVIL = "<script>alert(1)</script>"


def seen(site: Site, marker: str, seat: int = 7, at: str = "10.0.0.9", by: Any = None) -> int:
    """A page says that it is open."""
    return int(
        (by or browser(site))
        .post(
            "/api/machine/seen",
            json={"marker": marker, "seat": seat},
            headers={"User-Agent": "Mozilla/5.0 Chrome/140.0"},
            environ_overrides={"REMOTE_ADDR": at},
        )
        .status_code
    )


def listed(site: Site) -> dict[str, Any]:
    answer = staff_browser(site, "chief").get("/api/machines")
    assert answer.status_code == 200
    return dict(answer.get_json())


def test_a_page_that_is_open_is_a_machine_of_the_list(site: Site) -> None:
    assert seen(site, "abc") == 200
    (machine,) = listed(site)["machines"]
    assert (machine["state"], machine["seat"], machine["address"]) == ("here", 7, "10.0.0.9")
    assert machine["browser"] == "Chrome"


@pytest.mark.parametrize("wrong", [{"marker": "a b"}, {"marker": "é"}, {"seat": -1}, {"seat": "7"}])
def test_what_no_page_says_is_refused(site: Site, wrong: dict[str, Any]) -> None:
    given = {"marker": "abc", "seat": 7} | wrong
    assert browser(site).post("/api/machine/seen", json=given).status_code == 400
    assert listed(site)["machines"] == []


def test_one_machine_that_makes_up_others_is_bounded_and_pushes_nobody_out(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MOST_AT_ADDRESS", 5)
    monkeypatch.setattr(service, "SEEN_A_SECOND", 0.001)
    assert seen(site, "neighbour", seat=8, at="10.0.0.10") == 200
    client = browser(site)
    codes = [seen(site, f"m{n}", seat=n + 20, by=client) for n in range(420)]
    assert (codes.count(200), codes.count(429)) == (400, 20)
    machines = listed(site)["machines"]
    assert sum(m["address"] == "10.0.0.9" for m in machines) == 5
    assert [m["seat"] for m in machines if m["address"] == "10.0.0.10"] == [8]


def test_the_list_is_for_staff_and_the_token_for_the_administrator(site: Site) -> None:
    assert browser(site).get("/api/machines").status_code == 401
    assert staff_browser(site, "invigilator").get("/api/machines").status_code == 403
    assert staff_browser(site, "chief").post("/admin/machines/token").status_code == 403
    answer = staff_browser(site, "administrator").post("/admin/machines/token")
    assert answer.text == site.lan.token.hex()
    assert browser(site).get("/agent/seatagent.py").text.startswith('"""Seat agent')
    assert site.lan.token.hex() not in browser(site).get("/agent/seatagent.py").text


def test_the_board_shows_the_address_large_and_as_a_code(site: Site) -> None:
    page = browser(site).get("/board?lang=en").text
    assert "http://exam.local:8500" in page
    assert "data:image/svg+xml" in page
    assert "请在浏览器中打开" in browser(site).get("/board").text


def test_the_server_describes_itself_as_it_is_announced(site: Site) -> None:
    told = browser(site).get("/.well-known/examsite").get_json()
    assert told["service"] == "examsite"
    assert (told["host"], told["path"], told["port"]) == ("exam.local", "/", 8500)
    assert len(told["fingerprint"]) == 64
    assert set(told) == {"service", *site.lan.about.__struct_fields__}


def test_a_room_that_cannot_be_looked_through_leaves_list_and_page(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def broken(*given: object) -> Swept:
        asked.append(True)
        raise OSError

    monkeypatch.setattr(service, "sweep", broken)
    seen(site, "abc")
    with pytest.raises(OSError):
        site.lan._sweep()
    assert (len(asked), len(listed(site)["machines"])) == (1, 1)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 Chrome/140.0 Safari/537", "Chrome"),
        ("Mozilla/5.0 Chrome/140.0 Safari/537 Edg/140", "Edge"),
        ("Mozilla/5.0 Chrome/140.0 SEB/3.9", "Safe Exam Browser"),
        (EVIL, ""),
    ],
)
def test_only_the_family_of_a_browser_is_kept(agent: str, name: str) -> None:
    assert family(agent) == name
