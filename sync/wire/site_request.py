"""What a box that came with a bundle asks of headquarters."""

from sync.exam.specification import Struct
from sync.wire.fields import Digest, Name, SealingBytes, VerifyBytes


class SiteRequest(Struct, frozen=True):
    """A box asks for its certificate: its keys, and what it was given. Signed by box and token."""

    bundle: Digest
    root: VerifyBytes
    seal: SealingBytes
    sign: VerifyBytes
    site: Name
    token: VerifyBytes
