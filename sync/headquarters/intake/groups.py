"""Batches that come at the same time, taken in together: one question, one transaction."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from sync.errors import DocumentRefused, ExamError
from sync.headquarters.errors import ConflictingBatch
from sync.headquarters.intake import receipts
from sync.headquarters.intake.edge import Accepted, bring_back, judge, outcome, read_head
from sync.headquarters.intake.questions import Known, ask_all
from sync.headquarters.store.body import Body
from sync.headquarters.store.commits import Arrival
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.kinds import BATCH
from sync.wire.incoming import Incoming


class _Read(NamedTuple):
    """A batch that says whose it is."""

    place: int
    body: Body
    incoming: Incoming


def accept_group(
    headquarters: Headquarters, sent: Sequence[tuple[str, bytes]], now: int
) -> list[Accepted | None]:
    """What `accept` says of each digest and its bytes; None where that is no receipt.

    Nothing is set aside: who gets None asks `accept`.
    """
    found: list[Accepted | None] = [None] * len(sent)
    judged: list[tuple[_Read, Arrival]] = []
    asked = list(_asked(headquarters, sent))
    if not asked:
        return found
    trust = receipts.trust(headquarters)
    for one, known in asked:
        if known.receipt is not None:
            bring_back(headquarters, one.body)
            kept = receipts.still_good(headquarters, one.body.digest, known.receipt)
            found[one.place] = Accepted(kept, new=False)
        else:
            with suppress(ExamError):
                arrival = judge(headquarters, one.body, one.incoming, known, trust, now)
                judged.append((one, arrival))
    kept_bytes = headquarters.blobs.put_all([one.body for one, _ in judged])
    for (_, arrival), data in zip(judged, kept_bytes, strict=True):
        arrival.body = data
    taken = headquarters.commits.commit_all([arrival for _, arrival in judged])
    for (one, arrival), new in zip(judged, taken, strict=True):
        if not isinstance(new, SQLAlchemyError):
            with suppress(ConflictingBatch):
                found[one.place] = outcome(headquarters, BATCH, arrival, new)
    return found


def _asked(
    headquarters: Headquarters, sent: Sequence[tuple[str, bytes]]
) -> Iterable[tuple[_Read, Known]]:
    """Those that say whose they are, and what is known of them."""
    read = []
    for place, (declared, data) in enumerate(sent):
        body = Body.of_bytes(data)
        with suppress(DocumentRefused):
            incoming = read_head(body, declared)
            if incoming.kind == BATCH.name:
                read.append(_Read(place, body, incoming))
    if not read or not receipts.usable(headquarters):
        return ()
    asked = [(one.incoming.stated, one.body.digest) for one in read]
    return zip(read, ask_all(headquarters, asked), strict=True)
