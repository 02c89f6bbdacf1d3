"""The cast of headquarters' tests: a desk with keys and database, a box at a site, its journal."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import releasing
from flask.testing import FlaskClient

from sync.exam.batch import BatchHeader
from sync.exam.catalogue import find
from sync.exam.journal import Event, encode, origin, standing_responses
from sync.exam.marking import receipt_code
from sync.exam.merkle import merkle_root
from sync.exam.roster import COLUMNS
from sync.exam.sitting import SessionKind, attempt_id
from sync.headquarters.content.bank import builtin_bank
from sync.headquarters.intake import edge
from sync.headquarters.intake.archive import archive_pending
from sync.headquarters.planning import rosters, sessions
from sync.headquarters.planning.samples import sample_rows
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters
from sync.sheet_writer import sheet_bytes
from sync.spreadsheet import Cell
from sync.wire.checkpoint import Checkpoint, encode_checkpoint
from sync.wire.documents import EnrolmentRequest, HeadquartersKeys, sign, write_batch
from sync.wire.keys import OpeningKey, SigningKey
from sync.words import Words

NOW = 1_796_000_000_000
BY = Stamp("tester", NOW)
LIVE = "530051-junior"


@dataclass
class Box:
    """A server at a site, as headquarters sees it: keys and the files it makes."""

    sign: SigningKey = field(default_factory=SigningKey.generate)
    seal: OpeningKey = field(default_factory=OpeningKey.generate)

    def request(self) -> bytes:
        """Its enrolment request."""
        keys = EnrolmentRequest(self.sign.public.to_bytes(), self.seal.public.to_bytes())
        return sign(keys, self.sign)


@dataclass
class Story:
    """A journal being written at the site."""

    desk: "Desk"
    events: list[Event] = field(default_factory=list)

    def tell(self, kind: str, **body: Any) -> None:
        """Add an event."""
        self.events.append(Event(len(self.events), NOW + len(self.events), kind, body))

    def start(self, admission: str, sitting: str = "live") -> str:
        """A candidate signs in and starts; the attempt."""
        attempt = attempt_id(sitting, admission)
        seat = self.desk.seat(admission)
        forms = self.desk.forms[sitting]
        self.tell("sign-in", attempt=attempt, seat=seat, seat_term=1, instance="i1")
        form = forms[seat % len(forms)]
        self.tell("start", attempt=attempt, allowance_ms=3_600_000, clock_ms=0, form=form)
        return attempt

    def answer(self, attempt: str, item: str, options: list[str], sequence: int) -> None:
        """One saved response."""
        self.tell(
            "response",
            attempt=attempt,
            item=item,
            response=options,
            seat_term=1,
            instance="i1",
            sequence=sequence,
        )

    def answer_right(self, attempt: str, count: int) -> None:
        """The first `count` items answered by the key, in the order of the form."""
        form = next(e.body["form"] for e in self.events if _starts(e, attempt))
        paper, bank = sessions.load_form(self.desk.hq, "morning", form)
        for number, item in enumerate(paper.items()[:count], start=1):
            self.answer(attempt, item.id, list(bank.items[item.id].key), number)

    def hand_in(self, attempt: str, how: str = "candidate", receipt: str | None = None) -> None:
        """The hand-in with the receipt code that the responses so far give."""
        standing = standing_responses(self.events).get(attempt, {})
        responses = {item: s.response for item, s in standing.items()}
        code = receipt or receipt_code(attempt, responses)
        self.tell("hand-in", attempt=attempt, how=how, receipt=code, answered=len(responses), of=65)

    def close(self, handed_in: int, sitting: str = "live") -> None:
        """The invigilator closes the sitting."""
        self.tell("close", sitting=sitting, by="chief", attempts=4, handed_in=handed_in)


def _starts(event: Event, attempt: str) -> bool:
    return event.kind == "start" and event.body["attempt"] == attempt


@dataclass
class Desk:
    """Headquarters with one registered site."""

    hq: Headquarters
    box: Box
    folder: Path
    forms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # The session was published when this folder was made.
    ready: bool = False

    def seat(self, admission: str) -> int:
        """The seat of a candidate of the sample roster."""
        return int(admission[-3:])

    def roster(self, rows: list[list[Cell]], name: str = "roster.xlsx") -> Path:
        """A roster file."""
        path = self.folder / name
        path.write_bytes(sheet_bytes("名单", COLUMNS, rows))
        return path

    def session(
        self, candidates: int = 4, forms: int = 2, kind: SessionKind = "examination"
    ) -> None:
        """The draft session `morning` with the sitting `live` and its roster."""
        sessions.create_session(
            self.hq,
            BY,
            session="morning",
            site="site-01",
            name=Words("上午场", "Morning"),
            kind=kind,
            starts_at="2026-12-05T09:00+08:00",
            room="第一机房",
            seed="seed",
        )
        added = sessions.add_sitting(
            self.hq,
            BY,
            session="morning",
            sitting="live",
            specification=find(LIVE),
            component="theory",
            bank=builtin_bank(LIVE),
            form_count=forms,
        )
        self.forms["live"] = added.plan.forms
        file = self.roster(sample_rows("530051", candidates, 1))
        rosters.import_roster(self.hq, BY, session="morning", sitting="live", file=file)

    def published(self, candidates: int = 4, kind: SessionKind = "examination") -> Story:
        """The session published; the story of its journal begins."""
        if not self.ready:
            self.session(candidates, kind=kind)
            releasing.publish(self.hq, BY, "morning")
        return Story(self)

    def batch(
        self,
        events: list[Event],
        *,
        first: int = 0,
        sequence: int = 0,
        previous: str | None = None,
        final: bool = True,
        term: int = 1,
        signer: SigningKey | None = None,
        public: HeadquartersKeys | None = None,
        **changes: Any,
    ) -> tuple[str, bytes]:
        """A sealed batch of `events` from `first` on: digest and bytes."""
        root = merkle_root(encode(event) for event in events)
        head = Checkpoint(origin("site-01", "morning", term), len(events), root)
        facts: dict[str, Any] = {
            "site": "site-01",
            "session": "morning",
            "server_term": term,
            "sequence": sequence,
            "first": first,
            "count": len(events) - first,
            "final": final,
            "previous": previous,
            "checkpoint": encode_checkpoint(head, self.box.sign, "examsite/site-01"),
        }
        if sequence and previous is None:
            # Only the first batch follows no file.
            facts["previous"] = "ab" * 32
        path = self.folder / "batch"
        public = public or self.hq.keys.public()
        header = BatchHeader(**(facts | changes))
        digest = write_batch(path, header, events[first:], signer or self.box.sign, public)
        return digest, path.read_bytes()

    def deliver(self, story: Story, **facts: Any) -> str:
        """The whole story in one batch, taken in and archived; its digest."""
        digest, data = self.batch(story.events, **facts)
        edge.accept_bytes(self.hq, data, digest, NOW)
        archive_pending(self.hq, NOW)
        return digest


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: int

    def __call__(self) -> int:
        """The time, ms since 1970."""
        return self.now


class Page:
    """A browser of a signed-in member of staff."""

    def __init__(self, client: FlaskClient, name: str, password: str) -> None:
        self.client = client
        answer = client.post("/sign-in", data={"name": name, "password": password})
        assert answer.status_code == 303, answer.text

    def get(self, path: str, status: int = 200) -> str:
        """The text of a page."""
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text
