"""What machines sealed, a rescue file or a copy of the same form: opened and handed to the acts."""

from collections.abc import Mapping
from typing import NamedTuple

from siteapp.conduct import rescue
from siteapp.conduct.acts import NewEvent, Save
from siteapp.conduct.attempt import RESCUE, Attempt
from siteapp.conduct.session import Session
from siteapp.errors import (
    NotOpenYet,
    RescueDamaged,
    RescueForged,
    RescueForOtherSite,
    RescueOfAnother,
    RescueOfNobody,
    SaveRefused,
)
from siteapp.site import Site
from siteapp.store.writer import Decision
from siteapp.web.answers import MAX_SEQUENCE, SaveIn, as_sent, read_save
from sync.errors import CannotOpen, DocumentAltered, ForOtherSite, NotADocument, NotCanonical
from sync.exam.paper import ItemToken
from sync.wire.rescue import Rescued, RescuedSave
from sync.words import Words

# As many saves as one file may hold; a page keeps the newest of each item and what was not sent.
MAX_SAVES = 2_000
# The newest answer of every item and what was not sent; texts are the large ones.
MAX_FILE = 2 * 1024 * 1024


class Taken(NamedTuple):
    """What became of one file: saves that count now, and saves that wait for a person."""

    attempt: str
    counted: int
    waiting: int


def whose(site: Site, ticket: str) -> tuple[Session, Attempt] | None:
    """The attempt whose sealed copy a ticket lets a machine hand over; None if it is no ticket."""
    for session in list(site.live.sessions.values()):
        site.identity.rescue.learn(session.plan.id, session.attempts)
    found = site.identity.rescue.whose(ticket)
    if found is None or found[0] not in site.live.sessions:
        return None
    session = site.live.sessions[found[0]]
    return session, session.attempt(found[1])


def offered(site: Site, session: Session, attempt: Attempt, instance: str, held: list[int]) -> str:
    """What a machine is to do with its copy: `send` it, `keep` it, or `drop` it.

    Drop: the attempt is over, all of it is here, and headquarters has archived all of it.
    """
    if not session.unlocked:
        return "keep"
    if rescue.lacks(attempt, instance, held):
        return "send"
    over = attempt.phase == "handed-in"
    archived = site.packer.archived(session.plan.id) > attempt.last_seq
    return "drop" if over and archived else "keep"


def opened(site: Site, file: bytes) -> Rescued:
    """The content of a rescue file of this site; every fault has its own error."""
    try:
        found = site.identity.rescue.open(file)
    except ForOtherSite as error:
        raise RescueForOtherSite(**error.facts) from None
    except DocumentAltered as error:
        raise RescueForged(**error.facts) from None
    except (CannotOpen, NotCanonical, NotADocument) as error:
        raise RescueDamaged(**error.facts) from None
    if len(found.saves) > MAX_SAVES or not found.instance.isalnum() or len(found.instance) > 32:
        raise RescueDamaged(reason=Words("内容不是页面所写", "instance or saves"))
    return found


def take_in(site: Site, file: bytes, expected: tuple[str, str] | None = None) -> Taken:
    """Journal what is new in a rescue file; `expected` is the session and attempt it must be of."""
    found = opened(site, file)
    own = found.session, found.attempt
    if expected not in (None, own):
        assert expected  # noqa: S101  (asked just before)
        raise RescueOfAnother(found=_whose(site, own), expected=_whose(site, expected))
    session = site.live.sessions.get(found.session)
    if session is None or found.attempt not in session.attempts:
        raise RescueOfNobody(found=" ".join(own))
    attempt = session.attempt(found.attempt)
    if not session.unlocked:
        raise NotOpenYet
    form, known = _meaning(site, session, attempt, found)
    good, bad = _read(known, found)
    now = site.live.clock.now()
    events: list[NewEvent] = []

    def act(state: Session) -> Decision:
        events[:] = rescue.take_in(state.attempt(attempt.id), found.instance, good, bad, now, form)
        return Decision(events)

    site.live.act(session, act)
    counted = sum(e.kind == "response" for e in events)
    waiting = sum(e.body.get("why") == RESCUE for e in events)
    return Taken(attempt.id, counted, waiting)


def _whose(site: Site, named: tuple[str, str]) -> Words:
    """Sitting, seat and name of an attempt; its ids where this site does not know it."""
    session = site.live.sessions.get(named[0])
    if session is None or named[1] not in session.attempts:
        return Words(" ".join(named), " ".join(named))
    attempt = session.attempt(named[1])
    title, name = session.sitting_of(attempt).title, session.candidates[attempt.admission].name
    return Words(f"{title.zh} {attempt.seat} 号 {name}", f"{title.en}, seat {attempt.seat} {name}")


def _meaning(
    site: Site, session: Session, attempt: Attempt, found: Rescued
) -> tuple[str, Mapping[str, ItemToken]]:
    """What the copy's references stand for; with it the form, if no `start` here says it."""
    if attempt.phase in ("started", "handed-in"):
        return "", site.shelf.paper(session, attempt).tokens
    return site.shelf.recognise(session, attempt, {one.item for one in found.saves})


def _read(known: Mapping[str, ItemToken], found: Rescued) -> tuple[list[Save], list[Save]]:
    """The saves in authored ids, and those that this paper does not offer as they were kept."""
    good: list[Save] = []
    bad: list[Save] = []
    for one in found.saves:
        kept = _as_in(one)
        try:
            good.append(read_save(kept, known))
        except SaveRefused:
            bad.append(as_sent(kept))
    return good, bad


def _as_in(one: RescuedSave) -> SaveIn:
    """As a page would have sent it; RescueDamaged for what no page keeps."""
    if not 0 < one.sequence < MAX_SEQUENCE:
        raise RescueDamaged(reason=Words("作答序号不对", "sequence"))
    response = one.response
    if isinstance(response, list) and all(isinstance(option, str) for option in response):
        return SaveIn(one.sequence, one.item, [str(option) for option in response])
    if isinstance(response, str):
        return SaveIn(one.sequence, one.item, response)
    raise RescueDamaged(reason=Words("作答格式不对", "response"))
