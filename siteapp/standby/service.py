"""What a serving site has to do with its second server, in one object."""

import base64
import logging
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

from siteapp.errors import ServerFenced
from siteapp.identity import Identity
from siteapp.standby.folder import PairFolder
from siteapp.standby.leader import Leader
from siteapp.standby.promotion import take_over
from siteapp.store.live import Live
from siteapp.store.records import note_act
from siteapp.store.replica import begin_history, state_of
from siteapp.store.writer import Decision
from sync.errors import DocumentRefused
from sync.spool import Spool
from sync.wire.documents import LaterServer, Promotion, read_promotion
from sync.wire.keys import VerifyKey
from sync.wire.trusted import read_told

log = logging.getLogger("examsite.standby")

# Headquarters' signed word that another server took over.
LATER = "later.json"


class Standby:
    """The pairing of a site that serves: its spare if it has one, or who took over from it."""

    def __init__(self, folder: Path, identity: Identity, live: Live, wait_ms: int) -> None:
        self.pair = PairFolder(folder)
        self._folder, self._identity, self._live = folder, identity, live
        self._wait_s = wait_ms / 1000
        self._leader: Leader | None = None
        self._started = False
        self.fenced: Promotion | LaterServer | None = self.pair.fenced(identity.sign.public)
        self.promotion = self.pair.promotion(identity.sign.public)
        if self.promotion:
            take_over(live, self.promotion)
        self.term = state_of(live).term
        if notice := self.pair.envelope(LATER):
            self._heed(notice)
        self._follow()

    def _follow(self) -> None:
        """Begin to number commits for a spare, if one is paired by now."""
        peer = self.pair.peer()
        # By headquarters' word alone it goes on asking its spare: only that has the whole record.
        retired = isinstance(self.fenced, Promotion)
        if self._leader or retired or peer is None or peer.role != "primary":
            return
        link = self.pair.link("primary")
        begin_history(self._live, link.id)
        leader = Leader(
            self._live,
            link,
            peer.address,
            self._folder,
            self._wait_s,
            self.fence,
            metadata.version("examsite"),
        )

        # In the writer's own thread: no commit is under way that would not be numbered.
        def switch() -> Decision:
            self._live.writer.follower = leader.ring
            return Decision()

        self._live.writer.submit(None, switch)
        self._leader = leader

    def start(self) -> None:
        """Before anything is served: has the spare taken over? Then keep it informed."""
        self._started = True
        if self._leader:
            self._leader.greet()
            self._leader.start()

    def tend(self) -> None:
        """Notice a pairing that was made while the site serves."""
        if self._leader is None and self._started:
            self._follow()
            if self._leader:
                self._leader.start()

    def secure(self, names: list[str]) -> None:
        """Return when the spare has these files too, or the site is on one server only."""
        if self._leader:
            self._leader.secure(names)

    def stop(self) -> None:
        """End, after the writer."""
        if self._leader:
            self._leader.stop()

    def fence(self, envelope: bytes) -> bool:
        """Serve nothing any more if this is the signed record of a higher term; False if not."""
        try:
            record = read_promotion(envelope, self._identity.sign.public)
        except DocumentRefused:
            return False
        if record.site != self._identity.site or record.server_term <= self.term:
            return False
        self.pair.keep("fenced.json", envelope)
        self.fenced = record
        log.warning("server term %d at %s: fenced", record.server_term, record.address)
        what = f"{record.server_term} {record.address}"
        self._live.writer.leave(note_act(self._live.clock.wall(), "standby", "fenced", what))
        return True

    def refusal(self) -> ServerFenced:
        """What a fenced server says to everybody."""
        record = self.fenced
        assert record  # noqa: S101  (asked before)
        address = record.address if isinstance(record, Promotion) else "—"
        return ServerFenced(address=address, server_term=record.server_term)

    def look_at(self, spool: Spool) -> None:
        """Headquarters may have refused a batch because another server took over: then be fenced.

        Whoever wrote the refusal: nothing counts but headquarters' signature.
        """
        for entry in spool.outgoing():
            said = (spool.refusal(entry.digest) or {}).get("headquarters")
            notice = said.get("notice") if isinstance(said, dict) else None
            if isinstance(notice, str) and not self.fenced:
                with suppress(ValueError):
                    self._heed(base64.b64decode(notice, validate=True))

    def _heed(self, notice: bytes) -> None:
        key = VerifyKey.from_bytes(self._identity.certificate.headquarters.receipt)
        try:
            # A damaged register must not set a fenced server free.
            later = read_told(notice, LaterServer, key, self._identity.register.sound())
        except DocumentRefused:
            return
        if later.site != self._identity.site or later.server_term <= self.term or self.fenced:
            return
        self.pair.keep(LATER, notice)
        self.fenced = later
        log.warning("headquarters has batches of server term %d: fenced", later.server_term)

    def told(self) -> dict[str, Any] | None:
        """For the wall: None without a spare."""
        return self._leader.told() if self._leader else None

    @property
    def spare_address(self) -> str:
        """Where a page may look when this server is away; empty without a spare."""
        return self._leader.address if self._leader else ""
