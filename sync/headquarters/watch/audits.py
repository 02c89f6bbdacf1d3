"""Reading the audit: who did what, when."""

from sqlalchemy import select

from sync.exam.specification import Struct
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import audit


class AuditRow(Struct, frozen=True):
    """One line; `what` is JSON."""

    id: int
    at: int
    who: str
    act: str
    what: str


def list_audit(headquarters: Headquarters, limit: int = 500) -> list[AuditRow]:
    """The newest lines first."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    with headquarters.store.reading() as db:
        return [AuditRow(**row) for row in db.execute(query).mappings()]
