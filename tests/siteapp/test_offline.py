"""The script of the service worker: made of the page's files, new when one of them is."""

import json
import re
from pathlib import Path

import pytest
from room import browser

from siteapp.site import Site
from siteapp.standby.folder import PairFolder, Peer
from siteapp.web import offline


def script(page: str = "<p>page</p>", spare: str = "") -> tuple[str, list[str]]:
    """The release and the files that the worker is given."""
    text = offline._script(page, spare)
    release = re.search(r'^const RELEASE = "([0-9a-f]{16})";$', text, re.MULTILINE)
    files = re.search(r"^const FILES = (.*);$", text, re.MULTILINE)
    assert release
    assert files
    return release[1], json.loads(files[1])


def test_the_worker_keeps_the_page_and_its_files_and_nothing_of_the_staff() -> None:
    _, files = script()
    assert {"/", "/static/candidate/main.js", "/static/shared/dom.js", "/look/base.css"} <= set(
        files
    )
    assert [f for f in files if f.startswith(("/api", "/static/staff", "/staff"))] == []


def test_another_page_is_another_release() -> None:
    assert script("<p>page</p>")[0] == script("<p>page</p>")[0]
    assert script("<p>page</p>")[0] != script("<p>Page</p>")[0]


def test_another_spare_is_another_release_for_the_page_may_ask_another_server(
    open_folder: Path,
) -> None:
    def worker() -> str:
        site = Site(open_folder)
        text = browser(site).get("/offline-worker.js").get_data(as_text=True)
        site.close()
        return text.partition("\n")[0]

    alone = worker()
    PairFolder(open_folder).pair(Peer("primary", "https://127.0.0.1:9"), bytes(32))
    paired = worker()
    assert alone != paired == worker()


def test_one_altered_file_is_another_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, _ = script("<p>altered</p>")
    offline._script.cache_clear()
    altered = tmp_path / "look"
    altered.mkdir()
    (altered / "base.css").write_text("body { color: red }")
    monkeypatch.setattr(offline, "LOOK", altered)
    after, _ = script("<p>altered</p>")
    offline._script.cache_clear()
    assert before != after


def test_anybody_in_the_room_gets_the_worker_as_a_script(open_site: Site) -> None:
    answer = browser(open_site).get("/offline-worker.js")
    assert answer.status_code == 200
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert "const FILES" in answer.get_data(as_text=True)
