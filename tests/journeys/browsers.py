"""Chromium, and a watch on everything that its pages ask for and complain of."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    WebError,
    expect,
    sync_playwright,
)

# Chromium without windows: the same pages at three fifths of the CPU.
CHROMIUM = Path("/usr/bin/chromium-headless-shell")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# What a school's machine has.
SCREEN: ViewportSize = {"width": 1366, "height": 768}
# A busy machine may be slow; a page that does what it should never needs this long.
PATIENCE_MS = 40_000
# How the browser itself notes an answer that is no 200; the pages deal with these.
REFUSED = "Failed to load resource"

# All that a browser keeps for a page's origin.
KEPT = """async () => {
  const kept = { local: { ...localStorage }, tab: { ...sessionStorage } };
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((done) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => done(asked.result);
    });
    for (const store of database.objectStoreNames) {
      kept[`${name}/${store}`] = await new Promise((done) => {
        const asked = database.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => done(asked.result);
      });
    }
    database.close();
  }
  return kept;
}"""


@contextmanager
def chromium() -> Iterator[Browser | None]:
    """The installed browser, or None if there is none."""
    if not CHROMIUM.exists():
        yield None
        return
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


class Watch:
    """Profiles (machines) of a browser, and what their pages asked for and complained of."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._machines: list[BrowserContext] = []
        self.requests: list[str] = []
        self.script_errors: list[str] = []
        self.refused: list[str] = []

    def machine(self) -> BrowserContext:
        """A new profile: another student machine, or a member of staff."""
        machine = self._browser.new_context(viewport=SCREEN, locale="zh-CN")
        machine.set_default_timeout(PATIENCE_MS)
        machine.on("request", lambda request: self.requests.append(request.url))
        machine.on("console", self._console)
        machine.on("weberror", self._error)
        self._machines.append(machine)
        return machine

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = self.refused if message.text.startswith(REFUSED) else self.script_errors
            where.append(f"{message.text} ({message.location.get('url')})")

    def _error(self, error: WebError) -> None:
        self.script_errors.append(str(error.error))

    def outside(self) -> set[str]:
        """Hosts that are not this machine."""
        parts = {urlsplit(url) for url in self.requests}
        web = {part for part in parts if part.scheme not in ("data", "blob", "about")}
        return {part.netloc for part in web if part.hostname != "127.0.0.1"}

    def close(self) -> None:
        """Close all profiles."""
        for machine in self._machines:
            machine.close()


def kept(page: Page) -> str:
    """All that the browser keeps for this page's origin, as text."""
    return json.dumps(page.evaluate(KEPT), ensure_ascii=False)
