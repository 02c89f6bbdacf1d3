"""Readiness reports of sites: verified, the newest of each session kept as it was signed."""

from sqlalchemy import select

from sync.errors import ForOtherSite, NotFound
from sync.exam.specification import Struct
from sync.headquarters.errors import UnknownSender, UnknownSession
from sync.headquarters.register.sites import sign_key
from sync.headquarters.store.delivery_tables import readiness
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import enrolments, sessions
from sync.wire import documents
from sync.wire.keys import VerifyKey
from sync.wire.readiness import ReadinessReport


class Reported(Struct, frozen=True):
    """A site's newest word on one session; `received_at` by our clock."""

    session: str
    received_at: int
    report: ReadinessReport

    def count(self, level: str) -> int:
        """How many findings are of this level."""
        return sum(one.level == level for one in self.report.findings)


def site_of(envelope: bytes) -> str:
    """The site that a report names, UNVERIFIED."""
    return documents.peek(envelope, ReadinessReport).site


def keep_report(headquarters: Headquarters, envelope: bytes, site: str, now: int) -> bool:
    """Keep a site's report if it is the newest of its session and new to us; whether it was.

    DocumentRefused, UnknownSender if it is not the site's own, UnknownSession.
    """
    try:
        key = sign_key(headquarters, site)
    except NotFound:
        raise UnknownSender(site=site) from None
    report = documents.read(envelope, ReadinessReport, [key])
    if report.site != site:
        raise ForOtherSite(found=report.site, expected=site)
    # A clock that was ahead must not outlast the reports of the same clock put right.
    at = min(report.at, now)
    values = {"at": at, "received_at": now, "envelope": envelope} | _listed(report)
    place = {"site": site, "session": report.session}
    wanted = headquarters.store.inserting(readiness).values(**place, **values)
    # Sites tell all of them again and again: the same word of an older session is not the newest.
    fresh = (readiness.c.at <= at) & (readiness.c.envelope != envelope)
    kept = wanted.on_conflict_do_update(index_elements=list(place), set_=values, where=fresh)
    own = (sessions.c.id == report.session) & (sessions.c.site == site)
    with headquarters.store.writing() as db:
        if db.scalar(select(sessions.c.id).where(own)) is None:
            raise UnknownSession(site=site, session=report.session)
        return db.scalar(kept.returning(readiness.c.at)) is not None


def _listed(report: ReadinessReport) -> dict[str, object]:
    """What is asked of many sites at once."""
    premises = report.premises
    counted = {"rooms": premises.rooms, "servers": len(premises.servers)}
    counted |= {"student_machines": premises.machines}
    return {"ready": report.ready, "cameras": premises.cameras, **counted}


def verify(headquarters: Headquarters, envelope: bytes) -> ReadinessReport:
    """A report from wherever it came, by a key that its site has or had.

    DocumentRefused; UnknownSender if no such site was ever enrolled.
    """
    site = site_of(envelope)
    query = select(enrolments.c.sign_key).where(enrolments.c.site == site)
    with headquarters.store.reading() as db:
        keys = [VerifyKey.from_bytes(raw) for raw in db.scalars(query)]
    if not keys:
        raise UnknownSender(site=site)
    return documents.read(envelope, ReadinessReport, keys)


def kept_envelope(headquarters: Headquarters, site: str, session: str | None = None) -> bytes:
    """The newest report of a session, or of the site, as it was signed; NotFound."""
    rows = readiness.c
    query = select(rows.envelope).where(rows.site == site).order_by(rows.received_at.desc())
    if session is not None:
        query = query.where(rows.session == session)
    with headquarters.store.reading() as db:
        found = db.scalar(query.limit(1))
    if found is None:
        raise NotFound(what=f"{site} {session or ''}".strip())
    return bytes(found)


def read_reports(headquarters: Headquarters, site: str, limit: int) -> list[Reported]:
    """The newest report of each session of a site, the newest first."""
    rows = readiness.c
    query = select(rows.session, rows.received_at, rows.envelope).where(rows.site == site)
    with headquarters.store.reading() as db:
        found = db.execute(query.order_by(rows.received_at.desc(), rows.session).limit(limit)).all()
    # Verified when they came; who changed the database since is not their subject.
    return [
        Reported(row.session, row.received_at, documents.peek(bytes(row.envelope), ReadinessReport))
        for row in found
    ]
