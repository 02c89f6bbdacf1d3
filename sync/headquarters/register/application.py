"""A site application (考核站点申报): what a school states, and the steps of its review."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal, NamedTuple, get_args

from sync.exam.catalogue import specifications
from sync.exam.specification import Struct
from sync.headquarters.register.refusals import ApplicationIncomplete
from sync.words import Words

State = Literal["draft", "submitted", "returned", "approved", "refused", "revoked"]
Act = Literal["submit", "return", "approve", "refuse", "revoke"]
STATES: Mapping[State, Words] = {
    "draft": Words("草稿", "draft"),
    "submitted": Words("待审核", "submitted"),
    "returned": Words("已退回", "sent back"),
    "approved": Words("已批准", "approved"),
    "refused": Words("未批准", "refused"),
    "revoked": Words("已撤销", "revoked"),
}
ACTS: Mapping[Act, Words] = {
    "submit": Words("提交", "submitted"),
    "return": Words("退回", "sent back"),
    "approve": Words("批准", "approved"),
    "refuse": Words("不批准", "refused"),
    "revoke": Words("撤销", "revoked"),
}
# All that can happen to an application; whatever is not here is refused.
TRANSITIONS: Mapping[tuple[State, Act], State] = {
    ("draft", "submit"): "submitted",
    ("returned", "submit"): "submitted",
    ("submitted", "return"): "returned",
    ("submitted", "approve"): "approved",
    ("submitted", "refuse"): "refused",
    ("approved", "revoke"): "revoked",
}
EDITABLE: tuple[State, ...] = ("draft", "returned")
# These need somebody's words.
WITH_REASON: tuple[Act, ...] = ("return", "refuse", "revoke")
NO_FORM = Words("没有盖章申请表", "no stamped form")

LIMIT, LONG = 120, 4000
PERSONAL = ("contact", "phone", "email")
NUMBERS = ("rooms", "servers", "student_machines", "cameras")
FIELDS: Mapping[str, Words] = {
    "name": Words("考核站点名称", "Name of the site"),
    "address": Words("考核站点地址", "Address"),
    "detail": Words("详细地址", "Street and number"),
    "contact": Words("联系人姓名", "Contact's name"),
    "phone": Words("联系人电话", "Contact's phone"),
    "email": Words("联系人邮箱", "Contact's e-mail"),
    "audience": Words("申报对象", "Who is examined"),
    "certificates": Words("考核证书", "Certificates"),
    "profile": Words("考核站点简介", "About the site"),
    "rooms": Words("机房数量", "Computer rooms"),
    "servers": Words("服务器", "Servers"),
    "student_machines": Words("学生机", "Student machines"),
    "cameras": Words("监控设备", "Monitoring devices"),
}


class Stated(Struct, frozen=True):
    """The form as the school filled it in, but for the stamped sheet."""

    name: str
    address: str
    detail: str
    contact: str
    phone: str
    email: str
    audience: str
    certificates: tuple[str, ...]
    profile: str
    rooms: int
    servers: int
    student_machines: int
    cameras: int


class Step(Struct, frozen=True):
    """One transition: who, when, why."""

    at: int
    who: str
    act: Act
    from_state: State
    to_state: State
    why: str


class Approval(Struct, frozen=True):
    """A certificate that a site may examine from one day to another, both included."""

    certificate: str
    first_day: str
    last_day: str


class Form(NamedTuple):
    """The stamped sheet: digest, kind (pdf, docx, doc) and length."""

    digest: str
    kind: str
    size: int


class Application(Struct, frozen=True):
    """An application as it stands, with its history."""

    id: int
    site: str
    state: State
    stated: Stated
    form: Form | None
    steps: tuple[Step, ...]
    approvals: tuple[Approval, ...]
    changed_at: int


def certificates() -> dict[str, Words]:
    """What can be applied for: every qualification, and every level of it by itself."""
    found: dict[str, Words] = {}
    for one in specifications().values():
        found.setdefault(one.qualification, one.name)
    return found | {one.code: one.title for one in specifications().values()}


def qualifications() -> dict[str, Words]:
    """The qualifications alone, each with all its levels."""
    return {one.qualification: one.name for one in specifications().values()}


def check(stated: Stated) -> Stated:
    """The same, or ApplicationIncomplete with every problem."""
    problems = list(_problems(stated))
    if problems:
        raise ApplicationIncomplete(problems)
    return stated


def _problems(stated: Stated) -> Iterator[Words]:
    for name in FIELDS:
        value = getattr(stated, name)
        if name in NUMBERS:
            if not 0 <= value <= 100_000:
                yield _about(name, "应为 0–100000 的整数", "a whole number from 0 to 100,000")
        elif not value:
            yield _about(name, "未填写", "is missing")
        elif isinstance(value, str) and len(value) > (LONG if name == "profile" else LIMIT):
            yield _about(name, "过长", "is too long")
    if stated.phone and not re.fullmatch(r"[0-9+() -]{5,30}", stated.phone):
        yield _about("phone", "不是电话号码", "is no phone number")
    if stated.email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", stated.email):
        yield _about("email", "不是邮箱地址", "is no e-mail address")
    for one in stated.certificates:
        if one not in certificates():
            yield _about("certificates", f"没有 {one}", f"there is no {one}")


def _about(field: str, zh: str, en: str) -> Words:
    return Words(f"{FIELDS[field].zh}：{zh}", f"{FIELDS[field].en}: {en}")


def check_approval(names: tuple[str, ...], first_day: str, last_day: str) -> tuple[Approval, ...]:
    """What an approval names, or ApplicationIncomplete: no certificate, or no such days."""
    problems = [
        _about("certificates", f"没有 {n}", f"there is no {n}")
        for n in names
        if n not in certificates()
    ]
    if not names:
        problems.append(_about("certificates", "未填写", "is missing"))
    try:
        begins, ends = date.fromisoformat(first_day), date.fromisoformat(last_day)
    except ValueError:
        problems.append(Words("有效期应为 2026-01-31 的格式", "Write days as 2026-01-31"))
    else:
        if begins > ends:
            problems.append(Words("有效期止早于有效期起", "It ends before it begins"))
        first_day, last_day = begins.isoformat(), ends.isoformat()
    if problems:
        raise ApplicationIncomplete(problems)
    return tuple(Approval(name, first_day, last_day) for name in dict.fromkeys(names))


def acts_from(state: State) -> tuple[Act, ...]:
    """The steps that an application in this state can take."""
    return tuple(act for act in get_args(Act) if (state, act) in TRANSITIONS)
