"""Over HTTPS the page opens while the server is down; on plain HTTP nothing of the kind is said."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsers import ARGUMENTS, CHROMIUM, Watch
from candidate_page import CandidatePage, Sit
from playwright.sync_api import Browser, expect
from premises import Premises, counted
from tls_room import Authority, Front, make_home

AWAY = "连不上服务器，请继续作答，恢复后自动上传"
# Everything that the browser keeps in caches, and whether it has a worker.
KEPT = """async () => {
  const paths = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys())
      paths.push(new URL(request.url).pathname);
  return [paths, (await navigator.serviceWorker.getRegistrations()).length];
}"""


@pytest.fixture
def front(site: Premises, tmp_path: Path, browser: Browser) -> Iterator[tuple[Front, Watch]]:
    """The running site behind HAProxy, and a Chromium that trusts the room's CA."""
    if not (shutil.which("haproxy") and shutil.which("certutil")):
        pytest.skip("haproxy or certutil (libnss3-tools) is not installed")
    authority = Authority(tmp_path)
    home, front = make_home(authority), Front(authority, site.address)
    env: dict[str, str | float | bool] = {**os.environ, "HOME": str(home)}
    chromium = browser.browser_type
    launched = chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, env=env)
    watching = Watch(launched)
    front.start()
    yield front, watching
    watching.close()
    launched.close()
    front.kill()


def enter(site: Premises, front: Front, watch: Watch) -> CandidatePage:
    """A candidate at the paper over HTTPS, with the page's files kept."""
    person = site.people["live"][0]
    page = CandidatePage(
        watch.machine().new_page(), front.address, person, site.bank(person.sitting)
    )
    page.enter()
    page.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    return page


def test_over_https_the_page_reloads_and_opens_anew_while_the_server_is_down(
    site: Premises, front: tuple[Front, Watch]
) -> None:
    before, watch = front
    page = enter(site, before, watch)
    page.answer(1)
    page.expect_saved(1)
    before.kill()
    site.kill_site()
    page.answer(2)
    expect(page.local).to_have_text("仅保存在本机 1")
    page.page.reload()
    page.on_paper()
    expect(page.page.locator("button.cell.answered")).to_have_count(2)
    page.answer(3)
    expect(page.local).to_have_text("仅保存在本机 2")
    page.page.close()
    again = page.another_tab()
    again.on_paper()
    again.answer(4)
    expect(again.local).to_have_text("仅保存在本机 3")
    site.start_site()
    before.start()
    again.expect_saved(4)
    again.hand_in()
    journal = site.journal()
    saves = [e.body for e in journal if e.kind == "response"]
    assert {save["instance"] for save in saves} == {saves[0]["instance"]}
    assert sorted(s["sequence"] for s in saves) == list(range(1, len(saves) + 1))
    assert counted(journal, page.person) == page.taken.options
    assert watch.script_errors == []


def test_a_front_that_lives_on_does_not_hide_that_the_site_behind_it_is_dead(
    site: Premises, front: tuple[Front, Watch]
) -> None:
    page = enter(site, *front)
    page.answer(1)
    page.expect_saved(1)
    site.kill_site()
    with page.page.expect_response(lambda r: r.status == 503 and "/api/" in r.url) as said:
        page.answer(2)
    assert "error" not in said.value.text()
    expect(page.contact).to_have_text(AWAY)
    expect(page.local).to_have_text("仅保存在本机 1")
    site.start_site()
    page.expect_saved(2)
    expect(page.contact).not_to_have_text(AWAY)


def test_the_worker_keeps_the_files_of_the_page_and_no_answer_of_the_server(
    site: Premises, front: tuple[Front, Watch]
) -> None:
    page = enter(site, *front)
    page.answer(1)
    page.expect_saved(1)
    paths, workers = page.page.evaluate(KEPT)
    assert workers == 1
    assert "/" in paths
    loaded = page.page.evaluate("performance.getEntriesByType('resource').map((e) => e.name)")
    files = {url.removeprefix(front[0].address) for url in loaded if "/api/" not in url}
    assert {f for f in files if f.startswith(("/static/", "/look/"))} <= set(paths)
    assert [p for p in paths if p != "/" and not p.startswith(("/static/", "/look/"))] == []


def test_on_plain_http_there_is_no_worker(site: Premises, sit: Sit) -> None:
    page = sit(site.people["live"][0])
    page.enter()
    assert page.page.evaluate(KEPT) == [[], 0]
