"""The cast of the tests: a headquarters' keys, a site, a session of two sittings, candidates."""

from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from siteapp.identity import accept_certificate, make_keys
from sync.exam import catalogue
from sync.exam.blueprint import blueprint
from sync.exam.drawing import draw_theory
from sync.exam.items import Bank, Item, Situation
from sync.exam.paper import Form
from sync.exam.practice import keys_of
from sync.exam.roster import check_digit
from sync.exam.sitting import CandidatePlan, SessionKind, SessionPlan, SittingPlan
from sync.exam.specification import Specification
from sync.wire.documents import (
    Certificate,
    HeadquartersKeys,
    Papers,
    read_request,
    sign,
    write_package,
)
from sync.wire.keys import OpeningKey, SigningKey
from sync.wire.unlock import UnlockCode
from sync.words import Words

LIVE = catalogue.find("530051-junior")
MEDIA = catalogue.find("560003-junior")
# The test cast; rare name characters are there on purpose.
NAMES = ("王小明", "李雪", "赵䶮", "陈𠮷", "周舟", "吴燕", "郑欣", "孙禾")


def identity_number(number: int) -> str:
    """A well-formed identity number of a region that does not exist."""
    body = f"9999992006010{number // 100 % 10 or 1}{number % 1000:03d}"
    return body + check_digit(body)


def make_bank(specification: Specification) -> Bank:
    """A bank just large enough for two forms; every key is known from the item's number."""
    items: dict[str, Item] = {}
    situations: dict[str, Situation] = {}
    for cell in blueprint(specification.component("theory")):
        for n in range(cell.items * 2):
            item = _item(specification, cell.kind, cell.field, n)
            items[item.id] = item
            if item.situation:
                table = (("时段", "人数"), ("19:00", "1200"))
                text = "某直播间一晚的数据如下。"
                situations[item.situation] = Situation(item.situation, "例", text, table)
    return Bank(specification.code, items, situations, {})


def _item(specification: Specification, kind: str, work_field: str, n: int) -> Item:
    name = f"{specification.code}-{list(specification.work_fields).index(work_field)}-{kind}-{n}"
    key = ("a", "c") if kind == "multiple" else ("abcd"[n % 4],)
    return Item(
        id=name,
        kind=kind,  # type: ignore[arg-type]
        field=work_field,
        task=specification.work_fields[work_field][0],
        difficulty=0.6,
        stem=f"{work_field}第 {n} 题（{kind}）应当怎样做？",
        options={o: f"做法{o.upper()}之{n}" for o in "abcd"},
        key=key,
        reason="示例",
        why={o: "常见误解" for o in "abcd" if o not in key},
        situation=f"{name}-s" if kind == "scenario" else None,
    )


@dataclass(frozen=True)
class Headquarters:
    """The keys that sign and open what the site exchanges."""

    root: SigningKey = field(default_factory=SigningKey.generate)
    release: tuple[SigningKey, SigningKey] = field(
        default_factory=lambda: (SigningKey.generate(), SigningKey.generate())
    )
    receipt: SigningKey = field(default_factory=SigningKey.generate)
    unlock: SigningKey = field(default_factory=SigningKey.generate)
    seal: OpeningKey = field(default_factory=OpeningKey.generate)
    escrow: OpeningKey = field(default_factory=OpeningKey.generate)

    @property
    def public(self) -> HeadquartersKeys:
        """What a site trusts."""
        return HeadquartersKeys(
            root=self.root.public.to_bytes(),
            release=tuple(sorted(key.public.to_bytes() for key in self.release)),
            receipt=self.receipt.public.to_bytes(),
            unlock=self.unlock.public.to_bytes(),
            seal=self.seal.public.to_bytes(),
            escrow=self.escrow.public.to_bytes(),
        )

    def enrol(self, folder: Path, site: str = "site-01", name: str = "示例考点") -> Certificate:
        """Make a box's keys in `folder` and certify them."""
        request = read_request(make_keys(folder))
        certificate = Certificate(
            site, name, 1, request.sign, request.seal, self.public, 1_770_000_000_000
        )
        return accept_certificate(folder, sign(certificate, self.root), self.root.public.key_id)


def candidates(sitting: str, first_seat: int, count: int) -> tuple[CandidatePlan, ...]:
    """Candidates of one sitting on consecutive seats; admission number 2026 + seat."""
    return tuple(
        CandidatePlan(
            admission=f"2026{seat:06d}",
            name=NAMES[seat % len(NAMES)],
            identity=identity_number(seat),
            sex="男" if int(identity_number(seat)[16]) % 2 else "女",
            school="示例学校",
            seat=seat,
            sittings=(sitting,),
        )
        for seat in range(first_seat, first_seat + count)
    )


@dataclass
class Package:
    """A sealed session and what a test must know about it."""

    path: Path
    plan: SessionPlan
    papers: Papers
    codes: tuple[UnlockCode, UnlockCode]
    banks: dict[str, Bank]


def drawn(
    session: str, banks: dict[str, Bank], earliest_hand_in: int, live_forms: str
) -> tuple[tuple[SittingPlan, ...], tuple[Form, ...]]:
    """The two sittings of a session and their forms, which are the same each time."""
    sittings, forms = [], []
    for sitting, specification, letters in (("live", LIVE, live_forms), ("media", MEDIA, "a")):
        names = tuple(f"{session}-{sitting}-{one}" for one in letters)
        seeds = [session + name.removeprefix(f"{session}-{sitting}-a") for name in names]
        bank = banks[specification.code]
        for name, seed in zip(names, seeds, strict=True):
            forms.append(draw_theory(bank, specification, name, seed))
        sittings.append(
            SittingPlan(
                sitting,
                specification.code,
                "theory",
                specification.title,
                specification.component("theory").minutes,
                names,
                earliest_hand_in=earliest_hand_in,
            )
        )
    return tuple(sittings), tuple(forms)


def make_package(
    hq: Headquarters,
    certificate: Certificate,
    folder: Path,
    session: str = "am-1121",
    live: int = 3,
    media: int = 2,
    earliest_hand_in: int = 0,
    live_bank: Bank | None = None,
    live_forms: str = "a",
    kind: SessionKind = "examination",
    part_minutes: tuple[int, ...] = (),
) -> Package:
    """A session of two sittings in one room, sealed for one site; live_forms "ab": one for each.

    `part_minutes` are those of the live sitting.
    """
    banks = {LIVE.code: live_bank or make_bank(LIVE), MEDIA.code: make_bank(MEDIA)}
    sittings, forms = drawn(session, banks, earliest_hand_in, live_forms)
    first = replace(sittings[0], part_minutes=part_minutes)
    plan = SessionPlan(
        id=session,
        site=certificate.site,
        name=Words("上午场", "Morning session"),
        kind=kind,
        starts_at="2024-11-23T08:30:00+08:00",
        room="第一机房",
        sittings=(first, *sittings[1:]),
        candidates=candidates("live", 1, live) + candidates("media", live + 1, media),
    )
    keys = {form.id: keys_of(form, banks[form.specification], LIVE) for form in forms}
    papers = Papers(forms, b"seed" * 8, keys=keys if kind == "practice" else {})
    codes = (UnlockCode.generate(1), UnlockCode.generate(2))
    path = folder / f"{session}.package"
    write_package(path, plan, papers, certificate, codes, hq.release)
    return Package(path, plan, papers, codes, banks)
