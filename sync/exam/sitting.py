"""The plan of a session: what headquarters hands to a site, and what both then talk about."""

from typing import Literal

from sync.exam.specification import Struct
from sync.words import Words

SessionKind = Literal["examination", "rehearsal", "practice"]


class SittingPlan(Struct, frozen=True):
    """One specification × component in a session; times in minutes from the sitting's start."""

    id: str
    specification: str
    component: str
    title: Words
    minutes: int
    forms: tuple[str, ...]
    earliest_hand_in: int = 30


class CandidatePlan(Struct, frozen=True):
    """A person on the roster; `identity` travels sealed and is not kept in clear at the site."""

    admission: str
    name: str
    identity: str
    sex: Literal["男", "女"]
    school: str
    seat: int
    sittings: tuple[str, ...]
    extra_minutes: int = 0


class SessionPlan(Struct, frozen=True):
    """One half-day in a site's rooms. `starts_at` is ISO 8601 with offset."""

    id: str
    site: str
    name: Words
    kind: SessionKind
    starts_at: str
    room: str
    sittings: tuple[SittingPlan, ...]
    candidates: tuple[CandidatePlan, ...]

    def sitting(self, sitting_id: str) -> SittingPlan:
        """The sitting with that id (KeyError if none: plans are checked when made)."""
        return next(s for s in self.sittings if s.id == sitting_id)


def attempt_id(sitting: str, admission: str) -> str:
    """The name of one candidate's run through one sitting, the same at site and headquarters."""
    return f"{sitting}/{admission}"


def form_for(sitting: SittingPlan, seat: int) -> str:
    """Neighbours get different forms where there are several."""
    return sitting.forms[seat % len(sitting.forms)]
