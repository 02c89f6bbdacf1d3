"""Where the journeys play: headquarters served in a thread, site and courier as processes."""

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from siteapp.identity import accept_certificate, make_keys
from siteapp.site import Site
from sync.exam.catalogue import find
from sync.exam.items import Bank
from sync.exam.journal import Event, standing_responses
from sync.exam.roster import COLUMNS
from sync.exam.sitting import attempt_id
from sync.headquarters import publish, results, rosters, scoring, sessions, sites, staff
from sync.headquarters.app import wall_ms
from sync.headquarters.bank import builtin_bank
from sync.headquarters.folder import create_headquarters
from sync.headquarters.journals import read_journal
from sync.headquarters.materials import builtin_materials
from sync.headquarters.samples import sample_rows
from sync.headquarters.serve import Server
from sync.headquarters.spreadsheet import sheet_bytes
from sync.headquarters.store import Stamp
from sync.wire.unlock import UnlockCode
from sync.words import Words

SESSION, SITE = "journey", "site-01"
BANKS = {"live": "530051-junior", "media": "560003-junior"}
SETTINGS = 'headquarters = "{address}"\nbatch_seconds = 1\ncourier_seconds = 1\nthreads = 16\n'
COMMANDS = Path(sys.executable).parent
SPARE_SEAT = 41
PATIENCE_S = 30.0
# Fast enough that nobody waits for a test, slow enough to leave the cores to the page.
LOOK_S = 0.1


class Person(NamedTuple):
    """A candidate of the roster."""

    admission: str
    secret: str
    seat: int
    sitting: str
    name: str


def wait_until(done: Callable[[], Any], what: str) -> Any:
    """The first true answer; fails with `what` after PATIENCE_S."""
    until = time.monotonic() + PATIENCE_S
    while not (answer := done()):
        assert time.monotonic() < until, f"not in {PATIENCE_S:.0f} s: {what}"
        time.sleep(LOOK_S)
    return answer


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
        self._popen.wait(15)


@dataclass
class Passwords:
    """The accounts of the site and of headquarters."""

    administrator: str = ""
    chief: str = ""
    helper: str = ""
    officer: str = ""


class Premises:
    """A headquarters, a site, one published session with two sittings, and who is in it."""

    def __init__(
        self, folder: Path, live: int = 3, media: int = 1, component: str = "theory"
    ) -> None:
        self.component = {"live": component}
        self.folder, self.site_folder = folder, folder / "site"
        self.passwords = Passwords()
        self.people: dict[str, list[Person]] = {}
        self._undo = ExitStack()
        self._site: Process | None = None
        self.address = ""
        self.hq = create_headquarters(folder / "headquarters")
        self._undo.callback(self.hq.close)
        self.hq_address = self._serve_headquarters()
        self._enrol()
        self._publish({"live": live, "media": media})
        self.chief = httpx.Client(timeout=30, trust_env=False)
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

    def _enrol(self) -> None:
        name = "示例职业学校"
        request = make_keys(self.site_folder)
        envelope = sites.register(self.hq, self.by, request=request, site=SITE, name=name)
        accept_certificate(self.site_folder, envelope, self.hq.keys.root().public.key_id)
        settings = SETTINGS.format(address=self.hq_address)
        (self.site_folder / "settings.toml").write_text(settings)
        self.passwords.officer = staff.add_member(self.hq, self.by, "officer", staff.ROLES)

    def _publish(self, counts: dict[str, int]) -> None:
        sessions.create_session(
            self.hq,
            self.by,
            session=SESSION,
            site=SITE,
            name=Words("上午场", "Morning session"),
            kind="examination",
            starts_at="2026-11-21T08:30+08:00",
            room="第一机房",
            seed="journey",
        )
        first = 1
        for sitting, count in counts.items():
            self._sitting(sitting, count, first)
            first += count
        self.package = publish.publish(self.hq, self.by, SESSION).path
        self.codes = publish.unlock_codes(self.hq, self.by, SESSION)

    def _sitting(self, sitting: str, count: int, first_seat: int) -> None:
        code = BANKS[sitting]
        sessions.add_sitting(
            self.hq,
            self.by,
            session=SESSION,
            sitting=sitting,
            specification=find(code),
            component=self.component.get(sitting, "theory"),
            bank=builtin_bank(code),
            materials=builtin_materials(code),
            earliest_hand_in=0,
        )
        rows = sample_rows(code[:6], count, first_seat)
        file = self.folder / f"{sitting}.xlsx"
        file.write_bytes(sheet_bytes("考生名单", COLUMNS, rows))
        rosters.import_roster(self.hq, self.by, session=SESSION, sitting=sitting, file=file)
        self.people[sitting] = [
            Person(str(row[0]), str(row[2])[-6:], int(str(row[5])), sitting, str(row[1]))
            for row in rows
        ]

    def furnish(self, received: bool = True, unlocked: bool = True) -> None:
        """Make the accounts; take the package in and unlock it, unless a page is to do that."""
        site = Site(self.site_folder)
        try:
            self.passwords.administrator = site.staff.add("admin", "administrator")
            self.passwords.chief = site.staff.add("chief", "chief")
            self.passwords.helper = site.staff.add("helper", "invigilator")
            if received:
                site.shelf.receive(self.package)
            if unlocked:
                one, two = (UnlockCode.parse(c, n) for n, c in enumerate(self.codes, start=1))
                site.shelf.unlock(site.live.session(SESSION), (one, two))
        finally:
            site.close()

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

    def deliver(self) -> list[Event]:
        """Run the courier until headquarters has the whole journal, scored; the journal there."""
        courier = Process(self.site_folder, "courier")
        try:
            wait_until(self.scored, "headquarters has everything")
        finally:
            courier.end(signal.SIGTERM)
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
