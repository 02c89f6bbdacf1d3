"""Where the journeys play: headquarters served in a thread, site and courier as processes."""

import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import together
from founded import BANKS, HEADQUARTERS, LONG_AGO, SESSION, Kind, Person, founded, furnished
from line import NO_TLS

from siteapp.site import Site
from sync.exam.items import Bank
from sync.exam.journal import Event, standing_responses
from sync.exam.sitting import attempt_id
from sync.headquarters.clock import wall_ms
from sync.headquarters.content.bank import builtin_bank
from sync.headquarters.intake.journals import read_journal
from sync.headquarters.marking import results, scoring
from sync.headquarters.serve import Server
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters

SETTINGS = 'headquarters = "{address}"\nbatch_seconds = 1\ncourier_seconds = 1\nthreads = 16\n'
COMMANDS = Path(sys.executable).parent
SPARE_SEAT = 41
# Fast enough that nobody waits for a test, slow enough to leave the cores to the page.
wait_until = partial(together.wait_until, look_s=0.1)


def counted(events: list[Event], person: Person) -> dict[str, list[str]]:
    """item → options, as a journal says that they count for this candidate."""
    attempt = attempt_id(person.sitting, person.admission)
    return {item: sorted(s.response) for item, s in standing_responses(events)[attempt].items()}


class Process:
    """A command of the site, which may be killed in the middle and started again."""

    def __init__(self, data: Path, name: str, *args: str) -> None:
        self.log = data.parent / f"{name}.log"
        command = [str(COMMANDS / "examsite"), "--data", str(data), "--lang", "en", name, *args]
        with self.log.open("wb") as out:
            self._popen = subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
            )

    def says(self, pattern: str) -> str:
        """What the command prints where the pattern has its group."""

        def found() -> re.Match[str] | None:
            text = self.log.read_text("utf-8")
            assert self._popen.poll() is None, text
            return re.search(pattern, text)

        return str(wait_until(found, f"{pattern} in {self.log.name}")[1])

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It answers nothing, and says no to nothing: as a network whose packets get lost."""
        self._popen.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._popen.send_signal(signal.SIGCONT)

    def end(self, by: signal.Signals) -> None:
        """Send a signal and wait for the end; harmless if it has ended."""
        if self._popen.poll() is None:
            self._popen.send_signal(by)
        self._popen.wait(60)


class Premises:
    """A headquarters, a site, one published session with two sittings, and who is in it."""

    def __init__(
        self,
        folder: Path,
        live: int = 3,
        media: int = 1,
        component: str = "theory",
        starts_at: str = LONG_AGO,
    ) -> None:
        self.folder, self.site_folder = folder, folder / "site"
        self._kind = Kind(live, media, component, starts_at)
        made = founded(self._kind)
        # Everything of this premises is its own: only what must not differ was made before.
        shutil.copytree(made.folder, folder, dirs_exist_ok=True)
        self.passwords = made.passwords
        self.people, self.codes = made.people, made.codes
        self._undo = ExitStack()
        self._site: Process | None = None
        self.address = ""
        self.hq = Headquarters(folder / HEADQUARTERS)
        self._undo.callback(self.hq.close)
        self.package = self.hq.folder / made.package
        self.hq_address = self._serve_headquarters()
        settings = SETTINGS.format(address=self.hq_address)
        (self.site_folder / "settings.toml").write_text(settings)
        self.chief = httpx.Client(timeout=30, trust_env=False, verify=NO_TLS)
        self._undo.callback(self.chief.close)

    @property
    def by(self) -> Stamp:
        """Who acts at headquarters, now."""
        return Stamp("tester", wall_ms())

    def close(self) -> None:
        """End everything, the last started first."""
        self.stop_site()
        self._undo.close()

    def _serve_headquarters(self) -> str:
        self._undo.enter_context(self.hq.serving())
        server = Server(self.hq, "127.0.0.1", 0)
        thread = threading.Thread(target=server.run, name="headquarters")
        thread.start()
        self._undo.callback(thread.join)
        self._undo.callback(server.stop)
        return server.address

    def furnish(self, received: bool = True, unlocked: bool = True) -> None:
        """Make the accounts; take the package in and unlock it, unless a page is to do that."""
        made, self.passwords = furnished(self._kind, received, unlocked)
        settings = (self.site_folder / "settings.toml").read_bytes()
        shutil.rmtree(self.site_folder)
        shutil.copytree(made, self.site_folder)
        (self.site_folder / "settings.toml").write_bytes(settings)

    def start_site(self) -> str:
        """Start the site, on the port it had before; its address."""
        port = self.address.rpartition(":")[2] if self._site else "0"
        self._site = Process(self.site_folder, "serve", "--port", port)
        self.address = self._site.says(r"up: (http://\S+)\n")
        return self.address

    def kill_site(self) -> None:
        """As a power cut does it."""
        assert self._site
        self._site.end(signal.SIGKILL)

    def room_network_away(self) -> AbstractContextManager[None]:
        """Nobody in the room hears from the site, which runs on."""
        assert self._site
        return self._site.frozen()

    def stop_site(self) -> None:
        """End the site as an administrator does; harmless if it does not run."""
        if self._site:
            self._site.end(signal.SIGTERM)

    def act(self, act: str, **given: object) -> dict[str, Any]:
        """One act of the chief invigilator, over the wall's API; the new state of the wall."""
        if "examsite-staff" not in self.chief.cookies:
            form = {"name": "chief", "password": self.passwords.chief}
            assert self.chief.post(f"{self.address}/staff/sign-in", data=form).status_code == 303
        answer = self.chief.post(f"{self.address}/api/room/{SESSION}/{act}", json=given)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def open(self, *sittings: str) -> None:
        """Open sittings, all without a name."""
        for sitting in sittings or BANKS:
            self.act("open", sitting=sitting)

    def journal(self) -> list[Event]:
        """The site's journal as it is on its disk; stops the site."""
        self.stop_site()
        site = Site(self.site_folder)
        try:
            return site.live.events(SESSION)
        finally:
            site.close()

    @contextmanager
    def courier(self) -> Iterator[None]:
        """What brings batches to headquarters runs meanwhile."""
        courier = Process(self.site_folder, "courier")
        try:
            yield
        finally:
            courier.end(signal.SIGTERM)

    def deliver(self) -> list[Event]:
        """Run the courier until headquarters has the whole journal, scored; the journal there."""
        with self.courier():
            wait_until(self.scored, "headquarters has everything")
        return read_journal(self.hq, SESSION).events()

    def scored(self) -> bool:
        """Headquarters has the whole journal."""
        found = scoring.saved_reconciliation(self.hq, SESSION)
        return found is not None and found.lacking is None

    def results(self) -> dict[str, results.ResultRow]:
        """What headquarters made of it, by admission number."""
        return {r.candidate.admission: r for r in results.result_rows(self.hq, SESSION)}

    @staticmethod
    def bank(sitting: str) -> Bank:
        """The bank that a sitting's paper is drawn from."""
        return builtin_bank(BANKS[sitting])
