"""Promotion: the one act that makes the spare the server, and what it leaves of the old one."""

from typing import NamedTuple

from siteapp.conduct.acts import NewEvent
from siteapp.errors import WrongStaffSignIn
from siteapp.identity import Identity
from siteapp.standby.folder import PairFolder
from siteapp.store import records
from siteapp.store.live import Live
from siteapp.store.replica import raise_term, state_of
from siteapp.store.writer import Decision
from sync.errors import NotAllowed
from sync.exam.journal import Event, encode
from sync.exam.merkle import merkle_root
from sync.wire.documents import Promotion, sign
from sync.wire.passwords import check_password


class Signature(NamedTuple):
    """A person who stands for the act."""

    name: str
    password: str


def check_people(live: Live, chief: Signature, second: Signature) -> None:
    """WrongStaffSignIn or NotAllowed unless a chief and somebody else stand for the act."""
    roles = {row["name"]: row["role"] for row in records.members(live)}
    for person in (chief, second):
        phc = records.password_of(live, person.name)
        if phc is None or not check_password(person.password, phc):
            raise WrongStaffSignIn
    if roles[chief.name] != "chief" or chief.name == second.name:
        raise NotAllowed(
            reason_zh="需要主监考员和另一人", reason_en="the chief and another person are needed"
        )


def make_promotion(
    live: Live, identity: Identity, people: tuple[str, str], reason: str, address: str
) -> Promotion:
    """The record of taking over from the server whose copy this is."""
    return Promotion(
        site=identity.site,
        server_term=state_of(live).term + 1,
        at=live.clock.wall(),
        by=people[0],
        second=people[1],
        reason=reason,
        address=address,
        sessions={name: head(live.events(name)) for name in live.sessions},
    )


def keep_promotion(pair: PairFolder, identity: Identity, promotion: Promotion) -> None:
    """Sign it and keep it: from now on this folder follows nobody."""
    pair.keep("promotion.json", sign(promotion, identity.sign))


def head(events: list[Event]) -> tuple[int, bytes]:
    """Number of events and their root."""
    return len(events), merkle_root(encode(event) for event in events)


def take_over(live: Live, promotion: Promotion) -> None:
    """Raise the server term as the record says and journal it; harmless the second time."""
    who = f"{promotion.by}, {promotion.second}"
    what = f"{promotion.server_term} {promotion.reason}"
    raise_term(live, promotion.server_term, records.note_act(promotion.at, who, "promote", what))
    event = NewEvent(
        "promote",
        {
            "server_term": promotion.server_term,
            "by": promotion.by,
            "second": promotion.second,
            "reason": promotion.reason,
        },
    )
    for session in list(live.sessions.values()):
        said = (e.body["server_term"] for e in live.events(session.plan.id) if e.kind == "promote")
        if promotion.server_term not in said:
            live.act(session, lambda _: Decision([event]))


class Fork(NamedTuple):
    """What a former server has beyond its successor's beginning, of one session."""

    session: str
    shared: bool
    events: list[Event]


def forks(live: Live, promotion: Promotion) -> list[Fork]:
    """Session by session; `shared` is False if not even the beginning is the successor's."""
    found = []
    for name in live.sessions:
        events = live.events(name)
        size, root = promotion.sessions.get(name, (0, merkle_root([])))
        shared = head(events[:size]) == (size, root)
        found.append(Fork(name, shared, events[size:] if shared else events))
    return [fork for fork in found if fork.events]
