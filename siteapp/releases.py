"""Unlocking over the network: codes that headquarters released, as the courier laid them down."""

import logging
from typing import NamedTuple

from siteapp.conduct.session import Session
from siteapp.identity import Identity
from siteapp.papers import Shelf
from siteapp.store import records
from siteapp.store.live import Live
from sync.errors import AlreadyThere, DocumentRefused, ExamError, UnlockRefused
from sync.spool import Spool
from sync.wire.lock import CodePair
from sync.wire.register import KeyRegister

log = logging.getLogger("examsite.releases")


class _Refused(NamedTuple):
    """A release that is itself at fault, which it stays as long as the register is the same."""

    envelope: bytes
    register: KeyRegister | None
    error: ExamError


class Releases:
    """Opens each released session once; what is wrong with a release is kept for the page."""

    def __init__(self, identity: Identity, live: Live, spool: Spool, shelf: Shelf) -> None:
        self._identity, self._live, self._spool, self._shelf = identity, live, spool, shelf
        # session → the release that did not open it, and why; the phone still does.
        self.faults: dict[str, tuple[bytes, ExamError]] = {}
        self._refused: dict[str, _Refused] = {}

    def look(self, session: Session) -> None:
        """Open the session if its codes have come.

        A release that is itself wrong is tried once. What is this box's fault (a full disk, a
        damaged register or package) may be mended, so that is tried again.
        """
        if session.unlocked:
            return
        name = session.plan.id
        package = records.packages(self._live)[name]
        envelope = self._spool.release(package)
        if envelope is None:
            return
        try:
            self._open(session, package, envelope)
        except AlreadyThere:
            return
        except ExamError as error:
            told = self.faults.get(name)
            if told is None or (told[0], told[1].code) != (envelope, error.code):
                log.error("the release of %s: %s: %s", name, error.code, error)
            self.faults[name] = (envelope, error)

    def _open(self, session: Session, package: str, envelope: bytes) -> None:
        name, register = session.plan.id, self._identity.register.held()
        before = self._refused.get(name)
        if before is not None and before[:2] == (envelope, register):
            raise before.error.with_traceback(None)
        try:
            codes = self._codes(name, package, envelope, register)
            self._shelf.unlock_released(session, codes)
        except UnlockRefused as error:
            self._refused[name] = _Refused(envelope, register, error)
            raise
        self.faults.pop(name, None)
        log.info("session %s is unlocked over the network", name)

    def _codes(
        self, session: str, package: str, envelope: bytes, register: KeyRegister | None
    ) -> CodePair:
        try:
            reader = self._identity.releases
            return reader.read(envelope, register, session=session, package=package)
        except DocumentRefused as error:
            self._refused[session] = _Refused(envelope, register, error)
            raise
