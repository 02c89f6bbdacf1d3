"""The delivery loop: packages in, batches out, receipts kept. No database, no web.

It deletes nothing. Waiting times run on a monotonic clock, so a wall clock that is set stops
nothing; the wall clock only dates what the screen shows.
"""

import logging
import secrets
import time
from collections.abc import Callable
from threading import Event

from sync.delivery import Happening, State, Step, advance, next_step
from sync.delivery_errors import (
    RefusedByHeadquarters,
    SpoolFailed,
    UnsignedRefusal,
)
from sync.disk import SyncFailed, require_room
from sync.errors import DocumentAltered, DocumentRefused, ExamError
from sync.errors.system import system_words
from sync.registers import RegisterFile, RegisterSource, distrust, holds_release
from sync.reports import Reports
from sync.spool import CourierStatus, Entry, Level, Spool, check_whole, digest_of
from sync.statements import check_answer, check_receipt, check_refusal
from sync.stock import Found, Stock
from sync.transport import PackageEntry, Transport, wall_ms
from sync.tries import Round, Tried
from sync.updating import Updating
from sync.version_rules import RuleFile, RuleSource
from sync.wire.inventory import InventoryAnswer
from sync.wire.keys import VerifyKey
from sync.wire.register import KeyRegister
from sync.wire.release import ReleaseReader
from sync.words import Words

TELL_S = 1.0
INVENTORY, READINESS, UPDATE = "inventory", "readiness", "update"
_BY_LEVEL: dict[Level, Happening] = {"received": "receive", "archived": "archive"}

_CHANCE = secrets.SystemRandom()

log = logging.getLogger(__name__)


class Courier:
    """Goes between one spool and one transport, round after round."""

    def __init__(
        self,
        spool: Spool,
        transport: Transport,
        receipt_key: VerifyKey,
        site: str,
        *,
        register: tuple[RegisterFile, RegisterSource] | None = None,
        releases: ReleaseReader | None = None,
        stock: Stock | None = None,
        reports: Reports | None = None,
        rules: tuple[RuleFile, RuleSource] | None = None,
        updating: Updating | None = None,
        now: Callable[[], int] = wall_ms,
        ticks: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = _CHANCE.random,
        pause: Callable[[Event, float], object] = Event.wait,
    ) -> None:
        self._spool, self._transport = spool, transport
        self._key, self._site, self._register = receipt_key, site, register
        self._rules, self._updating = rules, updating
        self._releases, self._stock, self._reports = releases, stock, reports
        self._now, self._ticks, self._pause = now, ticks, pause
        self._tried = Tried(site, ticks, random)
        self._rounds_failed = 0
        self._told = ticks()
        self._applied: KeyRegister | None = None
        last = spool.status(transport.name)
        self._contact = last.last_contact if last else None
        self._error_code = last.last_error_code if last else None
        self._error_at = last.last_error_at if last else None
        self._stop = Event()
        for path in spool.clean(now() / 1000):
            log.info("removed a leftover: %s", path.name)

    def run(self, stop: Event) -> None:
        """Rounds until `stop` is set; a round under way ends before its next file."""
        self._stop = stop
        while not stop.is_set():
            self._pause(stop, self.step().pause)

    def step(self) -> Round:
        """One round. Every error of it is logged, kept for the screen and returned, none raised."""
        done = Round()
        try:
            self._look(done)
            self._deliver(done)
            self._take_stock(done)
            self._tell_reports(done)
            self._fetch_update(done)
        except ExamError as error:
            self._tried.note(done, error, "line")
            self._rounds_failed += 1
            done.pause = self._tried.wait(self._rounds_failed, error)
        except OSError as error:
            self._tried.note(done, SpoolFailed(reason=system_words(error)), "spool")
        else:
            self._rounds_failed = 0
            done.pause = self._tried.between()
        self._publish(done)
        return done

    def _look(self, done: Round) -> None:
        """What headquarters has for this site."""
        self._fetch_register(done)
        self._fetch_rule(done)
        self._fetch_packages(done)

    def _fetch_register(self, done: Round) -> None:
        """The newest register of keys; what a revoked key said is unsaid."""
        if self._register is None:
            return
        file, source = self._register
        with self._tried.isolated(done, "keys"):
            try:
                envelope = source.key_register()
                if envelope is not None:
                    file.take(envelope)
            finally:
                self._apply_register(file)

    def _fetch_rule(self, done: Round) -> None:
        """The oldest version that headquarters allows."""
        if self._rules is None:
            return
        file, source = self._rules
        with self._tried.isolated(done, "version"):
            envelope = source.version_rule()
            if envelope is not None:
                file.take(envelope, self._keys())

    def _apply_register(self, file: RegisterFile) -> None:
        """Once a register and courier, whoever took it in; again until that has ended well."""
        held = file.held()
        if held is not None and held != self._applied:
            distrust(self._spool, self._key, held)
            self._applied = held

    def _keys(self) -> KeyRegister | None:
        return self._register[0].held() if self._register else None

    def _fetch_packages(self, done: Round) -> None:
        """Every package that is not here yet."""
        listed: list[PackageEntry] = []
        with self._tried.isolated(done, "packages"):
            listed = self._transport.packages()
            done.contact = True
            self._tried.through("packages")
        here = {entry.digest for entry in self._spool.incoming()} | self._spool.gone()
        for package in listed:
            if self._stop.is_set():
                return
            if package.digest not in here and self._tried.due(package.digest):
                with self._tried.isolated(done, package.digest):
                    self._fetch(package)
                    done.fetched += 1
                    self._tried.through(package.digest)
        self._fetch_releases(done, listed)

    def _fetch_releases(self, done: Round, listed: list[PackageEntry]) -> None:
        """The codes of packages whose hour has come; wrong ones, also kept ones, come anew."""
        for package in listed:
            name, reader = f"{package.digest}.release", self._releases
            if reader is None or not package.released or not self._tried.due(name):
                continue
            with self._tried.isolated(done, name):
                named = {"session": package.session, "package": package.digest}
                if holds_release(self._spool, reader, self._keys(), **named):
                    continue
                fresh = self._transport.release(package.digest)
                if fresh is not None:
                    reader.read(fresh, self._keys(), **named)
                    self._spool.put_release(package.digest, fresh)
                    self._tried.through(name)

    def _fetch(self, package: PackageEntry) -> None:
        part = self._spool.part_path(package.digest, self._transport.name)
        # A crash may have come between the last byte and the move.
        if not part.exists() or digest_of(part) != package.digest:
            require_room(self._spool.folder, package.size)
            self._transport.fetch(package.digest, part, package.size)
        try:
            self._spool.put_incoming(part, package.digest)
        except (DocumentAltered, SyncFailed):
            # Nothing can be built on a part that is wrong somewhere or perhaps not on the disk.
            part.unlink(missing_ok=True)
            raise
        log.info("fetched package %s of session %s", package.digest, package.session)

    def _deliver(self, done: Round) -> None:
        """Batches that are due, the oldest first, then files; one that fails stops no other.

        A file takes minutes on a thin line: after each come codes, packages and batches again.
        """
        passed: set[str] = set()
        while self._deliver_to_file(passed, done):
            if self._tried.due("packages"):
                self._look(done)

    def _take_stock(self, done: Round) -> None:
        """Exchange inventories; what it lacks, perhaps an old copy of itself, goes again."""
        if self._stock is None or self._stop.is_set() or not self._tried.due(INVENTORY):
            return
        with self._tried.isolated(done, INVENTORY):
            if not self._stock.due(self._ticks()):
                return
            found = self._stock.exchange(self._transport, self._check_answer, self._ticks())
            self._tried.through(INVENTORY)
            if found is not None:
                done.contact = True
                self._make_good(found, done)

    def _tell_reports(self, done: Round) -> None:
        """Readiness reports that are new, or were told a while ago."""
        if self._reports is None or self._stop.is_set() or not self._tried.due(READINESS):
            return
        with self._tried.isolated(done, READINESS):
            for session, envelope in self._reports.due(self._ticks()):
                self._transport.report(session, envelope)
                self._reports.told(session, envelope, self._ticks())
                self._tried.through(READINESS)

    def _fetch_update(self, done: Round) -> None:
        """A part of newer software, when nothing else is to be done and nobody sits."""
        if self._updating is None or self._stop.is_set() or not self._tried.due(UPDATE):
            return
        with self._tried.isolated(done, UPDATE):
            if self._updating.step(self._keys(), self._stop, self._waits):
                done.contact = True
                self._tried.through(UPDATE)

    def _waits(self) -> bool:
        """Whether a batch or file could be sent now."""
        return any(
            self._tried.due(entry.digest) and self._spool.state(entry.digest) == "waiting"
            for entry in self._spool.outgoing()
        )

    def _check_answer(self, envelope: bytes, to: str) -> InventoryAnswer:
        return check_answer(envelope, self._key, self._keys(), site=self._site, to=to)

    def _make_good(self, found: Found, done: Round) -> None:
        """Send again what had a receipt and is not there; ask about the refused that is."""
        lost = [digest for digest in sorted(found.lacks) if self._spool.receipt(digest)]
        for digest in lost:
            log.error("headquarters no longer has %s, sending it again", digest)
            self._spool.withdraw_receipts(digest)
            self._tried.through(digest)
        done.asked_for += len(lost)
        for entry in self._spool.outgoing() if found.has else ():
            if entry.digest in found.has and self._spool.state(entry.digest) == "refused":
                with self._tried.isolated(done, entry.digest):
                    self._ask(entry, "refused", done)
        if lost:
            self._deliver(done)

    def _deliver_to_file(self, passed: set[str], done: Round) -> bool:
        """What is due until a file was tried, which is True; no file twice in a round."""
        for entry in self._spool.outgoing():
            if self._stop.is_set():
                return False
            is_file, again = entry.path.suffix == ".file", entry.digest in passed
            if is_file and again:
                continue
            passed.add(entry.digest)
            tried = is_file
            with self._tried.isolated(done, entry.digest):
                step = self._take_step(entry, done)
                tried = is_file and step == "send"
            self._publish(done, TELL_S)
            if tried:
                return True
        return False

    def _take_step(self, entry: Entry, done: Round) -> Step:
        """Do with one batch or file what is due; what that was."""
        state = self._spool.state(entry.digest)
        step = next_step(state)
        if step == "hold" or not self._tried.due(entry.digest):
            return "hold"
        if step == "ask":
            self._ask(entry, state, done)
        else:
            self._send(entry, state, done)
        return step

    def _ask(self, entry: Entry, state: State, done: Round) -> None:
        """Ask for a higher receipt; a batch that headquarters no longer has is sent again."""
        envelope = self._transport.receipt(entry.digest)
        done.contact = True
        if envelope is not None:
            new = self._keep(entry, state, envelope, done)
            if new == "received":
                self._tried.defer(entry.digest, None)
        elif self._transport.knows_all and state != "refused":
            log.error("headquarters no longer has batch %s, sending it again", entry.digest)
            self._spool.withdraw_receipts(entry.digest)
            self._send(entry, advance(state, "forget"), done)
        else:
            self._tried.defer(entry.digest, None)

    def _send(self, entry: Entry, state: State, done: Round) -> None:
        """Hand one batch over and keep what comes of it."""
        sending = advance(state, "send")
        try:
            check_whole(entry)
            envelope = self._transport.deliver(entry.path, entry.digest)
        except (RefusedByHeadquarters, DocumentAltered) as error:
            if isinstance(error, RefusedByHeadquarters):
                self._require_signed(error, entry)
                done.contact = True
            advance(sending, "refuse")
            self._spool.refuse(entry.digest, error)
            done.refused += 1
            raise
        done.contact = True
        if envelope is None:
            advance(sending, "carry")
            done.carried += 1
            self._tried.defer(entry.digest, None)
        else:
            self._keep(entry, sending, envelope, done)

    def _require_signed(self, error: RefusedByHeadquarters, entry: Entry) -> None:
        """UnsignedRefusal unless headquarters signed that it refuses these bytes for good."""
        reason = error.reason
        try:
            if error.statement is not None:
                trust = self._key, self._keys()
                check_refusal(error.statement, *trust, digest=entry.digest, size=entry.size)
                return
        except DocumentRefused as wrong:
            reason = Words(f"{reason.zh}（{wrong.say('zh')}）", f"{reason.en} ({wrong.say('en')})")
        raise UnsignedRefusal(reason_zh=reason.zh, reason_en=reason.en) from error

    def _keep(self, entry: Entry, state: State, envelope: bytes, done: Round) -> State:
        """Verify a receipt, then keep it if it says more than what is here; the new state."""
        receipt = check_receipt(
            envelope,
            self._key,
            self._keys(),
            site=self._site,
            digest=entry.digest,
            size=entry.size,
        )
        new = advance(state, _BY_LEVEL[receipt.level])
        if new != state:
            self._spool.add_receipt(entry.digest, receipt.level, envelope)
            self._tried.through(entry.digest)
            log.info("batch %s is %s", entry.digest, new)
            done.archived += new == "archived"
            done.received += new == "received"
        return new

    def _publish(self, done: Round, every: float = 0.0) -> None:
        """The status for the screen; a disk that takes none must not stop deliveries."""
        if self._ticks() < self._told + every:
            return
        now, self._told = self._now(), self._ticks()
        if done.contact:
            self._contact = now
        if done.errors:
            self._error_code, self._error_at = done.errors[-1].code, now
        try:
            status = CourierStatus(
                round_at=now,
                last_contact=self._contact,
                last_error_code=self._error_code,
                last_error_at=self._error_at,
                errors=tuple(e.to_json() for e in done.errors[:10]),
                next_round_s=done.pause,
                summary=self._spool.summary(),
                held=self._tried.held(),
            )
            self._spool.write_status(self._transport.name, status)
        except OSError as fault:
            self._tried.note(done, SpoolFailed(reason=system_words(fault)), "status")
