"""Figures for a monitor on this machine: true, in Prometheus' form, and for nobody in the room."""

import re

import pytest
import world
from room import Page, browser

from siteapp.metrics import CONTENT_TYPE
from siteapp.site import Site

HERE = {"REMOTE_ADDR": "127.0.0.1"}
LINE = re.compile(r'([a-z_]+)(\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})? (-?[0-9.e+-]+)')


def scraped(site: Site) -> dict[str, float]:
    """Name with labels → value, of an answer that is well-formed line by line."""
    answer = browser(site).get("/metrics", environ_base=HERE)
    assert (answer.status_code, answer.content_type) == (200, CONTENT_TYPE)
    lines = answer.get_data(as_text=True).split("\n")
    assert lines.pop() == ""
    found, typed = {}, set()
    for line in lines:
        if line.startswith("# TYPE "):
            typed.add(line.split(" ")[2])
        elif not line.startswith("# HELP "):
            match = LINE.fullmatch(line)
            assert match, line
            assert match[1] in typed
            found[line.rpartition(" ")[0]] = float(match[3])
    return found


def test_the_figures_are_those_of_the_room(open_site: Site, open_package: world.Package) -> None:
    before = scraped(open_site)
    assert before['examsite_attempts{phase="started"}'] == 0
    page = Page(browser(open_site), open_package.plan.candidates[0])
    page.begin()
    page.save(0)
    after = scraped(open_site)
    assert after['examsite_attempts{phase="started"}'] == 1
    assert after["examsite_commits_total"] > before["examsite_commits_total"]
    assert after["examsite_writer_alive"] == after["examsite_sessions_open"] == 1
    assert after["examsite_disk_free_bytes"] > 0


@pytest.mark.parametrize("address", ["192.168.1.20", "10.0.0.1", "127.0.0.2"])
def test_a_machine_in_the_room_gets_none(open_site: Site, address: str) -> None:
    answer = browser(open_site).get("/metrics", environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == 404
    assert "examsite_" not in answer.get_data(as_text=True)


def test_no_figure_says_anything_of_anybody(open_site: Site, open_package: world.Package) -> None:
    Page(browser(open_site), open_package.plan.candidates[0]).begin()
    text = browser(open_site).get("/metrics", environ_base=HERE).get_data(as_text=True)
    for one in open_package.plan.candidates:
        assert not [mark for mark in (one.name, one.admission, one.identity) if mark in text]
