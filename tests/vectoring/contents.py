"""Faults of packages, batches and files: right sealed documents with a wrong content."""

import zlib
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from sync.exam.batch import MAX_EVENTS, MAX_INFLATED
from sync.exam.journal import KINDS, Event, Response, encode, root
from sync.exam.merkle import merkle_root
from sync.wire.checkpoint import Checkpoint, encode_checkpoint
from sync.wire.keys import OpeningKey
from vectoring.cast import (
    BOX,
    CHECKPOINT,
    CODES,
    ELSEWHERE,
    ESCROW,
    EVENTS,
    HEADER,
    ORIGIN,
    PAPERS,
    PHOTOS,
    PLAN,
    RELEASE,
    SEAL,
    SECOND,
    SESSION,
    SIGN,
    SIGNER,
    SITE,
    STRANGER,
    THIRD,
)
from vectoring.container import _bit, at, drop, field, flip, recode, text, trailing_bits
from vectoring.draft import JSON, Draft, Vector, by_codes, plain, to_recipients

Refusal = tuple[str, str, str, bytes]
FIRST_ITEM = ("forms", 0, "parts", 0, "items", 0)
Wrong = Callable[[Any], object]


def model(value: Any, *wrongly: Wrong) -> bytes:
    """A model as canonical JSON with something set wrongly in it."""
    members = msgspec.to_builtins(value)
    members = msgspec.json.decode(msgspec.json.encode(members))
    for change in wrongly:
        change(members)
    return plain(members)


def package(
    plan: bytes | None = None,
    papers: bytes | None = None,
    identity: JSON | None = None,
    site: OpeningKey = BOX,
    photos: bytes | None = None,
) -> Draft:
    made = Draft("package", identity or {"session": SESSION, "site": SITE}, [RELEASE, SECOND])
    said = plan if plan is not None else model(PLAN)
    made.seal("plan", said, lambda key, bound: to_recipients(key, bound, site))
    seen = photos if photos is not None else model(PHOTOS)
    made.seal("photos", seen, lambda key, bound: to_recipients(key, bound, site))
    held = papers if papers is not None else model(PAPERS)
    made.seal("papers", held, lambda key, bound: by_codes(key, bound, site))
    return made


def packages() -> Iterator[Vector]:
    yield Vector("package", "good", package().bytes())
    locked = model(PLAN, field("sittings", 0, "lockdown", to="required"))
    yield Vector("package", "good-in-a-lockdown-browser", package(locked).bytes())
    marked = model(PAPERS, field(*FIRST_ITEM, "stem", to={"html": "<p>H<sub>2</sub>O？</p>"}))
    yield Vector("package", "good-with-markup", package(papers=marked).bytes())
    for group in (_package_outside, _plan_shape, _plan_rules, _papers):
        for name, check, code, data in group():
            yield Vector("package", name, data, check, code)
    spoken = {"codes": [CODES[0].spoken, "0123Z-4567A-89ZYX-WVTWW"]}
    misheard = Vector("package", "code-misheard", package().bytes(), "u2", "misheard-group", spoken)
    yield misheard
    both = {"codes": [CODES[1].spoken, CODES[0].spoken]}
    whole = package().bytes()
    yield Vector("package", "codes-exchanged", whole, "u3", "other-officials-code", both)


def _package_outside() -> Iterator[Refusal]:
    extra = package()
    extra.signers = [RELEASE, SECOND, STRANGER]
    yield "signature-of-a-stranger-too", "p1", "signature-refused", extra.bytes()
    three = package()
    three.signers = [RELEASE, SECOND, THIRD]
    yield "signed-by-three-officers", "p1", "signature-refused", three.bytes()
    one = package()
    one.signers = [SECOND]
    yield "signed-by-one-officer", "p0", "second-signature-missing", one.bytes()
    half = package()
    half.signers = [RELEASE, STRANGER]
    yield "signed-by-one-officer-and-a-stranger", "p0", "second-signature-missing", half.bytes()
    forged = package()
    forged.envelope.append(recode("signatures", 1, "sig", by=_bit))
    yield "second-signature-bit", "s9", "signature-refused", forged.bytes()
    stranger = package()
    stranger.signers = [SIGN]
    yield "signed-by-the-site", "s9", "signature-refused", stranger.bytes()
    for name, identity in (
        ("identity-unknown-member", {"session": SESSION, "site": SITE, "term": 1}),
        ("identity-without-site", {"session": SESSION}),
    ):
        yield name, "p2", "not-canonical", package(identity=identity).bytes()
    turned, more, fewer = package(), package(), package()
    turned.bodies.reverse()
    more.seal("keys", b"{}", lambda key, bound: to_recipients(key, bound, BOX))
    fewer.bodies.pop()
    yield "parts-in-another-order", "p3", "not-canonical", turned.bytes()
    yield "part-unknown", "p3", "not-canonical", more.bytes()
    yield "part-missing", "p3", "not-canonical", fewer.bytes()
    other = package(identity={"session": SESSION, "site": "site-02"}, site=ELSEWHERE)
    yield "for-another-site", "p4", "for-other-site", other.bytes()
    renamed = package(site=ELSEWHERE)
    yield "sealed-to-another-site", "s13", "cannot-open", renamed.bytes()
    batch = package()
    batch.kind = "batch"
    yield "kind-batch", "s10", "wrong-kind", batch.bytes()


def _plan_shape() -> Iterator[Refusal]:
    sitting, candidate = ("sittings", 0), ("candidates", 0)
    wrongs: dict[str, Wrong] = {
        "unknown-member": field("answers", to={}),
        "member-missing": drop("room"),
        "kind-unknown": field("kind", to="mock"),
        "words-of-one-language": field("name", to=["上午场"]),
        "sitting-unknown-member": field(*sitting, "key", to="a"),
        "sitting-default-left-out": drop(*sitting, "earliest_hand_in"),
        "lockdown-not-required": field(*sitting, "lockdown", to="optional"),
        "lockdown-null": field(*sitting, "lockdown", to=None),
        "minutes-text": field(*sitting, "minutes", to="90"),
        "minutes-true": field(*sitting, "minutes", to=True),
        "candidate-unknown-member": field(*candidate, "photo", to=""),
        "candidate-default-left-out": drop(*candidate, "extra_minutes"),
        "sex-unknown": field(*candidate, "sex", to="M"),
    }
    for name, wrongly in wrongs.items():
        yield f"plan-{name}", "p5", "not-canonical", package(model(PLAN, wrongly)).bytes()
    spaced = package(model(PLAN).replace(b'{"candidates"', b'{ "candidates"'))
    yield "plan-white-space", "p5", "not-canonical", spaced.bytes()
    twice = text('"kind":"examination"', '"kind":"rehearsal","kind":"examination"')
    yield "plan-member-twice", "p5", "not-canonical", package(twice(model(PLAN))).bytes()
    for member, value in (("id", "pm-1121"), ("site", "site-02")):
        data = package(model(PLAN, field(member, to=value))).bytes()
        yield f"plan-of-another-{member}", "p6", "not-canonical", data


def _plan_rules() -> Iterator[Refusal]:
    sitting, candidate = ("sittings", 0), ("candidates", 0)
    wrongs: dict[str, Wrong] = {
        "no-sitting": lambda p: p.update(sittings=[], candidates=[]),
        "start-without-an-offset": field("starts_at", to="2026-11-21T08:30:00"),
        "start-on-no-day": field("starts_at", to="2026-02-29T08:30:00+08:00"),
        "start-with-a-space": field("starts_at", to="2026-11-21 08:30:00+08:00"),
        "sitting-id-with-slash": lambda p: (
            field(*sitting, "id", to="live/1")(p),
            [c.update(sittings=["live/1"]) for c in p["candidates"]],
        ),
        "sitting-twice": lambda p: p["sittings"].append(p["sittings"][0] | {"forms": ["form-c"]}),
        "form-twice": field(*sitting, "forms", to=["form-a", "form-a"]),
        "form-none": field(*sitting, "forms", to=[]),
        "minutes-0": field(*sitting, "minutes", to=0),
        "minutes-601": field(*sitting, "minutes", to=601),
        "break-of-241-minutes": field(*sitting, "break_minutes", to=241),
        "part-times-that-are-not-the-whole": field(*sitting, "part_minutes", to=[60, 31]),
        "part-time-of-0": field(*sitting, "part_minutes", to=[90, 0]),
        "hand-in-before-the-start": field(*sitting, "earliest_hand_in", to=-1),
        "admission-with-slash": field(*candidate, "admission", to="2026/1"),
        "admission-twice": field(*candidate, "admission", to="2026000002"),
        "seat-twice": field(*candidate, "seat", to=2),
        "seat-0": field(*candidate, "seat", to=0),
        "candidate-of-no-sitting": field(*candidate, "sittings", to=[]),
        "candidate-of-an-unknown-sitting": field(*candidate, "sittings", to=["media"]),
        "candidate-twice-in-a-sitting": field(*candidate, "sittings", to=["live", "live"]),
        "extra-minutes-negative": field(*candidate, "extra_minutes", to=-1),
        "rests-without-minutes": field(*candidate, "rests", to=1),
        "21-rests": lambda p: p["candidates"][0].update(rests=21, rest_minutes=5),
        "rest-of-61-minutes": lambda p: p["candidates"][0].update(rests=1, rest_minutes=61),
    }
    for name, wrongly in wrongs.items():
        yield f"plan-{name}", "p7", "plan-refused", package(model(PLAN, wrongly)).bytes()


def _papers() -> Iterator[Refusal]:
    form, item = FIRST_ITEM[:2], FIRST_ITEM
    wrongs: dict[str, Wrong] = {
        "unknown-member": field("answers", to={}),
        "keys-left-out": drop("keys"),
        "seed-with-unused-bits": recode("seed", by=trailing_bits),
        "materials-left-out": drop("materials"),
        "item-with-its-key": field(*item, "key", to=["a"]),
        "item-default-left-out": drop(*item, "situation"),
        "choose-unknown": field(*item, "choose", to="all"),
        "item-rows-left-out": drop(*item, "rows"),
        "option-without-text": field(*item, "options", 0, to=["a"]),
        "markup-with-a-script": field(*item, "stem", to={"html": "x", "script": "x"}),
        "task-with-criteria": field(*form, "tasks", 0, "criteria", to=[]),
    }
    for name, wrongly in wrongs.items():
        data = package(papers=model(PAPERS, wrongly)).bytes()
        yield f"papers-{name}", "p8", "not-canonical", data
    less = package(papers=model(PAPERS, drop("forms", 1)))
    yield "papers-without-a-form-of-the-plan", "p9", "document-altered", less.bytes()
    more = package(papers=model(PAPERS, field(*form, "id", to="form-c")))
    yield "papers-of-another-form", "p9", "document-altered", more.bytes()


LINES = [encode(event) for event in EVENTS]


def joined(header: bytes, lines: list[bytes]) -> bytes:
    return zlib.compress(b"\n".join([header, *lines]), 9)


def batch(plaintext: bytes | None = None, *recipients: OpeningKey, **identity: Any) -> Draft:
    said = {"sequence": 0, "server_term": 1, "session": SESSION, "site": SITE} | identity
    made = Draft("batch", said, [SIGN])
    held = plaintext if plaintext is not None else joined(model(HEADER), LINES)
    to = recipients or (SEAL, ESCROW)
    made.seal("events", held, lambda key, bound: to_recipients(key, bound, *to))
    return made


def batches() -> Iterator[Vector]:
    yield Vector("batch", "good", batch().bytes())
    escrow = {"key": "escrow"}
    yield Vector("batch", "good-opened-by-the-escrow", batch().bytes(), given=escrow)
    yield Vector("batch", "good-with-every-kind-of-event", _every_kind())
    for group in (_batch_outside, _batch_header, _batch_events, _batch_checkpoint):
        for name, check, code, data in group():
            yield Vector("batch", name, data, check, code)


def _every_kind() -> bytes:
    """A kind that is new is missed by a reader that has not heard of it."""
    samples: dict[type, Any] = {str: "文", int: -5, bool: True, list: ["x-y"], Response: ["a", "c"]}
    lines = [
        encode(Event(n, 1, kind, {name: samples[type_] for name, type_ in members.items()}))
        for n, (kind, members) in enumerate(sorted(KINDS.items()))
    ]
    head = Checkpoint(ORIGIN, len(lines), merkle_root(lines))
    note = encode_checkpoint(head, SIGN, SIGNER)
    header = model(HEADER, field("checkpoint", to=note), field("count", to=len(lines)))
    return batch(joined(header, lines)).bytes()


def _batch_outside() -> Iterator[Refusal]:
    other = batch()
    other.kind = "package"
    yield "kind-package", "b1", "wrong-kind", other.bytes()
    wrongs: dict[str, JSON] = {
        "identity-unknown-member": {"level": 1},
        "server-term-0": {"server_term": 0},
        "sequence-negative": {"sequence": -1},
        "sequence-text": {"sequence": "0"},
        "site-with-slash": {"site": "site/01"},
        "session-with-a-line-end": {"session": SESSION + "\n"},
        "session-empty": {"session": ""},
    }
    for name, identity in wrongs.items():
        yield name, "b2", "not-canonical", batch(**identity).bytes()
    missing = batch()
    del missing.identity["server_term"]
    yield "identity-member-missing", "b2", "not-canonical", missing.bytes()
    stranger, extra = batch(), batch()
    stranger.signers, extra.signers = [STRANGER], [SIGN, STRANGER]
    yield "signed-by-another-site", "s9", "signature-refused", stranger.bytes()
    yield "signature-of-a-stranger-too", "b3", "signature-refused", extra.bytes()
    more, renamed = batch(), batch()
    more.seal("notes", b"", lambda key, bound: to_recipients(key, bound, SEAL))
    renamed.bodies[0].entry["name"] = "event"
    yield "part-unknown", "b4", "not-canonical", more.bytes()
    yield "part-of-another-name", "b4", "not-canonical", renamed.bytes()
    yield "not-for-the-escrow", "b5", "cannot-open", batch(None, SEAL).bytes()
    yield "not-for-headquarters", "b5", "cannot-open", batch(None, ESCROW, BOX).bytes()
    yield "for-somebody-else-too", "b5", "cannot-open", batch(None, SEAL, ESCROW, BOX).bytes()
    moved = batch()
    moved.manifest.append(field("identity", "session", to="pm-1121"))
    yield "readdressed-to-another-session", "s14", "cannot-open", moved.bytes()
    term = batch()
    term.manifest.append(field("identity", "server_term", to=2))
    yield "readdressed-to-another-term", "s14", "cannot-open", term.bytes()


def _batch_header() -> Iterator[Refusal]:
    raw = b"\n".join([model(HEADER), *LINES])
    yield "not-compressed", "b6", "document-altered", batch(raw).bytes()
    packed = zlib.compress(raw, 9)
    yield "stream-cut", "b6", "document-altered", batch(packed[:-1]).bytes()
    yield "stream-checksum", "b6", "document-altered", batch(flip(-1)(packed)).bytes()
    yield "byte-after-the-stream", "b6", "document-altered", batch(packed + b"\0").bytes()
    big = zlib.compress(raw + b"\n" + bytes(MAX_INFLATED), 9)
    yield "stream-too-large", "b6", "document-altered", batch(big).bytes()
    wrongs: dict[str, Wrong] = {
        "unknown-member": field("note", to=""),
        "member-missing": drop("final"),
        "final-number": field("final", to=1),
        "count-too-large": field("count", to=MAX_EVENTS + 1),
        "count-negative": field("count", to=-1),
        "first-not-0": field("first", to=1),
        "previous-before-the-first": field("previous", to="ab" * 32),
        "previous-no-digest": lambda h: h.update(sequence=1, previous="AB" * 32),
        "previous-missing": field("sequence", to=1),
        "number-too-large": lambda h: h.update(sequence=2**53, previous="ab" * 32),
    }
    for name, wrongly in wrongs.items():
        data = batch(joined(model(HEADER, wrongly), LINES)).bytes()
        yield f"header-{name}", "b7", "not-canonical", data
    spaced = model(HEADER).replace(b'"count"', b' "count"')
    yield "header-white-space", "b7", "not-canonical", batch(joined(spaced, LINES)).bytes()
    twice = text('"final":true', '"final":false,"final":true')(model(HEADER))
    yield "header-member-twice", "b7", "not-canonical", batch(joined(twice, LINES)).bytes()


def _batch_events() -> Iterator[Refusal]:
    def of(*lines: bytes) -> bytes:
        # Over the lines as they are: what is wrong with them is all that is wrong.
        head = Checkpoint(ORIGIN, 4, merkle_root(lines))
        header = model(HEADER, field("checkpoint", to=encode_checkpoint(head, SIGN, SIGNER)))
        return batch(joined(header, list(lines))).bytes()

    yield "event-missing", "b8", "document-altered", of(*LINES[:3])
    yield "event-too-many", "b8", "document-altered", of(*LINES, LINES[3])
    yield "line-end-at-the-end", "b8", "document-altered", of(*LINES, b"")
    third = LINES[2].decode()
    for name, old, new in (
        ("unknown-kind", '"kind":"response"', '"kind":"answer"'),
        ("unknown-member", '"kind"', '"hash":"","kind"'),
        ("body-unknown-member", '"attempt"', '"a":1,"attempt"'),
        ("body-member-missing", '"instance":"c1",', ""),
        ("white-space", '"kind"', ' "kind"'),
        ("member-twice", '"seat_term":1', '"seat_term":2,"seat_term":1'),
        ("number-with-fraction", '"sequence":1', '"sequence":1.0'),
        ("number-true", '"sequence":1', '"sequence":true'),
        ("number-too-large", '"sequence":1', '"sequence":9007199254740992'),
        ("time-negative", '"at":', '"at":-'),
        ("escape", '"response":["a"]', '"response":["\\u0061"]'),
        ("half-a-pair", '"response":["a"]', '"response":["\\ud800"]'),
        ("response-of-numbers", '"response":["a"]', '"response":[1]'),
        ("response-null", '"response":["a"]', '"response":null'),
    ):
        changed = text(old, new)(third.encode())
        yield f"event-{name}", "b9", "not-canonical", of(*LINES[:2], changed, LINES[3])
    late = LINES[2].replace(b"}}", b"}}").replace(b'"seq":2', b'"seq":3')
    yield "event-number-twice", "b10", "document-altered", of(*LINES[:2], late, LINES[3])
    turned = of(LINES[0], LINES[2], LINES[1], LINES[3])
    yield "events-exchanged", "b10", "document-altered", turned
    for member, value in (("site", "site-02"), ("session", "pm-1121"), ("server_term", 2)):
        data = batch(joined(model(HEADER, field(member, to=value)), LINES)).bytes()
        yield f"header-of-another-{member}", "b11", "not-canonical", data
    later = model(HEADER, field("sequence", to=1), field("previous", to="ab" * 32))
    yield "header-of-another-sequence", "b11", "not-canonical", batch(joined(later, LINES)).bytes()


def _batch_checkpoint() -> Iterator[Refusal]:
    def of(checkpoint: str, lines: list[bytes] | None = None) -> bytes:
        header = model(HEADER, field("checkpoint", to=checkpoint))
        return batch(joined(header, lines or LINES)).bytes()

    def head(origin: str = ORIGIN, size: int = 4, events: Any = EVENTS) -> str:
        return encode_checkpoint(Checkpoint(origin, size, root(events)), SIGN, SIGNER)

    yield "checkpoint-no-note", "k1", "not-a-document", of("checkpoint\n")
    by_other = encode_checkpoint(Checkpoint(ORIGIN, 4, root(EVENTS)), STRANGER, SIGNER)
    yield "checkpoint-by-a-stranger", "k3", "signature-refused", of(by_other)
    yield "checkpoint-altered", "k4", "signature-refused", of(CHECKPOINT.replace("\n4\n", "\n5\n"))
    other = head(ORIGIN.replace("/1", "/2"))
    yield "checkpoint-of-another-journal", "b12", "document-altered", of(other)
    yield "checkpoint-of-another-size", "b12", "document-altered", of(head(size=5))
    yield "checkpoint-of-fewer-events", "b12", "document-altered", of(head(events=EVENTS[:3]))
    changed = LINES[2].replace(b'["a"]', b'["b"]')
    lines = [*LINES[:2], changed, LINES[3]]
    yield "response-changed-after-the-checkpoint", "b12", "document-altered", of(CHECKPOINT, lines)


def files() -> Iterator[Vector]:
    def sealed(name: str = "file", *recipients: OpeningKey) -> Draft:
        identity = {"sequence": 7, "server_term": 1, "session": SESSION, "site": SITE}
        made = Draft("file", identity, [SIGN])
        to = recipients or (SEAL, ESCROW)
        made.seal(name, b"PK..", lambda key, bound: to_recipients(key, bound, *to))
        return made

    yield Vector("file", "good", sealed().bytes())
    yield Vector("file", "part-events", sealed("events").bytes(), "b4", "not-canonical")
    extra = sealed()
    extra.signers = [SIGN, STRANGER]
    name = "signature-of-a-stranger-too"
    yield Vector("file", name, extra.bytes(), "b3", "signature-refused")
    alone = sealed("file", SEAL).bytes()
    yield Vector("file", "not-for-the-escrow", alone, "b5", "cannot-open")
    named = at("manifest", field("identity", "name", to="a.xlsx"), sealed)
    yield Vector("file", "identity-with-a-name", named, "b2", "not-canonical")
