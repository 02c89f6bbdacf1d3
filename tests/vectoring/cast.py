"""Whose keys and which session the vectors are about. TEST KEYS: they protect nothing."""

import hashlib

from sync.exam.batch import BatchHeader
from sync.exam.items import Deliverable, Material, Situation
from sync.exam.journal import Event, origin, root
from sync.exam.paper import Form, PaperItem, PaperPart, PaperTask
from sync.exam.photos import Photos
from sync.exam.sitting import CandidatePlan, SessionPlan, SittingPlan
from sync.wire.checkpoint import Checkpoint, encode_checkpoint
from sync.wire.documents import Certificate, EnrolmentRequest, HeadquartersKeys, Papers
from sync.wire.keys import OpeningKey, SigningKey
from sync.wire.register import KeyRegister, RegisteredKey, Role
from sync.wire.unlock import UnlockCode
from sync.words import Words

SITE, SESSION = "site-01", "am-1121"
AT = 1_763_685_000_000


def chance(label: str, length: int = 32) -> bytes:
    """Bytes that are the same each time."""
    return hashlib.shake_256(b"examsite vectors: " + label.encode()).digest(length)


ROOT, RELEASE, SECOND, THIRD, RECEIPT, UNLOCK, SIGN, STRANGER = (
    SigningKey.from_bytes(chance(name))
    for name in ("root", "release", "release-2", "release-3", "receipt", "unlock", "site", "other")
)
SEAL, ESCROW, BOX, ELSEWHERE = (
    OpeningKey.from_seed(chance(name)) for name in ("seal", "escrow", "box", "elsewhere")
)
CODES = (UnlockCode(1, b"7K3QM9ABCDEFGHJK"), UnlockCode(2, b"0123456789ZYXWVT"))
OTHER_CODES = (CODES[0], UnlockCode(2, b"0123456789ZYXWVS"))
HEADQUARTERS = HeadquartersKeys(
    root=ROOT.public.to_bytes(),
    release=tuple(sorted(k.public.to_bytes() for k in (RELEASE, SECOND, THIRD))),
    receipt=RECEIPT.public.to_bytes(),
    unlock=UNLOCK.public.to_bytes(),
    seal=SEAL.public.to_bytes(),
    escrow=ESCROW.public.to_bytes(),
)
# The newest register: THIRD is revoked, FORMER ended before it was issued, SUCCESSOR takes the
# place of SECOND. Of what sites sealed to, OLD_SEAL and OLD_ESCROW ended, LOST_SEAL is revoked.
FORMER, OLD_RECEIPT, SUCCESSOR, OLD_UNLOCK, LOST_UNLOCK = (
    SigningKey.from_bytes(chance(n))
    for n in ("release-0", "receipt-0", "release-4", "unlock-0", "unlock-1")
)
OLD_SEAL, LOST_SEAL, OLD_ESCROW = (
    OpeningKey.from_seed(chance(n)) for n in ("seal-0", "seal-1", "escrow-0")
)


def _entry(
    role: Role,
    key: SigningKey | OpeningKey,
    until: int | None = None,
    revoked: int | None = None,
    line: int = 0,
) -> RegisteredKey:
    why = "丢失" if revoked else None
    return RegisteredKey(role, key.public.to_bytes(), line, AT - 9000, until, revoked, why)


REGISTER = KeyRegister(
    3,
    AT,
    ROOT.public.to_bytes(),
    tuple(
        sorted(
            (
                _entry("release", RELEASE),
                _entry("release", SECOND, until=AT + 9000, line=1),
                _entry("release", SUCCESSOR, line=1),
                _entry("release", THIRD, revoked=AT - 1000, line=2),
                _entry("release", FORMER, until=AT, line=3),
                _entry("receipt", RECEIPT),
                _entry("receipt", OLD_RECEIPT, until=AT - 1000),
                _entry("receipt", STRANGER, revoked=AT - 1000),
                _entry("headquarters", SEAL),
                _entry("headquarters", OLD_SEAL, until=AT - 1000),
                _entry("headquarters", LOST_SEAL, revoked=AT - 1000),
                _entry("escrow", ESCROW),
                _entry("escrow", OLD_ESCROW, until=AT - 1000),
                _entry("enrolment", SIGN),
                _entry("unlock", UNLOCK),
                _entry("unlock", OLD_UNLOCK, until=AT - 1000),
                _entry("unlock", LOST_UNLOCK, revoked=AT - 1000),
            ),
            key=lambda one: (one.role, one.key),
        )
    ),
)
REQUEST = EnrolmentRequest(SIGN.public.to_bytes(), BOX.public.to_bytes())
CERTIFICATE = Certificate(SITE, "示例考点", 1, REQUEST.sign, REQUEST.seal, HEADQUARTERS, AT)

PLAN = SessionPlan(
    id=SESSION,
    site=SITE,
    name=Words("上午场", "Morning session"),
    kind="examination",
    starts_at="2026-11-21T08:30:00+08:00",
    room="第一机房",
    sittings=(
        SittingPlan(
            "live", "530051-junior", "theory", Words("理论", "Theory"), 90, ("form-a", "form-b")
        ),
    ),
    candidates=tuple(
        CandidatePlan(f"202600000{n}", name, f"99999920060101{n}00X", "女", "学校", n, ("live",))
        for n, name in ((1, "赵䶮"), (2, "陈𠮷"))
    ),
)


def _form(name: str) -> Form:
    item = PaperItem("i-1", "one", "应当怎样做？", (("a", "做法甲"), ("b", "做法乙")), "s-1")
    pairs = PaperItem(
        "i-2", "match", "怎样对应？", (("a", "甲"), ("b", "乙")), None, (("1", "一"), ("2", "二"))
    )
    table = (("时段", "人数"), ("19:00", "1200"))
    task = PaperTask(
        "t-1",
        "任务",
        40,
        25,
        "情境",
        (Material("materials/a.xlsx", "资料"),),
        (Deliverable("d1", "file", "成果", "请提交", (".xlsx",)),),
    )
    part = PaperPart("scenario", Words("情景分析题", "Scenario"), 2, (item, pairs))
    case = Situation("s-1", "例", "某直播间的数据。", table)
    title = Words("理论", "Theory")
    return Form(name, "530051-junior", "theory", title, 90, (part,), (case,), (task,))


PAPERS = Papers((_form("form-a"), _form("form-b")), chance("seed"), {"materials/a.xlsx": b"PK.."})
# As short as a photo can be that begins and ends as one.
PHOTOS = Photos({"2026000002": b"\xff\xd8\xff\xe0 photo \xff\xd9"})
ATTEMPT = "live/2026000001"
EVENTS = (
    Event(0, AT, "open", {"sitting": "live", "by": "主监考"}),
    Event(1, AT + 1, "sign-in", {"attempt": ATTEMPT, "seat": 1, "seat_term": 1, "instance": "c1"}),
    Event(
        2,
        AT + 2,
        "response",
        {
            "attempt": ATTEMPT,
            "item": "i-1",
            "response": ["a"],
            "seat_term": 1,
            "instance": "c1",
            "sequence": 1,
        },
    ),
    Event(3, AT + 3, "close", {"sitting": "live", "by": "主监考", "attempts": 2, "handed_in": 0}),
)
SIGNER = f"examsite/{SITE}"
ORIGIN = origin(SITE, SESSION, 1)
CHECKPOINT = encode_checkpoint(Checkpoint(ORIGIN, len(EVENTS), root(EVENTS)), SIGN, SIGNER)
HEADER = BatchHeader(SITE, SESSION, 1, 0, 0, len(EVENTS), True, None, CHECKPOINT)
