"""When what a session left at the site may go, and the order of two people that it goes. Pure."""

from typing import NamedTuple

from siteapp.conduct.acts import NewEvent
from siteapp.conduct.session import DESTROY, Session
from sync.errors import NotReady

DAY_MS = 86_400_000


class Standing(NamedTuple):
    """How far headquarters has a session: verified receipts of its sealed documents.

    `last_ms` is when the last was archived, by headquarters' clock.
    """

    closed: bool
    delivered: bool
    documents: int
    archived: int
    last_ms: int | None

    @property
    def safe(self) -> bool:
        """Headquarters has archived everything, by its own signature."""
        whole = self.documents > 0 and self.archived == self.documents
        return self.closed and self.delivered and whole


def due_ms(standing: Standing, days: int) -> int | None:
    """From when on it may go; None while it may not go at all."""
    if not standing.safe or standing.last_ms is None:
        return None
    return standing.last_ms + days * DAY_MS


def order(
    session: Session, standing: Standing, days: int, now: int, two: tuple[str, str, str]
) -> list[NewEvent]:
    """Two people order that it goes: reason, who, and the second; NotReady while it may not.

    Ordered already: nothing.
    """
    if not standing.safe:
        raise NotReady(
            reason_zh=f"总部签名存档的只有 {standing.archived} / {standing.documents} 份，不能销毁",
            reason_en=f"headquarters has archived {standing.archived} of {standing.documents}"
            " documents: nothing may be destroyed",
        )
    due = due_ms(standing, days)
    if due is None or now < due:
        raise NotReady(
            reason_zh=f"总部存档后须保留 {days} 天",
            reason_en=f"it is kept for {days} days after headquarters has archived it",
        )
    if session.destroy:
        return []
    reason, by, second = two
    body = {"act": DESTROY, "attempt": "", "by": by, "reason": reason, "second": second}
    return [NewEvent("vouched", body)]
