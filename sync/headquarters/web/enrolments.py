"""How boxes become sites: their requests, and the pages of the officers who invite and confirm."""

import base64
import hashlib
from typing import Any

import segno
from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from sync.errors import REFUSALS, DocumentAltered, ExamError, WordsDiffer, WordUnknown
from sync.headquarters.register import invitations, site_requests
from sync.headquarters.register.keys import DAY_MS
from sync.headquarters.register.staff import DESK
from sync.headquarters.web.guard import PUBLIC, headquarters, language, now, role, stamp
from sync.headquarters.web.register_pages import sites_listed
from sync.wire.documents import to_bytes

enrolments = Blueprint("enrolments", __name__)
MOST = 16 * 1024
# Older ones, and more, are in the audit.
REFUSED_SHOWN_MS, MOST_SHOWN = 30 * DAY_MS, 20
# The newest; `examhq site invitations` lists more.
MOST_GIVEN = 100


@enrolments.put("/api/v1/enrolments/<digest>")
@role(PUBLIC)
def enrol(digest: str) -> Response:
    """A box's request: 202 until its six words are confirmed, then 200 with the answer.

    It carries its token's signature; who brings it does not matter.
    """
    envelope = request.get_data()[:MOST]
    if hashlib.sha256(envelope).hexdigest() != digest:
        raise DocumentAltered(where="request")
    found = site_requests.take_request(headquarters(), envelope, request.remote_addr or "", now())
    if found is None:
        return make_response(jsonify({"state": "waiting"}), 202)
    response = make_response(found)
    response.mimetype = "application/json"
    return response


@enrolments.get("/sites")
@role(*DESK)
def site_list() -> str:
    """The register of sites, what was given to them, and the boxes that came."""
    return _sites_page(None)


def _sites_page(error: ExamError | None) -> str:
    given = invitations.list_invitations(headquarters(), MOST_GIVEN)
    came = site_requests.list_of(headquarters(), given)
    waiting = site_requests.list_waiting(headquarters(), MOST_GIVEN)
    since = now() - REFUSED_SHOWN_MS
    return render_template(
        "sites.html",
        **sites_listed(),
        waiting=waiting,
        refused=site_requests.list_refused(headquarters(), since, MOST_SHOWN),
        compared={row.digest for row in came if row.state == "waiting"},
        names=invitations.names_of(headquarters(), [row.invitation for row in waiting]),
        most=MOST_GIVEN,
        error=error,
        given=[(one, one.standing(now())) for one in given],
        enrolled={row.digest: row for row in came if row.state == "enrolled"},
        own_address=request.host_url.rstrip("/"),
        six=_six,
        refusal=lambda code: REFUSALS[code].message.in_(language()),
    )


def _six(row: site_requests.RequestRow) -> list[tuple[str, str]]:
    """The words as they are shown: in both languages, as either may be read out."""
    return list(zip(row.six.in_("zh"), row.six.in_("en"), strict=True))


@enrolments.post("/sites/invitations")
@role("exam-officer")
def invite() -> Response:
    """A new bundle: its page is shown once, for its token is kept nowhere."""
    form = request.form
    bundle = invitations.invite(
        headquarters(),
        stamp(),
        site=form.get("site", "").strip(),
        name=form.get("name", "").strip(),
        address=form.get("address", "").strip().rstrip("/"),
        days=min(max(form.get("days", invitations.DAYS, type=int), 1), 365),
    )
    data = to_bytes(bundle)
    page = render_template(
        "invitation.html",
        bundle=bundle,
        token=bundle.key.public.key_id,
        qr=qr(data),
        file=base64.b64encode(data).decode("ascii"),
        made_at=now(),
        waits=invitations.show_invitation(headquarters(), bundle.key.public.key_id).waits,
    )
    return make_response(page, 201)


def qr(data: bytes) -> Markup:
    """The QR code of a bundle as SVG."""
    drawn: Any = segno.make(data, error="m", micro=False)
    # What segno draws holds nothing of the data but its modules.
    return Markup(drawn.svg_inline(scale=5, border=4, svgclass="qr"))  # noqa: S704


@enrolments.post("/sites/invitations/<invitation>/withdraw")
@role("exam-officer")
def withdraw(invitation: str) -> Answer:
    """Take a bundle back."""
    invitations.withdraw(headquarters(), stamp(), invitation)
    return redirect("/sites", 303)


@enrolments.post("/sites/invitations/<invitation>/allow")
@role("exam-officer")
def allow(invitation: str) -> Answer:
    """A second officer allows a replacement."""
    invitations.allow(headquarters(), stamp(), invitation)
    return redirect("/sites", 303)


@enrolments.post("/sites/requests/<digest>/confirm")
@role("exam-officer")
def confirm(digest: str) -> Answer:
    """The words that the site read out; those that differ are named on the page."""
    said = " ".join(request.form.getlist("word"))
    try:
        site_requests.confirm(headquarters(), stamp(), digest, said[:400])
    except (WordsDiffer, WordUnknown) as error:
        return make_response(_sites_page(error), error.http_status)
    return redirect(f"/sites?lang={language()}", 303)
