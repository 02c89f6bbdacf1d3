"""Collects what papers are made of: from the running service, or beside it from a command."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from siteapp.errors import JournalDamaged
from siteapp.forms.kinds import Need
from siteapp.identity import Identity
from siteapp.journal import sign_now
from siteapp.rooms.plan import RoomPlan, read_plan
from siteapp.store import printed, rooms
from siteapp.store.checked import Rows
from siteapp.store.printed import Parcel
from sync.errors import NotFound
from sync.exam.journal import Event, decode
from sync.exam.short_head import write_short
from sync.exam.sitting import SessionPlan
from sync.spool import Spool

# Admission number → the address of an image, empty if there is none.
Photo = Callable[[str], str]


class Head(NamedTuple):
    """The journal's checkpoint: the signed note, and the line that a person can copy."""

    note: str
    short: str
    size: int


class Sent(NamedTuple):
    """A sealed document and how far it is."""

    parcel: Parcel
    size: int
    state: str


class Facts(NamedTuple):
    """All that papers of one session say; what a paper does not need is empty.

    `head` is None also where the journal is damaged: nothing is vouched for then.
    """

    site: str
    name: str
    at: int
    plan: SessionPlan
    rooms: RoomPlan
    photo: Photo
    events: tuple[Event, ...] = ()
    head: Head | None = None
    sent: tuple[Sent, ...] = ()


def gather(
    rows: Rows,
    identity: Identity,
    spool: Spool,
    session: str,
    needs: Iterable[Need],
    at: int,
    photo: Photo = lambda admission: "",
) -> Facts:
    """What the disk says now; NotFound for no such session."""
    plan, needed = printed.plan_of(rows, session), set(needs)
    drawn = rooms.newest(rows)
    lines = printed.lines(rows, session) if "journal" in needed else []
    return Facts(
        site=identity.site,
        name=identity.certificate.name,
        at=at,
        plan=plan,
        rooms=read_plan(drawn.document) if drawn else RoomPlan(),
        photo=photo,
        events=tuple(decode(line) for line in lines),
        head=_head(identity, session) if "head" in needed else None,
        sent=tuple(_sent(rows, spool, session)) if "parcels" in needed else (),
    )


def _head(identity: Identity, session: str) -> Head | None:
    try:
        note, head = sign_now(identity, session)
    except JournalDamaged:
        return None
    return Head(note, write_short(head.origin, head.size, head.root), head.size)


def _sent(rows: Rows, spool: Spool, session: str) -> Iterable[Sent]:
    sizes = {entry.digest: entry.size for entry in spool.outgoing()}
    for parcel in printed.parcels(rows, session):
        try:
            state = str(spool.state(parcel.digest))
        except NotFound:
            state = "waiting"
        yield Sent(parcel, sizes.get(parcel.digest, 0), state)
