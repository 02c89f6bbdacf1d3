"""Unlocking over the network: codes that headquarters released, as the courier laid them down."""

import logging

from siteapp.conduct.session import Session
from siteapp.identity import Identity
from siteapp.papers import Shelf
from siteapp.store import records
from siteapp.store.live import Live
from sync.errors import AlreadyThere, ExamError
from sync.spool import Spool
from sync.wire.keys import VerifyKey
from sync.wire.release import read_release

log = logging.getLogger("examsite.releases")


class Releases:
    """Opens each released session once; what is wrong with a release is kept for the page."""

    def __init__(self, identity: Identity, live: Live, spool: Spool, shelf: Shelf) -> None:
        self._identity, self._live, self._spool, self._shelf = identity, live, spool, shelf
        # session → the release that did not open it, and why; the phone still does.
        self.faults: dict[str, tuple[bytes, ExamError]] = {}

    def look(self, session: Session) -> None:
        """Open the session if its codes have come; a release that is wrong is tried once."""
        if session.unlocked:
            return
        name = session.plan.id
        package = records.packages(self._live)[name]
        envelope = self._spool.release(package)
        tried = self.faults.get(name)
        if envelope is None or (tried is not None and tried[0] == envelope):
            return
        try:
            self._open(session, package, envelope)
        except AlreadyThere:
            return
        except ExamError as error:
            log.error("the release of %s: %s: %s", name, error.code, error)
            self.faults[name] = (envelope, error)

    def _open(self, session: Session, package: str, envelope: bytes) -> None:
        codes = read_release(
            envelope,
            VerifyKey.from_bytes(self._identity.certificate.headquarters.receipt),
            self._identity.seal,
            self._identity.register.held(),
            site=self._identity.site,
            session=session.plan.id,
            package=package,
        )
        self._shelf.unlock_released(session, codes)
        self.faults.pop(session.plan.id, None)
        log.info("session %s is unlocked over the network", session.plan.id)
