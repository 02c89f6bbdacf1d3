"""What headquarters has archived, by its own signature: a file that says so is not enough."""

from collections.abc import Iterable

from siteapp.identity import Identity
from sync.errors import DocumentRefused
from sync.spool import Spool
from sync.wire.documents import Receipt
from sync.wire.keys import VerifyKey
from sync.wire.register import KeyRegister
from sync.wire.trusted import read_told


def archived_at(
    spool: Spool, identity: Identity, session: str, digests: Iterable[str]
) -> list[int]:
    """When each of these documents was archived, of those for which a good receipt is here."""
    try:
        register = identity.register.held()
    except DocumentRefused:
        # With a damaged register nobody can say whose signature it is: nothing is archived.
        return []
    found = (_receipt(spool, identity, register, digest) for digest in digests)
    return [one.at for one in found if one and one.session == session]


def _receipt(
    spool: Spool, identity: Identity, register: KeyRegister | None, digest: str
) -> Receipt | None:
    envelope = spool.receipt_envelope(digest, "archived")
    key = VerifyKey.from_bytes(identity.certificate.headquarters.receipt)
    if envelope is None:
        return None
    try:
        said = read_told(envelope, Receipt, key, register)
    except DocumentRefused:
        return None
    right = (digest, "archived", identity.site)
    return said if (said.digest, said.level, said.site) == right else None
