"""Files that candidates handed up: how the journal names them and how they come in."""

import hashlib
import io

from desk_world import NOW, Desk, Story

from sync.headquarters.intake import edge
from sync.headquarters.intake.archive import archive_pending
from sync.wire.documents import write_file
from sync.wire.keys import SigningKey


def named(story: Story, attempt: str, content: bytes, sequence: int, item: str = "p1/d2") -> None:
    """The event of an uploaded file; its name would lead out of any folder."""
    story.tell(
        "file",
        attempt=attempt,
        item=item,
        name="../../etc/表.XLSX",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        seat_term=1,
        instance="i1",
        sequence=sequence,
    )


def send(desk: Desk, sequence: int, content: bytes, signer: SigningKey | None = None) -> str:
    """A file's document as the site makes it, taken in and archived; its digest."""
    identity = {
        "site": "site-01",
        "session": "morning",
        "server_term": 1,
        "sequence": sequence,
    }
    path = desk.folder / "sealed"
    key = signer or desk.box.sign
    digest = write_file(path, identity, io.BytesIO(content), key, desk.hq.keys.public())
    edge.accept(desk.hq, path, digest, NOW)
    archive_pending(desk.hq, NOW)
    return digest
