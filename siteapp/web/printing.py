"""Papers of a session: as pages to print, as PDF, and all in one file."""

import msgspec
from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from siteapp.forms.drawn import css, drawn, jpeg, parts
from siteapp.forms.gather import Facts, gather
from siteapp.forms.kinds import ADMINISTRATOR, CHIEF, KINDS, Kind
from siteapp.site import Site
from siteapp.web.guard import ROOM, member, role, site
from siteapp.web.headers import HEADERS
from sync.errors import NotFound
from sync.printing.pdf import pdf

printing = Blueprint("printing", __name__)
# Papers of which each candidate has one.
EACH = ("tickets", "labels")
PAPERS = "/admin/sessions/<session_id>/papers"


@printing.get("/forms.css")
@role(ROOM)
def style() -> Response:
    """How papers look; nobody's secret."""
    return Response(css(), mimetype="text/css", headers=HEADERS)


def _collect(the: Site, session_id: str, kind: Kind, paged: bool) -> Facts:
    session, at = the.live.session(session_id), the.live.clock.wall()

    def photo(admission: str) -> str:
        try:
            data = the.shelf.photo(session, admission)
        except NotFound:
            return ""
        # A page fetches its photos one by one; a PDF has them in it.
        return f"/api/room/{session_id}/photos/{admission}" if paged else jpeg(data)

    return gather(the.live.rows, the.identity, the.spool, session_id, kind.needs, at, photo)


def _facts(session_id: str, kind: Kind, paged: bool = True) -> Facts:
    """What the paper says now; that somebody printed it is in the audit log.

    `?admission=` prints one candidate's again, of a paper that has one for each; NotFound if nobody
    has that number.
    """
    facts, one = _collect(site(), session_id, kind, paged), request.args.get("admission", "")
    if one and kind.id in EACH:
        only = tuple(c for c in facts.plan.candidates if c.admission == one)
        if not only:
            raise NotFound(what=one[:40])
        facts = facts._replace(plan=msgspec.structs.replace(facts.plan, candidates=only))
        # Another word than the whole paper's: who prints one again has not printed all.
        site().staff.audit(member().name, "print", f"{session_id} {kind.id} {one}")
        return facts
    site().staff.audit(member().name, "print", f"{session_id} {kind.id}")
    return facts


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise NotFound(what=name[:40])
    return KINDS[name]


def _as_pdf(session_id: str, kind: Kind) -> Response:
    facts = _facts(session_id, kind, paged=False)
    many, part = parts(kind.id, len(facts.plan.candidates)), request.args.get("part", 1, int)
    if not 1 <= part <= many:
        raise NotFound(what=f"{kind.id} {part}")
    name = f"{session_id}-{kind.id}{f'-{part}' if many > 1 else ''}.pdf"
    return _file(pdf(drawn(kind.id, facts, part)), name, "application/pdf")


def _file(data: bytes, name: str, kind: str) -> Response:
    response = Response(data, mimetype=kind, headers=HEADERS)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@printing.get(PAPERS)
@role(ADMINISTRATOR, CHIEF)
def papers_page(session_id: str) -> str:
    """Every paper of a session, with what it is for."""
    session = site().live.session(session_id)
    kinds = [one for one in KINDS.values() if member().role in one.roles]
    return render_template(
        "administrator-papers.html",
        session=session,
        kinds=kinds,
        parts={one.id: parts(one.id, len(session.plan.candidates)) for one in kinds},
        making=site().making.told(session_id),
    )


@printing.get(f"{PAPERS}/record")
@role(ADMINISTRATOR, CHIEF)
def record_page(session_id: str) -> str:
    """The room record, to be printed."""
    return drawn("record", _facts(session_id, KINDS["record"]))


@printing.get(f"{PAPERS}/record.pdf")
@role(ADMINISTRATOR, CHIEF)
def record_pdf(session_id: str) -> Response:
    """The room record for the archive."""
    return _as_pdf(session_id, KINDS["record"])


@printing.get(f"{PAPERS}/<kind>")
@role(ADMINISTRATOR)
def paper_page(session_id: str, kind: str) -> str:
    """One paper, to be printed."""
    return drawn(_kind(kind).id, _facts(session_id, _kind(kind)))


@printing.get(f"{PAPERS}/<kind>.pdf")
@role(ADMINISTRATOR)
def paper_pdf(session_id: str, kind: str) -> Response:
    """One paper for the archive; `?part=` where it is kept in several files."""
    return _as_pdf(session_id, _kind(kind))


@printing.post(f"{PAPERS}/all")
@role(ADMINISTRATOR)
def make_all(session_id: str) -> AnyResponse:
    """Make all papers as PDF; the page shows how far it is. NotReady while others are made."""
    the = site()
    the.live.session(session_id)
    the.making.begin(session_id, lambda kind: _collect(the, session_id, kind, False))
    the.staff.audit(member().name, "print", f"{session_id} *")
    return redirect(f"/admin/sessions/{session_id}/papers", 303)


@printing.get(f"{PAPERS}/all.zip")
@role(ADMINISTRATOR)
def all_papers(session_id: str) -> Response:
    """The file with all of them, as they were when they were made."""
    return _file(site().making.take(session_id), f"{session_id}.zip", "application/zip")


@printing.get("/api/papers/<session_id>")
@role(ADMINISTRATOR)
def making_state(session_id: str) -> dict[str, object]:
    """How far the making of all papers is."""
    return site().making.told(site().live.session(session_id).plan.id)
