"""Machines that forget their storage, and machines on plain HTTP, are named."""

from typing import Any

import pytest
from room import browser, staff_browser

from siteapp.conduct.machines import KEPT_AFTER_MS, Mark, MarkPace, seen
from siteapp.site import Site
from siteapp.store import records
from siteapp.web import machine


def show(site: Site, marker: str, seat: int = 12, seals: bool = True, at: str = "10.0.0.9") -> Any:
    """A page at a machine shows its mark."""
    given = {"marker": marker, "seat": seat, "seals": seals}
    return browser(site).post(
        "/api/machine/marker", json=given, environ_overrides={"REMOTE_ADDR": at}
    )


def home(site: Site) -> str:
    """The administrator's first page."""
    return staff_browser(site, "administrator").get("/admin?lang=en").text


FORGETS, PLAIN = "Forget their storage when they restart, seats", "without a rescue file, seats"


def test_a_machine_that_comes_without_its_mark_is_named_by_its_seat(site: Site) -> None:
    for marker in ("aaaa", "aaaa", "bbbb"):
        assert show(site, marker).status_code == 200
    show(site, "cccc", seat=13)
    assert f"{FORGETS}: 12<" in home(site)


def test_machines_that_keep_their_mark_are_not_named(site: Site) -> None:
    assert "No student machine has opened the page yet" in home(site)
    for seat in (12, 13):
        show(site, f"mark{seat}", seat)
        show(site, f"mark{seat}", seat)
    show(site, "another", at="10.0.0.10")
    page = staff_browser(site, "administrator", "second").get("/admin?lang=en")
    assert FORGETS not in page.text
    assert "No problem found" in page.text


def test_what_was_forgotten_is_remembered_over_a_restart_of_the_server(
    site: Site, site_folder: Any
) -> None:
    show(site, "aaaa")
    site.close()
    again = Site(site_folder)
    try:
        show(again, "bbbb")
        assert [row["forgot"] for row in records.machines(again.live)] == [1]
    finally:
        again.close()


def test_a_mark_that_outlives_the_night_clears_the_name() -> None:
    once = seen(seen(None, "a", True, 0), "b", True, 1000)
    assert once == Mark("b", 1000, True, forgot=1)
    assert seen(once, "b", True, 1000 + KEPT_AFTER_MS - 1).forgot == 1
    assert seen(once, "b", True, 1000 + KEPT_AFTER_MS).forgot == 0


def test_a_machine_on_plain_http_is_named_until_it_comes_over_https(site: Site) -> None:
    show(site, "aaaa", seals=False)
    assert f"{PLAIN}: 12<" in home(site)
    show(site, "aaaa", seals=True)
    assert PLAIN not in staff_browser(site, "chief").get("/admin?lang=en").text


@pytest.mark.parametrize("given", [{"marker": "a b"}, {"marker": "a" * 33}, {"seat": 0}])
def test_what_no_page_shows_is_refused(site: Site, given: dict[str, Any]) -> None:
    assert show(site, **({"marker": "aaaa"} | given)).status_code == 400
    assert records.machines(site.live) == []


def test_a_script_fills_neither_the_table_nor_the_disk(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "MOST_MACHINES", 5)
    monkeypatch.setattr(site, "mark_pace", MarkPace(burst=20))
    codes = [show(site, f"m{n}", seat=n + 1).status_code for n in range(30)]
    assert codes[:20] == [200] * 20
    assert 429 in codes[20:]
    assert len(records.machines(site.live)) == 5
    assert show(site, "neighbour", at="10.0.0.10").status_code == 200
