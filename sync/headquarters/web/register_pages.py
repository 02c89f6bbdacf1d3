"""Pages of the register: sites, and their applications from the form to the outcome.

Whoever reviews or reads sees what a school states; its contact and the stamped form, which names
people too, are for exam officers alone.
"""

from datetime import date, timedelta
from typing import Any, cast, get_args

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response as Answer

from sync.headquarters.intake import premises
from sync.headquarters.intake.contacts import read_contacts
from sync.headquarters.intake.readiness import read_reports
from sync.headquarters.register import applications, quotas, sites, stamped
from sync.headquarters.register.application import (
    ACTS,
    EDITABLE,
    FIELDS,
    NUMBERS,
    PERSONAL,
    STATES,
    Act,
    Application,
    Approval,
    Stated,
    acts_from,
    certificates,
    check_approval,
    qualifications,
)
from sync.headquarters.register.refusals import ApplicationIncomplete
from sync.headquarters.register.roll import rows_of_sites
from sync.headquarters.register.staff import DESK
from sync.headquarters.web.downloads import file_answer
from sync.headquarters.web.guard import headquarters, may, now, role, stamp
from sync.headquarters.web.paging import PAGE, page_asked
from sync.moments import day_of
from sync.words import Words

register_pages = Blueprint("register_pages", __name__)
OFFICER = "exam-officer"
# A site applies again every few years; older ones are at the shell.
MOST_SHOWN = 50
TONES = {"approved": "good", "submitted": "warn", "returned": "warn", "granted": "good"}
TONES |= {"refused": "bad", "revoked": "bad"}


def today() -> date:
    """The day in Beijing."""
    return day_of(now())


def sites_listed() -> dict[str, Any]:
    """What the list of sites shows, a page at a time."""
    text = request.args.get("text", "").strip()
    page, asked = page_asked(), request.args.get("report", "")
    needs = {one.site: one.needs for one in premises.sites_by_need(headquarters(), now())}
    among = [s for s, of in needs.items() if asked in of] if asked in premises.NEEDS else None
    found, total = rows_of_sites(headquarters(), today(), text, PAGE + 1, page.offset, among)
    shown = found[:PAGE]
    heard = {one.site: one for one in read_contacts(headquarters(), [one.id for one in shown])}
    listed = {"sites": shown, "total": total, "page": page.of(found), "text": text}
    listed |= {"needs": needs, "need_words": premises.NEEDS, "need": asked}
    return listed | {"heard": heard} | _names()


@register_pages.get("/sites/<site>")
@role(*DESK)
def site_page(site: str) -> str:
    """One site: enrolment, approvals, applications with their history, quota of the year."""
    year = today().year
    enrolled = sites.find_site(headquarters(), site)
    found = applications.list_some(headquarters(), MOST_SHOWN, site)
    if enrolled is None and not found:
        raise NoSuchPage
    return render_template(
        "register_site.html",
        site=site,
        enrolled=enrolled,
        applications=found,
        name=enrolled.name if enrolled else found[0].stated.name,
        year=year,
        quotas=quotas.list_quotas(headquarters(), year, site),
        today=today().isoformat(),
        reports=read_reports(headquarters(), site, MOST_SHOWN),
        compared=premises.comparison(headquarters(), site),
        hows=premises.HOWS,
        heard=next(iter(read_contacts(headquarters(), [site])), None),
        **_names(),
    )


@register_pages.get("/applications/new")
@role(OFFICER)
def new_application() -> str:
    """The form of an application, empty."""
    site = request.args.get("site", "")
    return render_template("application_form.html", one=None, site=site, said={}, **_names())


@register_pages.post("/applications")
@role(OFFICER)
def create() -> Answer:
    """Enter an application; with its stamped form if that came along."""
    site = request.form.get("site", "").strip()
    number = applications.create(headquarters(), stamp(), site, _stated())
    _attach(number)
    return redirect(f"/applications/{number}", 303)


@register_pages.get("/applications/<int:number>")
@role(*DESK)
def application_page(number: int) -> str:
    """One application: its fields, its history, and the review."""
    one = applications.show(headquarters(), number)
    return render_template(
        "application.html",
        one=one,
        acts=[act for act in acts_from(one.state) if may("exam-officer")],
        words=ACTS,
        editable=one.state in EDITABLE and may("exam-officer"),
        hidden=() if may("exam-officer") else PERSONAL,
        days=(today().isoformat(), (today() + timedelta(days=3 * 365)).isoformat()),
        offered=_offered(one),
        **_names(),
    )


def _offered(one: Application) -> list[tuple[str, Words]]:
    """What the review can approve: what was applied for, and each level of it by itself."""
    asked = one.stated.certificates
    return [
        (code, title)
        for code, title in certificates().items()
        if any(code == name or code.startswith(f"{name}-") for name in asked)
    ]


@register_pages.get("/applications/<int:number>/edit")
@role(OFFICER)
def edit_form(number: int) -> str:
    """The form of a draft, or of one that was sent back, as it is filled in."""
    one = applications.show(headquarters(), number)
    said = {name: getattr(one.stated, name) for name in FIELDS}
    return render_template("application_form.html", one=one, site=one.site, said=said, **_names())


@register_pages.post("/applications/<int:number>/edit")
@role(OFFICER)
def edit(number: int) -> Answer:
    """Keep what was changed."""
    applications.edit(headquarters(), stamp(), number, _stated())
    _attach(number)
    return redirect(f"/applications/{number}", 303)


def _stated() -> Stated:
    """The fields of the form; ApplicationIncomplete."""
    said: dict[str, Any] = {name: request.form.get(name, "").strip() for name in FIELDS}
    said["certificates"] = tuple(request.form.getlist("certificates"))
    for name in NUMBERS:
        digits = said[name]
        said[name] = int(digits[:9]) if digits.isascii() and digits.isdecimal() else -1
    return Stated(**said)


def _attach(number: int) -> None:
    sent = request.files.get("form")
    if sent and sent.filename:
        data = sent.stream.read(stamped.MOST + 1)
        applications.attach(headquarters(), stamp(), number, data, sent.filename)


@register_pages.post("/applications/<int:number>/form")
@role(OFFICER)
def attach(number: int) -> Answer:
    """Keep the stamped form."""
    _attach(number)
    return redirect(f"/applications/{number}", 303)


@register_pages.get("/applications/<int:number>/form")
@role(OFFICER)
def form_file(number: int) -> Response:
    """The stamped form to save, never to be opened here; that it was taken is recorded."""
    form, data = applications.read_form(headquarters(), stamp(), number)
    response = file_answer(data, f"application-{number}.{form.kind}")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@register_pages.post("/applications/<int:number>/steps")
@role(OFFICER)
def step(number: int) -> Answer:
    """Submit, send back, approve, refuse or revoke."""
    act = request.form.get("act", "")
    if act not in get_args(Act):
        raise ApplicationIncomplete([Words(f"没有步骤 {act}", f"no step {act}")])
    named: tuple[Approval, ...] = ()
    if act == "approve":
        days = request.form.get("first_day", ""), request.form.get("last_day", "")
        named = check_approval(tuple(request.form.getlist("named")), *days)
    why = request.form.get("why", "")[:500]
    applications.advance(headquarters(), stamp(), number, cast(Act, act), why, named)
    return redirect(f"/applications/{number}", 303)


def _names() -> dict[str, Any]:
    return {
        "fields": FIELDS,
        "numbers": NUMBERS,
        "personal": PERSONAL,
        "state_words": STATES,
        "tones": TONES,
        "titles": certificates(),
        "qualifications": qualifications(),
    }
