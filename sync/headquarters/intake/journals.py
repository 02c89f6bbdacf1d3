"""The journal of a session as received: opened, and held against its own checkpoints."""

import hashlib
from collections.abc import Mapping, Sequence

from sync.errors import DocumentAltered, DocumentRefused, NotFound
from sync.exam.batch import Batch, BatchHeader
from sync.exam.journal import Event
from sync.exam.merkle import MerkleTree
from sync.exam.specification import Struct
from sync.headquarters.errors import JournalBroken
from sync.headquarters.intake.archive import BatchRow, list_batches
from sync.headquarters.register.sites import former_key
from sync.headquarters.store.folder import Headquarters
from sync.wire import documents
from sync.wire.incoming import opener
from sync.wire.keys import OpeningKey, VerifyKey
from sync.wire.sealed import SealedDocument
from sync.words import Words

# What opens batches, by key id.
Live = Mapping[str, OpeningKey]
# Of all journals of one session; a room of forty has some ten thousand. A batch of 100 KB may
# unpack to 64 MiB.
MAX_EVENTS = 500_000
MAX_BYTES = 128 * 1024 * 1024


class Head(Struct, frozen=True):
    """A signed checkpoint that came in: over how many events, its root in base64, its batch."""

    size: int
    root: str
    digest: str


class TermJournal(Struct, frozen=True):
    """The journal of one server term, as far as its batches follow each other."""

    term: int
    events: tuple[Event, ...]
    final: bool
    gap: Words | None
    # Digests: the batch that ended the journal, and those that came after it.
    ended_by: str | None = None
    supplements: tuple[str, ...] = ()
    heads: tuple[Head, ...] = ()


class ReceivedJournal(Struct, frozen=True):
    """All that a session's batches say; another server term is another journal."""

    session: str
    batches: int
    terms: tuple[TermJournal, ...]

    @property
    def lacking(self) -> Words | None:
        """What is still to come, or None when the journal is whole."""
        if not self.terms:
            return Words("尚未收到任何成绩数据包", "no batch has come in")
        if self.terms[-1].gap:
            return self.terms[-1].gap
        if not self.terms[-1].final:
            return Words("尚未收到最后一个成绩数据包", "the final batch has not come in")
        return None

    def events(self) -> list[Event]:
        """The journal that counts: the highest server term's, which begins with the first event."""
        return list(self.terms[-1].events) if self.terms else []

    def forks(self) -> dict[int, tuple[Event, ...]]:
        """Former server term → its events that the one that counts does not begin with."""
        counting = self.events()
        found = {}
        for term in self.terms[:-1]:
            pairs = enumerate(zip(term.events, counting, strict=False))
            shared = min(len(term.events), len(counting))
            first = next((place for place, (a, b) in pairs if a != b), shared)
            if term.events[first:]:
                found[term.term] = term.events[first:]
        return found


def read_journal(headquarters: Headquarters, session: str) -> ReceivedJournal:
    """The journal from its received batches; JournalBroken if they contradict each other.

    Also if they hold more than a session can have, which would end the process. What lies behind a
    gap is left out: no checkpoint vouches for it yet.
    """
    rows = list_batches(headquarters, session=session)
    live = headquarters.keys.live()
    terms = sorted({row.server_term for row in rows})
    room = _Room()
    return ReceivedJournal(
        session=session,
        batches=len(rows),
        terms=tuple(
            _read_term(headquarters, live, [row for row in rows if row.server_term == term], room)
            for term in terms
        ),
    )


class _Room:
    """What may still be held in memory of one session."""

    def __init__(self) -> None:
        self.events, self.bytes = MAX_EVENTS, MAX_BYTES

    def take(self, row: BatchRow, event: bytes) -> bytes:
        """The same; JournalBroken once there is no room for it."""
        self.events, self.bytes = self.events - 1, self.bytes - len(event)
        if self.events < 0 or self.bytes < 0:
            raise _broken(row, "超出一个场次的上限", "more than a session can have")
        return event


class _Chain:
    """Batches of one term, each following the one before."""

    def __init__(self, room: _Room) -> None:
        self.room = room
        self.tree = MerkleTree()
        self.events: list[Event] = []
        self.last: BatchRow | None = None
        self.ended_by: str | None = None
        self.supplements: list[str] = []
        self.heads: list[Head] = []

    def gap_before(self, row: BatchRow, header: BatchHeader) -> bool:
        """Whether batches are missing between what is here and this one."""
        if self.last is None:
            return header.previous is not None
        return row.sequence != self.last.sequence + 1

    def follow(self, row: BatchRow, batch: Batch) -> None:
        """Add a batch that claims to come next; JournalBroken if it does not."""
        header = batch.header
        before = self.last.digest if self.last else None
        if header.previous != before or header.first != len(self.events):
            raise _broken(row, "与前一个数据包不衔接", "does not continue the one before")
        for line in batch.lines:
            self.tree.append(self.room.take(row, line))
        self.events += batch.events
        self.last = row
        if self.ended_by is not None:
            self.supplements.append(row.digest)
        elif header.final:
            self.ended_by = row.digest

    def check(self, row: BatchRow, header: BatchHeader, key: VerifyKey) -> None:
        """JournalBroken if the batch's checkpoint is not the root of all events up to here."""
        try:
            documents.check_head(header, self.tree, key)
        except DocumentAltered:
            zh, en = "校验点与事件不符", "the checkpoint is not that of the events"
            raise _broken(row, zh, en) from None
        except DocumentRefused as error:
            raise _broken(row, error.say("zh"), error.say("en")) from None
        root = header.checkpoint.split("\n")[2]
        self.heads.append(Head(self.tree.size, root, row.digest))


def _read_term(
    headquarters: Headquarters, live: Live, rows: Sequence[BatchRow], room: _Room
) -> TermJournal:
    chain, gap = _Chain(room), None
    for row in rows:
        key = former_key(headquarters, row.site, row.signed_by)
        batch = _open(headquarters, row, key, live)
        if chain.gap_before(row, batch.header):
            gap = Words(
                f"服务器任期 {row.server_term} 的第 {row.sequence} 个数据包之前有缺失",
                f"batches before {row.sequence} of server term {row.server_term} are missing",
            )
            break
        chain.follow(row, batch)
        chain.check(row, batch.header, key)
    return TermJournal(
        term=rows[0].server_term,
        events=tuple(chain.events),
        final=chain.ended_by is not None,
        gap=gap,
        ended_by=chain.ended_by,
        supplements=tuple(chain.supplements),
        heads=tuple(chain.heads),
    )


def _open(headquarters: Headquarters, row: BatchRow, key: VerifyKey, live: Live) -> Batch:
    try:
        blob = headquarters.blobs.read(row.digest)
    except NotFound:
        raise _broken(row, "文件已不在", "its file is gone") from None
    # Another file of the same site would be as well signed.
    if hashlib.sha256(blob).hexdigest() != row.digest:
        raise _broken(row, "文件与收到时不同", "its file is not the one that came in")
    found = SealedDocument.verify_bytes(blob, kind="batch", trusted=[key])
    return documents.read_batch(found, opener(found, live))


def _broken(row: BatchRow, zh: str, en: str) -> JournalBroken:
    return JournalBroken(
        session=row.session,
        reason_zh=f"第 {row.sequence} 个数据包（服务器任期 {row.server_term}）{zh}",
        reason_en=f"batch {row.sequence} of server term {row.server_term}: {en}",
    )
