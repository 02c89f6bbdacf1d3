"""The kit makes a real browser trust the room, and nobody else by the room's key."""

import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import trusting
from browsers import ARGUMENTS, CHROMIUM, Watch
from flooding import served
from playwright.sync_api import Browser, Error, expect
from tls_room import Front

from provisioning.trust import authority

pytestmark = pytest.mark.browser
HERE, NAME = "127.0.0.1", "exam.local"


class Certified:
    """A certificate that was made before."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def front(self, at: str) -> Path:
        return self._path


class KitRoom:
    """A room with its CA and a front that shows a certificate of it."""

    def __init__(self, folder: Path, site: str) -> None:
        self.at, self._site = trusting.places(folder), site
        self.told = trusting.made(self.at, HERE)

    def front(self, certificate: Path | None = None) -> Front:
        """Up, with the CA's own certificate or another."""
        made = Front(Certified(certificate or self.at.front), self._site)
        made.start()
        return made

    def stolen(self, name: str) -> Path:
        """A certificate for another name, by the issuer's own key."""
        issuer, key = ((self.at.keep / f"issuer.{end}").read_bytes() for end in ("pem", "key"))
        path = self.at.keep / "stolen.pem"
        here = trusting.wanted(HERE).addresses
        path.write_bytes(authority.certify_front(issuer, key, (name,), here, trusting.NOW))
        return path

    def installed(self) -> Path:
        """The home of somebody at whose machine the kit was installed."""
        folder = self.at.data.parent
        with zipfile.ZipFile(self.at.data / "trust" / "kit.zip") as kit:
            kit.extractall(folder)
        script = folder / "examsite-trust" / "linux" / "install.sh"
        words = ["sh", script, "--root", folder / "root", "--user-home", folder / "home"]
        subprocess.run(words, check=True, capture_output=True)
        return folder / "home"


@pytest.fixture(scope="module")
def room(enrolled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KitRoom]:
    if not (shutil.which("haproxy") and shutil.which("certutil")):
        pytest.skip("haproxy or certutil (libnss3-tools) is not installed")
    folder = tmp_path_factory.mktemp("kit")
    with served(shutil.copytree(enrolled, folder / "data")) as address:
        yield KitRoom(folder, address)


@pytest.fixture(scope="module")
def machine(room: KitRoom, browser: Browser) -> Iterator[Watch]:
    """A machine with the kit, for which both names are this one."""
    env: dict[str, str | float | bool] = {**os.environ, "HOME": str(room.installed())}
    names = f"--host-resolver-rules=MAP {NAME} {HERE},MAP www.bank.com {HERE}"
    launched = browser.browser_type.launch(
        executable_path=CHROMIUM, args=[*ARGUMENTS, names], env=env
    )
    watch = Watch(launched)
    yield watch
    watch.close()
    launched.close()


def test_a_machine_with_the_kit_trusts_the_room_and_says_so(room: KitRoom, machine: Watch) -> None:
    front = room.front()
    try:
        page = machine.machine().new_page()
        page.goto(f"https://{NAME}:{front.port}/trust")
        expect(page.locator("#state")).to_contain_text("已信任")
        page.goto(f"https://{HERE}:{front.port}/trust")
        expect(page.locator("#state")).to_contain_text("已信任")
    finally:
        front.kill()
    assert machine.script_errors == []


def test_a_certificate_for_another_name_by_the_stolen_key_is_refused(
    room: KitRoom, machine: Watch
) -> None:
    front = room.front(room.stolen("www.bank.com"))
    try:
        page = machine.machine().new_page()
        with pytest.raises(Error, match="ERR_CERT"):
            page.goto(f"https://www.bank.com:{front.port}/trust")
    finally:
        front.kill()


def test_where_somebody_clicks_past_the_warning_the_page_says_untrusted(
    room: KitRoom, browser: Browser
) -> None:
    front = room.front()
    context = browser.new_context(ignore_https_errors=True, locale="zh-CN")
    try:
        with pytest.raises(Error, match="ERR_CERT"):
            browser.new_page().goto(f"https://{HERE}:{front.port}/trust")
        page = context.new_page()
        page.goto(f"https://{HERE}:{front.port}/trust")
        expect(page.locator("#state")).to_contain_text("未信任")
    finally:
        context.close()
        front.kill()
