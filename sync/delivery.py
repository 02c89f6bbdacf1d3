"""The states of a batch on its way to headquarters, and when to try again. Pure."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Literal

State = Literal["waiting", "sending", "received", "archived", "refused"]
Happening = Literal["send", "fail", "carry", "receive", "archive", "refuse", "forget", "retry"]
Step = Literal["send", "ask", "hold"]

BASE_S = 2.0
CAP_S = 300.0
SPREAD_S = 10.0
MAX_RETRY_AFTER_S = 3600.0

# refuse: signed by headquarters for these very bytes; any other refusal is a failure.
# carry: copied to a stick, so nobody has answered. forget: headquarters, restored from an older
# copy, no longer knows a batch it had given a receipt for. A receipt overrules a refusal.
TRANSITIONS: Mapping[tuple[State, Happening], State] = {
    ("waiting", "send"): "sending",
    ("sending", "fail"): "waiting",
    ("sending", "carry"): "waiting",
    ("sending", "receive"): "received",
    ("sending", "archive"): "archived",
    ("sending", "refuse"): "refused",
    ("received", "receive"): "received",
    ("received", "archive"): "archived",
    ("received", "forget"): "waiting",
    ("archived", "receive"): "archived",
    ("archived", "archive"): "archived",
    ("archived", "forget"): "waiting",
    ("refused", "receive"): "received",
    ("refused", "archive"): "archived",
    ("refused", "retry"): "waiting",
}

_STEPS: Mapping[State, Step] = {
    "waiting": "send",
    "sending": "hold",
    "received": "ask",
    "archived": "hold",
    "refused": "hold",
}


def advance(state: State, happening: Happening) -> State:
    """The state after `happening`; ValueError if it cannot happen in `state`."""
    try:
        return TRANSITIONS[state, happening]
    except KeyError:
        raise ValueError(f"{happening} cannot happen to a batch that is {state}") from None


def next_step(state: State) -> Step:
    """What the courier does with a batch by itself."""
    return _STEPS[state]


def site_offset(site: str) -> float:
    """Seconds below SPREAD_S, always the same for a site, so that sites come one by one."""
    digest = hashlib.sha256(site.encode()).digest()
    return SPREAD_S * int.from_bytes(digest[:4], "big") / 2**32


def back_off(
    attempt: int,
    random: Callable[[], float],
    *,
    offset: float = 0.0,
    retry_after: float | None = None,
) -> float:
    """Seconds to wait after failure number `attempt`, from 1: full jitter over a growing range.

    `random` gives [0, 1). A Retry-After is always waited out (an hour at most), then the jitter.
    """
    ceiling = min(CAP_S, BASE_S * 2.0 ** min(max(attempt, 1), 32))
    asked = min(max(retry_after or 0.0, 0.0), MAX_RETRY_AFTER_S)
    return asked + offset + random() * ceiling
