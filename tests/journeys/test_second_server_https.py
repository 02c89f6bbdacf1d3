"""Two servers, each behind a TLS front: the page finds the one that took over, reloaded or not."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from browsers import ARGUMENTS, CHROMIUM, Watch
from candidate_page import CandidatePage
from playwright.sync_api import Browser, expect
from premises import Premises, counted
from test_second_server import deliver_from, with_spare
from tls_room import Authority, Front, make_home
from two_servers import SPARE, Pair

POLICY = """async () => (await (await caches.open((await caches.keys())[0])).match("/"))
  .headers.get("Content-Security-Policy")"""


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    if not (shutil.which("haproxy") and shutil.which("certutil")):
        pytest.skip("haproxy or certutil (libnss3-tools) is not installed")
    return Authority(tmp_path)


@pytest.fixture
def watch(authority: Authority, browser: Browser) -> Iterator[Watch]:
    """A Chromium that trusts the room's CA."""
    env: dict[str, str | float | bool] = {**os.environ, "HOME": str(make_home(authority))}
    chromium = browser.browser_type
    with closing(chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, env=env)) as launched:
        watching = Watch(launched)
        yield watching
        watching.close()


class Fronts:
    """One before each server."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._made: list[Front] = []

    def before(self, site: str, at: str) -> Front:
        self._made.append(Front(self._authority, site, at))
        self._made[-1].start()
        return self._made[-1]

    def close(self) -> None:
        for front in self._made:
            front.kill()


def enter(premises: Premises, address: str, watch: Watch) -> CandidatePage:
    person = premises.people["live"][0]
    page = CandidatePage(watch.machine().new_page(), address, person, premises.bank("live"))
    page.enter()
    page.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    return page


def promote(pair: Pair) -> None:
    status, said = pair.promote()
    assert status == 0, said


@pytest.mark.long
def test_a_page_goes_on_at_the_spare_over_https_also_when_it_is_loaded_anew(
    premises: Premises, authority: Authority, watch: Watch, tmp_path: Path
) -> None:
    settings = premises.site_folder / "settings.toml"
    settings.write_text(settings.read_text() + 'front = "127.0.0.1"\n')
    behind: list[str] = []
    with closing(Fronts(authority)) as fronts:

        def front(site: str) -> str:
            behind.append(site)
            return fronts.before(site, SPARE).address

        with with_spare(premises, tmp_path / "spare", front) as pair:
            before = fronts.before(premises.address, "127.0.0.1")
            page = enter(premises, before.address, watch)
            page.answer(1)
            page.expect_saved(1)
            assert f"'self' {pair.b}" in page.page.evaluate(POLICY)
            # The front lives on and says that there is nobody behind it.
            premises.kill_site()
            page.answer(2)
            expect(page.local).to_have_text("仅保存在本机 1")
            promote(pair)
            page.answer(3, right=False)
            page.expect_saved(3)
            before.kill()
            page.page.reload()
            page.on_paper()
            page.answer(4)
            page.expect_saved(4)
            page.hand_in()
            # The staff of this test trust no CA.
            pair.b = behind[0]
            delivered = deliver_from(premises, pair)
    assert watch.script_errors == []
    assert counted(delivered, page.person) == page.taken.options
