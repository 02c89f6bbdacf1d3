"""How one release takes another's place: states, and what is done between them. Pure.

    resting ──begin──▶ switched ──well──▶ resting        the new one serves
                          │
                          └──ill──▶ returning ──well──▶ resting   the old one serves again
                                        └──ill──▶ stuck           neither does; a person is needed

The state is on the disk before anything is done for it, so after a power cut `settle` knows.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from provisioning.setup.errors import SittingRuns

State = Literal["resting", "switched", "returning", "stuck"]
Event = Literal["begin", "well", "ill"]

TRANSITIONS: Mapping[tuple[State, Event], State] = {
    ("resting", "begin"): "switched",
    ("switched", "well"): "resting",
    ("switched", "ill"): "returning",
    ("returning", "well"): "resting",
    ("returning", "ill"): "stuck",
    # A person put it right, or the next package does.
    ("stuck", "begin"): "switched",
}


class Upgrade(msgspec.Struct, frozen=True):
    """One change of releases; `before` is empty on a first installation."""

    before: str
    after: str
    state: State = "resting"

    def advance(self, event: Event) -> "Upgrade":
        """The state after that; ValueError where it cannot happen."""
        found = TRANSITIONS.get((self.state, event))
        if found is None:
            raise ValueError(f"{event} in state {self.state}")
        return msgspec.structs.replace(self, state=found)

    @property
    def release(self) -> str:
        """The one that `current` must name in this state."""
        return self.before if self.state in ("returning", "stuck") else self.after


class Sat(msgspec.Struct):
    """What the service says of itself in running.json."""

    sessions: list[str]


def refuse_while_sat(serving: bool, told: bytes | None, enrolled: bool) -> None:
    """SittingRuns unless nobody is known to sit.

    `told` is the service's own file, None if there is none. A service that serves and says nothing
    is not asked twice: not known is no.
    """
    if told is None:
        if serving and enrolled:
            raise SittingRuns(sessions="?")
        return
    try:
        sessions = msgspec.json.decode(told, type=Sat).sessions
    except msgspec.MsgspecError:
        raise SittingRuns(sessions="?") from None
    if sessions:
        raise SittingRuns(sessions=", ".join(sessions))


def to_keep(releases: Sequence[str], upgrade: Upgrade) -> list[str]:
    """Those that stay on the disk: the one in use and the one before it, never one that was ill."""
    if not upgrade.before:
        # The same version again, or the first: the one before stays what it was.
        return list(releases)
    if upgrade.state == "returning":
        return [name for name in releases if name != upgrade.after]
    return [name for name in releases if name in (upgrade.before, upgrade.after)]
