"""A paper as a page: one template for what is shown, printed and kept as PDF."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from typing import Any, NamedTuple

import segno
from markupsafe import Markup

from siteapp.forms.gather import Facts, Sent
from siteapp.forms.kinds import KINDS
from siteapp.forms.record import record
from siteapp.forms.seated import begins, halls, pages
from siteapp.staff import ROLE_WORDS
from sync.moments import moment
from sync.printing.page import Tongue, page
from sync.words import Words

TICKETS, LABELS, SIGN_IN, DOOR = 2, 14, 20, 52
# As many tickets as one PDF holds: fifty pages are made in seconds on a slow machine too.
PART = 100
# Chinese first and English beside it, whatever language the screen has: one paper for all.
TONGUE = Tongue("zh", beside=True)
STATES = {
    "waiting": Words("待传送", "waiting"),
    "received": Words("总部已收到", "received"),
    "archived": Words("总部已存档", "archived"),
    "refused": Words("总部拒收", "refused"),
}
WHAT = {"batch": Words("作答数据", "answers"), "file": Words("上传文件", "file")}
# Characters of a digest that two people compare aloud.
CODE, GROUP = 20, 4


class Envelope(NamedTuple):
    """A password that was made a moment ago."""

    name: str
    role: str
    password: str


def css() -> str:
    """The style of every paper."""
    paper = resources.files("sync.printing").joinpath("paper.css").read_text("utf-8")
    return paper + resources.files("siteapp.forms").joinpath("form.css").read_text("utf-8")


def parts(kind: str, candidates: int) -> int:
    """How many PDFs a paper is kept as."""
    return max(1, -(-candidates // PART)) if kind == "tickets" else 1


def drawn(kind: str, facts: Facts, part: int = 0) -> str:
    """The page of one paper; a `part` (from 1) for a PDF, with its style in it."""
    return _page(
        f"{kind}.html",
        part > 0,
        kind=kind,
        title=KINDS[kind].title,
        facts=facts,
        plan=facts.plan,
        begins=begins(facts.plan),
        moment=moment,
        qr=qr,
        **MADE[kind](facts, part),
    )


def envelope(site: str, site_name: str, made: Envelope, at: int) -> str:
    """A sheet that folds into an envelope around a new password."""
    title = Words("密码封", "Password envelope")
    role = ROLE_WORDS[made.role]
    facts = {"site": site, "name": site_name, "at": at}
    return _page(
        "envelope.html",
        False,
        kind="",
        title=title,
        facts=facts,
        made=made,
        role=role,
        moment=moment,
    )


def _page(template: str, whole: bool, **more: Any) -> str:
    # Our own file, not anybody's input.
    style = Markup(css()) if whole else None  # noqa: S704
    return str(page("siteapp.forms", template, TONGUE, css=style, **more))


def qr(text: str, scale: int = 4) -> str:
    """A QR code as the address of an image."""
    return str(segno.make(text, error="m", micro=False).svg_data_uri(scale=scale, border=2))


def _tickets(facts: Facts, part: int) -> dict[str, Any]:
    people = [one for hall in halls(facts.plan, facts.rooms) for one in hall.people]
    if part:
        people = people[(part - 1) * PART : part * PART]
    return {"pages": list(pages(people, TICKETS)), "photo": facts.photo}


def jpeg(data: bytes) -> str:
    """A photo as the address of an image."""
    return "data:image/jpeg;base64," + base64.b64encode(data).decode("ascii")


def _door(facts: Facts, part: int) -> dict[str, Any]:
    found = halls(facts.plan, facts.rooms)
    return {"halls": [(hall, list(pages(hall.people, DOOR))) for hall in found]}


def _labels(facts: Facts, part: int) -> dict[str, Any]:
    people = [one for hall in halls(facts.plan, facts.rooms) for one in hall.people]
    return {"pages": list(pages(people, LABELS))}


def _sign_in(facts: Facts, part: int) -> dict[str, Any]:
    found = halls(facts.plan, facts.rooms)
    return {"halls": [(hall, list(pages(hall.people, SIGN_IN))) for hall in found]}


def _record(facts: Facts, part: int) -> dict[str, Any]:
    return {"record": record(facts.plan, facts.events)}


def _handover(facts: Facts, part: int) -> dict[str, Any]:
    said = record(facts.plan, facts.events)
    return {"record": said, "states": STATES, "kinds": WHAT, "code": code_of(facts.sent)}


def code_of(sent: Iterable[Sent]) -> str:
    """What stands for a whole list of documents, in groups that two people can compare aloud."""
    listed = "\n".join(sorted(one.parcel.digest for one in sent))
    code = hashlib.sha256(listed.encode()).hexdigest()[:CODE].upper()
    return "-".join(code[place : place + GROUP] for place in range(0, CODE, GROUP))


MADE: Mapping[str, Callable[[Facts, int], dict[str, Any]]] = {
    "tickets": _tickets,
    "door": _door,
    "labels": _labels,
    "sign-in": _sign_in,
    "record": _record,
    "misconduct": _record,
    "handover": _handover,
}
