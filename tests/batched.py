"""Batches as headquarters sees them: opened, in order, their chain and checkpoints checked."""

from room import close_sitting
from together import AM

from siteapp.site import Site
from sync.exam.batch import Batch
from sync.exam.journal import Event, origin, root
from sync.wire.checkpoint import Checkpoint, verify_checkpoint
from sync.wire.documents import read_batch
from sync.wire.keys import OpeningKey
from sync.wire.sealed import SealedDocument


def cut(site: Site) -> str | None:
    return site.packer.cut(site.live.session(AM))


def close_all(site: Site) -> None:
    for sitting in ("live", "media"):
        close_sitting(site, AM, sitting)


def batches(site: Site, key: OpeningKey) -> list[tuple[str, Batch]]:
    """Digest and content of what lies in the spool, in the order of their numbers."""
    found = []
    for entry in site.spool.outgoing():
        trusted = [site.identity.sign.public]
        document = SealedDocument.verify(entry.path, kind="batch", trusted=trusted)
        found.append((document.digest, read_batch(document, key)))
    return sorted(found, key=lambda one: one[1].header.sequence)


def check_chain(site: Site, found: list[tuple[str, Batch]]) -> list[Event]:
    """The events of all batches, once numbers, chain and signed checkpoints are right."""
    events: list[Event] = []
    previous = None
    for number, (digest, batch) in enumerate(found):
        header = batch.header
        assert (header.sequence, header.first) == (number, len(events))
        assert (header.previous, header.count) == (previous, len(batch.events))
        events += batch.events
        name = f"examsite/{site.identity.site}"
        signed = verify_checkpoint(header.checkpoint, name, site.identity.sign.public)
        journal = origin(site.identity.site, AM, 1)
        assert signed == Checkpoint(journal, len(events), root(events))
        previous = digest
    return events
