"""The site as one object: identity, settings, live state, papers, batches. What the web serves."""

import fcntl
import logging
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from importlib import metadata
from pathlib import Path
from secrets import randbelow
from typing import IO, Any

from siteapp.alarms.keeping import Alarms
from siteapp.alarms.looking import Sources, Watch
from siteapp.boards import Boards
from siteapp.cameras.service import of_site
from siteapp.clock import WallWatch
from siteapp.conduct.acts import NewEvent, collect_expired
from siteapp.conduct.entering import Rules
from siteapp.conduct.limits import Limits
from siteapp.conduct.lost import still_out
from siteapp.conduct.machines import MarkPace
from siteapp.conduct.once import Once
from siteapp.conduct.outage import jumped, noted
from siteapp.conduct.pace import Pace
from siteapp.conduct.parts import parts_over
from siteapp.conduct.readmit import Readmissions
from siteapp.conduct.resting import rests_over
from siteapp.conduct.session import Session
from siteapp.conduct.wall import wall
from siteapp.config import Settings
from siteapp.disk import Disk
from siteapp.errors import StorageFailed
from siteapp.forms.making import Making
from siteapp.identity import Identity, load_identity
from siteapp.lan.announce import About
from siteapp.lan.kept import NAME
from siteapp.lan.protocol import room_token
from siteapp.lan.service import Lan, fingerprint
from siteapp.lan.sightings import Machine
from siteapp.lockdown import Lockdown
from siteapp.papers import Shelf
from siteapp.readiness.drill_run import Drill, around
from siteapp.readiness.ends import HTTPS
from siteapp.readiness.room import Readiness
from siteapp.releases import Releases
from siteapp.results import Packer
from siteapp.retention import destroying as retention
from siteapp.rooms.keeping import Rooms
from siteapp.rooms.on_wall import on_wall
from siteapp.staff import Staff
from siteapp.standby.copies import Copier
from siteapp.standby.folder import PairFolder
from siteapp.standby.service import Standby
from siteapp.states import States
from siteapp.store.live import Live
from siteapp.store.writer import Decision, end_at_once
from siteapp.uploads.files import Files
from siteapp.uploads.filing import Filer
from sync.disk import SyncFailed
from sync.errors import DataFolderBusy
from sync.errors.system import system_words
from sync.spool import Spool

log = logging.getLogger("examsite")

# What a power cut may give everyone at most.
KEEP_CLOCK_MS = 5_000
WATCH_S = 1.0
UNLOCK_LOOK_S = 2.0
ALARM_LOOK_S = 20.0


class Site:
    """Everything the pages need, open on one data folder; one process at a time."""

    def __init__(self, folder: Path, fatal: Callable[[], None] | None = None) -> None:
        self.folder = folder
        self.identity: Identity = load_identity(folder)
        self.settings = Settings.load(folder)
        PairFolder(folder).refuse_spare()
        self.fatal = fatal or end_at_once
        self.disk = Disk(folder, self.settings)
        self.disk.wake()
        with ExitStack() as undo:
            self._lock = undo.enter_context(hold(folder))
            self.live = Live(
                folder / "site.db",
                self.identity.site,
                limit=self.settings.number("queue_limit"),
                fatal=self.fatal,
            )
            self.live.writer.make_room = self.disk.reserve.give
            undo.callback(self.live.close)
            wait_ms = self.settings.number("standby_wait_ms")
            self.standby = Standby(folder, self.identity, self.live, wait_ms)
            self.spool = Spool(folder / "spool")
            reserve = self.settings.number("reserve_mib")
            self.shelf = Shelf(self.identity, self.live, reserve, self.standby.secure)
            self.shelf.load()
            self.releases = Releases(self.identity, self.live, self.spool, self.shelf)
            self.packer = Packer(self.identity, self.live, self.spool, self.standby.term)
            undo.pop_all()
        self.files = Files(folder / "files", self.settings)
        self.filer = Filer(self.identity, self.live, self.spool, self.files, self.standby.term)
        self.states = States(self.live, self.spool)
        self.limits = Limits(self.settings.number("sign_in_tries"))
        self.pace, self.mark_pace, self.done_acts = Pace(), MarkPace(), Once()
        self.staff = self._make_staff()
        self._prepare()
        to = self.settings.text("backup_folder")
        self.copier = Copier(self.identity, to, self.settings.number("backup_seconds"))
        self.readmissions = Readmissions(self.identity.candidate_secret, partial(randbelow, 10**9))
        self.lan, self.boards = self._network(), Boards(self._wall, self.live.clock.now)
        self._stopping = threading.Event()
        self._helpers: list[threading.Thread] = []

    def _prepare(self) -> None:
        """What a room is made ready with before the day."""
        self.readiness = Readiness(self.folder, self.settings)
        self.lockdown = Lockdown(self.identity.candidate_secret, self.settings)
        self.rooms = Rooms(self.live, self._machines)
        self.making = Making(self.folder / "spooling")
        self.cameras = of_site(self.folder, self.identity, self.settings)
        knows = around(self.live, self.packer, self.settings, self.disk)
        self.drill = Drill(self.folder, knows)
        kept = self.settings.number("retain_days")
        of = retention.Sources(self.identity, self.live, self.spool, self.shelf, self.files)
        self.retention = retention.Retention(of, self.delivered, kept)
        self.retention.sweep()
        self.alarms = Alarms(self.live)
        told = Sources(self.identity, self.settings, self.spool, self.cameras, self.readiness)
        self._alarm_watch = Watch(self.alarms, told, self.live.clock)

    def start(self) -> None:
        """Begin the work that no request asks for: collecting at the deadline, cutting batches.

        Each in a thread of its own: a slow cut delays nobody's deadline.
        """
        self.standby.start()
        self.copier.start()
        self._note_outage()
        for work in (
            self._collect,
            self._cut,
            self._file,
            self._unlock,
            self._watch_disk,
            self._rehearse,
            self._watch_alarms,
        ):
            helper = threading.Thread(target=work, name=work.__name__.strip("_"), daemon=True)
            self._helpers.append(helper)
            helper.start()

    def close(self) -> None:
        """Stop, store what is waiting, release the folder; harmless the second time."""
        if self._lock.closed:
            return
        self._stopping.set()
        self.making.stop()
        self.lan.stop()
        self.cameras.stop()
        for helper in self._helpers:
            helper.join()
        self.copier.stop()
        self.drill.close()
        self.live.writer.stop()
        self.standby.stop()
        self.live.close()
        self._lock.close()

    def _wall(self, session: Session) -> dict[str, Any]:
        """What the wall shows now; memory is read as it is."""
        live, name = self.live, session.plan.id
        told: dict[str, Any] = {
            "servers": self.standby.told(),
            "copies": self.copier.told(),
            "uploads": {
                attempt: coming._asdict()
                for attempt, coming in self.files.coming(name).items()
                if session.attempt(attempt).phase == "started"
            },
            "disk": self.disk.state(live.sessions.values()),
            "elsewhere": self.rooms.elsewhere(),
        }
        of = self.shelf.items_by_form(session)
        told["only_there"] = live.only_there.of(name)
        told["seb"] = self.lockdown.on_wall(session)
        told["readmits"] = self.settings.text("readmit") == "on"
        told |= on_wall(self.rooms.now().plan, {a.seat for a in session.attempts.values()})
        return wall(session, live.clock.now(), live.contacts, of, self.entering) | told

    @property
    def entering(self) -> Rules:
        """Who may start, by the settings."""
        number, text = self.settings.number, self.settings.text
        return Rules(number("late_minutes") * 60_000, text("check_in") == "on", number("look_from"))

    def _machines(self) -> list[Machine]:
        """The room's machines as they were seen last; the network is left in peace."""
        return self.lan.view(look=False).machines

    def _make_staff(self) -> Staff:
        number = self.settings.number
        lasts, locks = number("staff_idle_minutes") * 60_000, number("staff_lock_minutes") * 60
        return Staff(self.live, lasts, locks)

    def _network(self) -> Lan:
        token = room_token(self.identity.candidate_secret)
        about = _about(self.identity, self.settings)
        path = self.folder / NAME
        return Lan(about, token, lambda: self.standby.fenced is not None, path=path)

    def _rehearse(self) -> None:
        while not self._stopping.wait(0.5):
            self.drill.look()

    def _watch_alarms(self) -> None:
        while not self._stopping.wait(ALARM_LOOK_S):
            if self.standby.fenced:
                return
            try:
                self.look_for_alarms()
            except Exception:
                # The bell is no reason to stop; it is looked at again in a moment.
                log.exception("the alarms could not be looked at")

    def look_for_alarms(self) -> None:
        """One look at everything that may be wrong."""
        disk = self.disk.state(list(self.live.sessions.values()))
        self._alarm_watch.look(disk, self.standby.told(), self.copier.told())

    def _note_outage(self) -> None:
        """What the time without a server was goes into the record before anything is collected."""
        outage = self.live.clock.outage
        if outage is None:
            return
        facts = (outage.rebooted, outage.counted_ms, outage.wall_ms)
        for session in self.live.sessions.values():
            self.live.act(session, lambda s: Decision(noted(s, *facts)))
        moved = 0 if outage.rebooted else outage.wall_ms - outage.counted_ms
        if abs(moved) >= WallWatch.JUMP_MS:
            self._each(partial(self._note_jump, moved))
        self.live.keep_clock()

    def _keep_clock(self) -> None:
        try:
            self.live.keep_clock()
        except Exception:
            # Tried again in a moment; the sitting goes on.
            log.exception("the clock's reading was not stored")

    def _note_jump(self, ms: int, session: Session) -> None:
        self.live.act(session, lambda s: Decision(jumped(s, ms)))

    def _collect(self) -> None:
        next_keep, watch = self.live.clock.now(), WallWatch(self.live.clock)
        while not self._stopping.wait(0.5):
            if moved := watch.jump():
                self._each(partial(self._note_jump, moved))
            if self.live.clock.now() >= next_keep:
                next_keep = self.live.clock.now() + KEEP_CLOCK_MS
                self._keep_clock()
            self._each(self._collect_from)

    def _collect_from(self, session: Session) -> None:
        self.live.journal_silences(session)
        for due in (rests_over, parts_over):
            if due(session, self.live.clock.now()):
                self.live.act(session, partial(self._by_the_clock, due))
        now, of = self.live.clock.now(), self.shelf.items_by_form(session)
        if not collect_expired(session, now, of):
            return
        out = still_out(session, now, self.live.contacts, self.live.silences)
        if collect_expired(session, now, of, out):
            self.live.act(session, lambda s: Decision(collect_expired(s, now, of, out)))

    def _by_the_clock(
        self, due: Callable[[Session, int], list[NewEvent]], session: Session
    ) -> Decision:
        return Decision(due(session, self.live.clock.now()))

    def _cut(self) -> None:
        next_cut = self.live.clock.now()
        while not self._stopping.wait(0.5):
            if self.standby.fenced:
                return
            self.standby.tend()
            if self.disk.stops("cutting"):
                # Answers first: what is not cut now is cut when there is room.
                continue
            now = self.live.clock.now()
            due = now >= next_cut
            if due:
                self.standby.look_at(self.spool)
                next_cut = now + self.settings.number("batch_seconds") * 1000
            self._each(self.packer.cut if due else self._cut_if_closed)
            self.states.tell(due=due)

    def _file(self) -> None:
        """Seal files of sittings that are over; it may take minutes, and holds up no batch."""
        while not self._stopping.wait(1):
            if self.standby.fenced:
                return
            self._each(self._file_all)
            self._each(self.retention.look)

    def _unlock(self) -> None:
        """Open what headquarters has released; stretching takes a while, so it has its thread."""
        while not self._stopping.wait(UNLOCK_LOOK_S):
            if self.standby.fenced:
                return
            self._each(self.releases.look)

    def _file_all(self, session: Session) -> None:
        while not self._stopping.is_set() and self.filer.seal_one(session):
            pass

    def delivered(self, session: Session) -> bool:
        """All sittings are over, and headquarters has archived journal and files."""
        return self.packer.delivered(session.plan.id) and self.filer.delivered(session)

    def _cut_if_closed(self, session: Session) -> None:
        if session.closed:
            self.packer.cut(session)

    def _watch_disk(self) -> None:
        while True:
            try:
                self.disk.tend(list(self.live.sessions.values()))
            except SyncFailed:
                log.exception("a sync failed")
                self.fatal()
            except OSError:
                log.exception("the reserve could not be changed")
            if self._stopping.wait(WATCH_S):
                return

    def _each(self, tend: Callable[[Session], object]) -> None:
        for session in list(self.live.sessions.values()):
            try:
                tend(session)
            except SyncFailed:
                log.exception("a sync failed")
                self.fatal()
            except Exception:
                # Tried again at the next turn; a sitting does not stop for it.
                log.exception("tending session %s failed", session.plan.id)


def _about(identity: Identity, settings: Settings) -> About:
    """What this server says of itself in the room; a front in front of it speaks HTTPS."""
    certificate, front = identity.certificate, settings.text("front")
    return About(
        site=certificate.site,
        name=certificate.name,
        version=metadata.version("examsite"),
        fingerprint=fingerprint(certificate.sign),
        host=settings.text("room_host"),
        scheme="https" if front else "http",
        port=HTTPS if front else settings.number("port"),
    )


def hold(folder: Path) -> IO[str]:
    """One process a folder: an flock that the kernel releases even after kill -9."""
    try:
        handle = (folder / "lock").open("w")
    except OSError as error:
        # A disk that has become read-only, above all.
        raise StorageFailed(reason=system_words(error)) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise DataFolderBusy(folder=folder) from None
    # Who has it is only for people to read: a full disk is no reason not to start.
    with suppress(OSError):
        os.write(handle.fileno(), str(os.getpid()).encode())
    return handle
