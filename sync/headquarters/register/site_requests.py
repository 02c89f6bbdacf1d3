"""What boxes come with: taken in by their token, confirmed by six words, answered once."""

import hashlib
from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, Connection, func, insert, select, true, update

from sync.errors import (
    REFUSALS,
    AlreadyThere,
    BundleAltered,
    ExamError,
    InvitationExpired,
    InvitationForOtherSite,
    InvitationUsed,
    InvitationWaits,
    InvitationWithdrawn,
    NotFound,
    OtherRoot,
    RequestTurnedAway,
    SiteHasABox,
    UnknownToken,
    WordsDiffer,
)
from sync.exam.specification import Struct
from sync.headquarters.register.certifying import answer, certify
from sync.headquarters.register.invitations import Invitation, find, require_standing, serial_of
from sync.headquarters.register.staff import count_try, require_no_wait
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.enrolment_tables import invitations, site_requests
from sync.headquarters.store.folder import Headquarters
from sync.wire.enrolment import read_site_request
from sync.wire.keys import VerifyKey
from sync.wire.site_request import SiteRequest
from sync.wire.six_words import SixWords, heard, six_words

# Differing words that end a request: nobody tries one homophone after the other.
MOST_WRONG = 5
# Of one site; only one that waits can be certified.
MOST_WAITING = 100
# Refused requests that are kept of one invitation.
MOST_KEPT = 20
Hash = Callable[[bytes], SixWords]
_WAITS = (site_requests.c.state == "waiting") & invitations.c.withdrawn_at.is_(None)


class RequestRow(Struct, frozen=True):
    """A box that came with a right token; `code` says why it was refused."""

    digest: str
    invitation: str
    site: str
    sign_key: bytes
    seal_key: bytes
    words: str
    origin: str
    at: int
    state: str
    code: str | None
    wrong: int
    confirmed_by: str | None

    @property
    def six(self) -> SixWords:
        """The fingerprint of its keys."""
        return SixWords(tuple(map(int, self.words.split())))

    @property
    def key_id(self) -> str:
        """Of the key that it signs with."""
        return VerifyKey.from_bytes(self.sign_key).key_id


def take_request(
    headquarters: Headquarters, envelope: bytes, origin: str, now: int, count: Hash = six_words
) -> bytes | None:
    """The answer to a box's request; None while its words are not confirmed.

    The same request gets the same again. One of EnrolmentRefused, BundleAltered or OtherRoot for
    others, which are kept to be shown; UnknownToken is counted by `origin`, and must wait more and
    more (TooManyTries).
    """
    asked, payload = read_site_request(envelope)
    digest = hashlib.sha256(envelope).hexdigest()
    invitation = _invitation_of(headquarters, asked, origin, now)
    with headquarters.store.reading() as db:
        known = _row(db, digest)
        if known is None and _kept(db, invitation.id) >= MOST_KEPT:
            # Words cost memory and time, and there are enough to look at.
            root = headquarters.keys.public().root
            raise _refusal(db, invitation, asked, root, now) or InvitationUsed
    if known is None:
        words = " ".join(map(str, count(payload).numbers))
        known = _first_seen(headquarters, asked, digest, words, Stamp(origin, now))
    if known.code is not None:
        raise REFUSALS[known.code]
    if known.state == "waiting":
        require_standing(invitation)
        return None
    return answer(headquarters, digest, now)


def _invitation_of(
    headquarters: Headquarters, asked: SiteRequest, origin: str, now: int
) -> Invitation:
    """Whose token signed; a wrong one costs time, a right one never waits."""
    token = VerifyKey.from_bytes(asked.token)
    with headquarters.store.reading() as db:
        try:
            found = find(db, token.key_id)
        except NotFound:
            found = None
    if found is not None and found.token_key == asked.token:
        return found
    key = f"enrolment:{origin}"
    with headquarters.store.writing() as db:
        require_no_wait(db, (key,), now)
        count_try(db, key, now)
        by = Stamp(origin, now)
        record(db, by, "site.unknown-token", site=asked.site, token=token.key_id)
    raise UnknownToken


def _first_seen(
    headquarters: Headquarters, asked: SiteRequest, digest: str, words: str, by: Stamp
) -> RequestRow:
    """Keep a request with what became of it; InvitationWaits is said and not kept."""
    token = VerifyKey.from_bytes(asked.token).key_id
    root = headquarters.keys.public().root
    with headquarters.store.writing() as db:
        invitation = find(db, token)
        refusal = _refusal(db, invitation, asked, root, by.at)
        if refusal is InvitationWaits:
            raise InvitationWaits
        if refusal is None and not _claim(db, token, digest, by.at):
            refusal = InvitationUsed
        row = RequestRow(
            digest=digest,
            invitation=token,
            site=asked.site,
            sign_key=asked.sign,
            seal_key=asked.seal,
            words=words,
            origin=by.who,
            at=by.at,
            state="refused" if refusal else "waiting",
            code=refusal.code if refusal else None,
            wrong=0,
            confirmed_by=None,
        )
        _keep(db, by, row)
    return row


def _refusal(
    db: Connection, invitation: Invitation, asked: SiteRequest, root: bytes, now: int
) -> type[ExamError] | None:
    """Why a request with a right token gets no certificate; the most telling reason first."""
    if asked.site != invitation.site:
        return InvitationForOtherSite
    if asked.root != root:
        return OtherRoot
    if asked.bundle != invitation.bundle:
        return BundleAltered
    if invitation.withdrawn_at is not None:
        return InvitationWithdrawn
    if invitation.used_by is not None:
        return InvitationUsed
    if invitation.expires_at <= now:
        return InvitationExpired
    if serial_of(db, invitation.site) != invitation.replaces:
        return SiteHasABox
    return InvitationWaits if invitation.waits else None


def _claim(db: Connection, invitation: str, digest: str, now: int) -> bool:
    """Whether this request is the first; of two at once one is."""
    first = (invitations.c.id == invitation) & invitations.c.used_by.is_(None)
    claiming = update(invitations).where(first).values(used_by=digest, used_at=now)
    return bool(db.execute(claiming).rowcount)


def _kept(db: Connection, invitation: str) -> int:
    here = site_requests.c.invitation == invitation
    return db.scalar(select(func.count()).select_from(site_requests).where(here)) or 0


def _keep(db: Connection, by: Stamp, row: RequestRow) -> None:
    values = {name: getattr(row, name) for name in row.__struct_fields__}
    db.execute(insert(site_requests).values(values))
    act = "site.request-refused" if row.code else "site.request"
    what = {"site": row.site, "invitation": row.invitation, "key": row.key_id, "code": row.code}
    # Those of a request that waits are heard from the site, and read nowhere here.
    words = " ".join(row.six.in_("en")) if row.code else None
    record(db, by, act, words=words, **what)


def confirm(headquarters: Headquarters, by: Stamp, digest: str, said: str) -> int:
    """The officer types the words that the site reads out; the serial of the certificate.

    WordsDiffer names the places, and after five such the request is turned away.
    """
    typed = heard(said)
    with headquarters.store.writing() as db:
        row = _row(db, digest)
        if row is None:
            raise NotFound(what=digest[:40])
        if row.code is not None:
            raise REFUSALS[row.code]
        if row.state != "waiting":
            raise AlreadyThere(what=row.site)
        invitation = find(db, row.invitation)
        require_standing(invitation)
        places = typed.differing(row.six)
        if places:
            _count_wrong(db, by, row)
        else:
            serial = certify(
                headquarters, db, by, invitation, row.digest, (row.sign_key, row.seal_key)
            )
            done = {"state": "enrolled", "confirmed_by": by.who}
            db.execute(update(site_requests).where(_this(digest)).values(done))
    if places:
        raise WordsDiffer(places=", ".join(map(str, places)))
    return serial


def _count_wrong(db: Connection, by: Stamp, row: RequestRow) -> None:
    wrong = row.wrong + 1
    values: dict[str, object] = {"wrong": wrong}
    if wrong >= MOST_WRONG:
        values |= {"state": "refused", "code": RequestTurnedAway.code}
    db.execute(update(site_requests).where(_this(row.digest)).values(values))
    record(db, by, "site.words-differ", site=row.site, invitation=row.invitation, wrong=wrong)


def waiting_of(headquarters: Headquarters, site: str, said: str | None = None) -> str:
    """The digest of the request of a site that waits for its words; NotFound.

    Two bundles may be out: of several that wait it is the one that the words fit, else the newest.
    """
    waiting = _found(headquarters, _WAITS & (site_requests.c.site == site), MOST_WAITING)
    if not waiting:
        raise NotFound(what=site[:40])
    typed = heard(said) if said is not None else None
    fits = (row for row in waiting if typed and not typed.differing(row.six))
    return next(fits, waiting[0]).digest


def list_waiting(headquarters: Headquarters, limit: int) -> list[RequestRow]:
    """The newest whose words are to be compared: those of a withdrawn invitation are not."""
    return _found(headquarters, _WAITS, limit)


def list_refused(headquarters: Headquarters, since: int, limit: int) -> list[RequestRow]:
    """The newest refused ones that came after a moment."""
    refused = (site_requests.c.state == "refused") & (site_requests.c.at > since)
    return _found(headquarters, refused, limit)


def list_of(headquarters: Headquarters, given: Sequence[Invitation]) -> list[RequestRow]:
    """Those that took up one of some invitations."""
    taken = [one.used_by for one in given if one.used_by is not None]
    return _found(headquarters, site_requests.c.digest.in_(taken), len(taken))


def list_requests(headquarters: Headquarters, limit: int) -> list[RequestRow]:
    """The newest, the newest first."""
    return _found(headquarters, true(), limit)


def _found(headquarters: Headquarters, wanted: ColumnElement[bool], limit: int) -> list[RequestRow]:
    joined = site_requests.join(invitations, invitations.c.id == site_requests.c.invitation)
    order = site_requests.c.at.desc(), site_requests.c.digest
    query = select(site_requests).select_from(joined).where(wanted).order_by(*order).limit(limit)
    with headquarters.store.reading() as db:
        return [RequestRow(**row) for row in db.execute(query).mappings()]


def _this(digest: str) -> ColumnElement[bool]:
    return site_requests.c.digest == digest


def _row(db: Connection, digest: str) -> RequestRow | None:
    found = db.execute(select(site_requests).where(_this(digest))).mappings().first()
    return RequestRow(**found) if found else None
