"""Sittings that are taken in Safe Exam Browser: who must, who was let in without it. Pure.

An answer is never refused for the browser it came from: what is refused is sign-in, start, paper.
"""

from typing import Literal

from siteapp.conduct.acts import NewEvent, note
from siteapp.conduct.attempt import ANY_BROWSER, Attempt
from siteapp.errors import AlreadyHandedIn
from sync.exam.sitting import SittingPlan

ALL = "all"
# What a seat's page last showed: never asked, in Safe Exam Browser, in another one, let in so.
Seen = Literal["unseen", "seb", "other", "let"]


def demanded(setting: str, sitting: SittingPlan) -> bool:
    """Whether headquarters' plan asks for Safe Exam Browser in this one, or the site's setting.

    The setting (ids of sittings, or `all`) only ever adds to the plan.
    """
    return sitting.lockdown == "required" or bool({ALL, sitting.id} & set(setting.split()))


def seen_as(attempt: Attempt, proved: bool | None) -> Seen:
    """What the wall says of an attempt whose sitting demands it."""
    if proved:
        return "seb"
    if attempt.any_browser:
        return "let"
    return "unseen" if proved is None else "other"


def let_in(attempt: Attempt, reason: str, by: str) -> list[NewEvent]:
    """This candidate may use any browser; once, with a reason for the room record."""
    if attempt.phase == "handed-in":
        raise AlreadyHandedIn(receipt=attempt.receipt)
    if attempt.any_browser:
        return []
    return note("incident", attempt.id, by, category=ANY_BROWSER, note=reason)
