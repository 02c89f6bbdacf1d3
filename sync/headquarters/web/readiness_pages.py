"""A site's readiness report at headquarters: as the site signed it, drawn, and as a file."""

from flask import Blueprint, Response, render_template

from sync.headquarters.intake import premises
from sync.headquarters.intake.readiness import kept_envelope, verify
from sync.headquarters.register.application import FIELDS
from sync.headquarters.register.staff import DESK
from sync.headquarters.web.downloads import file_answer
from sync.headquarters.web.guard import headquarters, language, role
from sync.printing.page import Tongue
from sync.readiness.drawn import body

readiness_pages = Blueprint("readiness_pages", __name__)


@readiness_pages.get("/sites/<site>/readiness/<session>")
@role(*DESK)
def report_page(site: str, session: str) -> str:
    """The newest report of a session, its signature verified now."""
    report = verify(headquarters(), kept_envelope(headquarters(), site, session))
    return render_template(
        "readiness.html",
        site=site,
        report=report,
        drawn=body(report, Tongue(language())),
        compared=premises.comparison(headquarters(), site),
        fields=FIELDS,
        hows=premises.HOWS,
    )


@readiness_pages.get("/sites/<site>/readiness/<session>/statement")
@role(*DESK)
def report_file(site: str, session: str) -> Response:
    """The signed statement itself; `examhq readiness verify` reads it anywhere."""
    data = kept_envelope(headquarters(), site, session)
    return file_answer(data, f"readiness-{site}-{session}.json", "application/json")
