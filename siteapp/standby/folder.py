"""What a server keeps of its pairing, beside the database that is replaced and copied.

DATA/standby/peer.json      role of this server and address of the other
             link.key       the secret of the link (mode 0600)
             promotion.json this spare took over (signed)
             fenced.json    another server took over from this one (signed)
"""

from pathlib import Path
from typing import Literal

import msgspec

from siteapp.errors import NotPaired, SpareNotPromoted
from sync.exam.specification import Struct
from sync.wire.documents import Promotion, read_promotion
from sync.wire.files import write_durably
from sync.wire.keys import VerifyKey, load_key, replace_key
from sync.wire.link import SECRET_LENGTH, Link
from sync.words import Words

Role = Literal["primary", "spare"]
PARTS: dict[str, Words] = {
    "primary": Words("主服务器", "primary"),
    "spare": Words("备用服务器", "spare"),
    "fenced": Words("已被接管的旧服务器", "old server that another took over from"),
}


def not_paired(part: Literal["primary", "spare", "fenced"]) -> NotPaired:
    """The error of a server that has no such part."""
    return NotPaired(role=PARTS[part])


class Peer(Struct, frozen=True):
    """Which of the two this server is, and where the other one answers."""

    role: Role
    address: str


class PairFolder:
    """The pairing of one data folder."""

    def __init__(self, data: Path) -> None:
        self.path = data / "standby"

    def peer(self) -> Peer | None:
        """The pairing, if there is one."""
        try:
            return msgspec.json.decode((self.path / "peer.json").read_bytes(), type=Peer)
        except FileNotFoundError:
            return None

    def need(self, role: Role) -> Peer:
        """The pairing, or NotPaired if this server has no such part in one."""
        peer = self.peer()
        if peer is None or peer.role != role:
            raise not_paired(role)
        return peer

    def pair(self, peer: Peer, secret: bytes) -> None:
        """Keep a pairing; the peer comes last, for it is what counts.

        Ended at any step there is one of the two keys, so a server that was paired before starts.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_key(self.path / "link.key", secret)
        write_durably(self.path / "peer.json", msgspec.json.encode(peer))

    def link(self, role: Role) -> Link:
        """This end of the link."""
        secret = load_key(self.path / "link.key", SECRET_LENGTH)
        other: Role = "spare" if role == "primary" else "primary"
        return Link(secret, role, other)

    def promotion(self, site_key: VerifyKey) -> Promotion | None:
        """The record by which this spare took over."""
        return self._record("promotion.json", site_key)

    def fenced(self, site_key: VerifyKey) -> Promotion | None:
        """The record by which another server took over from this one."""
        return self._record("fenced.json", site_key)

    def envelope(self, name: str) -> bytes | None:
        """A signed record as it is."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None

    def keep(self, name: str, envelope: bytes) -> None:
        """Keep a signed record."""
        self.path.mkdir(mode=0o700, exist_ok=True)
        write_durably(self.path / name, envelope)

    def _record(self, name: str, site_key: VerifyKey) -> Promotion | None:
        envelope = self.envelope(name)
        return read_promotion(envelope, site_key) if envelope else None

    def refuse_spare(self) -> None:
        """SpareNotPromoted if this folder only follows another server."""
        peer = self.peer()
        if peer and peer.role == "spare" and not (self.path / "promotion.json").exists():
            raise SpareNotPromoted(address=peer.address)
