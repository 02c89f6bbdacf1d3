"""Pages of released results: how far a session has come, its list, transcripts, files, checks."""

import re

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from sync.errors import NotFound
from sync.exam.item_analysis import FEW
from sync.headquarters.marking.results import OUTCOMES
from sync.headquarters.planning import sessions
from sync.headquarters.released import acts, platform, plots, qti_results, statistics, transcripts
from sync.headquarters.released.errors import ListRefused
from sync.headquarters.released.lists import normal_code
from sync.headquarters.released.reading import Checked, check
from sync.headquarters.released.story import Story, story
from sync.headquarters.released.taking import WHAT
from sync.headquarters.web.downloads import file_answer, sheet_answer
from sync.headquarters.web.guard import headquarters, language, role, stamp

released_pages = Blueprint("released_pages", __name__)


@released_pages.get("/sessions/<session>/results")
@role("exam-officer", "auditor")
def results_of_session(session: str) -> str:
    """Marked, reconciled, proposed, released, exported: what is done and who does what next."""
    row = sessions.show_session(headquarters(), session)
    found = story(headquarters(), session)
    return render_template(
        "released.html",
        row=row,
        story=found,
        counts=_counts(found),
        codes=found.last.list.codes() if found.last else [],
        mappings=platform.list_mappings(headquarters()),
        parts=transcripts.parts(len(found.last.list.lines)) if found.last else 0,
        what=WHAT,
        plots=_plots(found),
    )


def _counts(found: Story) -> dict[str, int]:
    """outcome → how many, of what is final now."""
    outcomes = [line.outcome for line in found.now.list.lines]
    return {name: outcomes.count(name) for name in OUTCOMES if name in outcomes}


def _plots(found: Story) -> list[plots.Histogram]:
    lines = (*found.now.list.lines, *(one.line for one in found.now.held))
    return plots.histograms(lines, language())


@released_pages.post("/sessions/<session>/results/proposal")
@role("exam-officer")
def propose_results(session: str) -> Answer:
    """Fix what is final now as a list for another officer."""
    form = request.form
    reason, partial = form.get("reason", ""), form.get("partial") == "1"
    acts.propose(headquarters(), stamp(), session, reason=reason, partial=partial)
    return redirect(f"/sessions/{session}/results", 303)


@released_pages.post("/sessions/<session>/results/decision")
@role("exam-officer")
def decide_results(session: str) -> Answer:
    """Release the list that was looked at, or take it back."""
    form = request.form
    number, said = form.get("number", ""), form.get("decision")
    if not re.fullmatch("[0-9]{1,9}", number):
        raise NotFound(what=number[:20])
    if said == "release":
        acts.release(headquarters(), stamp(), session, int(number), form.get("digest", ""))
    elif said == "withdraw":
        acts.refuse(headquarters(), stamp(), session, int(number))
    else:
        raise ListRefused(reason_zh="未作决定", reason_en="neither released nor taken back")
    return redirect(f"/sessions/{session}/results", 303)


@released_pages.get("/sessions/<session>/transcripts.pdf")
@role("exam-officer")
def transcripts_file(session: str) -> Response:
    """Transcripts of the last release, fifty a file, or one candidate's."""
    admission, part = request.args.get("admission"), request.args.get("part", "1")
    if not re.fullmatch("[1-9][0-9]{0,3}", part):
        raise NotFound(what=part[:20])
    made = transcripts.transcripts(
        headquarters(), stamp(), session, admission=admission, part=int(part)
    )
    # One person's file must not be taken for the fifty's.
    return file_answer(made, f"transcripts-{session}-{admission or part}.pdf", "application/pdf")


@released_pages.get("/sessions/<session>/platform.xlsx")
@role("exam-officer")
def platform_file(session: str) -> Response:
    """The last release in the columns of a certificate platform."""
    name = request.args.get("mapping", platform.SAMPLE)
    made = platform.platform_sheet(headquarters(), stamp(), session, name)
    return sheet_answer(made, f"platform-{session}")


@released_pages.get("/sessions/<session>/qti-results.zip")
@role("exam-officer")
def qti_file(session: str) -> Response:
    """The last release as QTI results reports."""
    made = qti_results.qti_reports(headquarters(), stamp(), session)
    return file_answer(made, f"qti-results-{session}.zip", "application/zip")


@released_pages.get("/results/verify")
@role("exam-officer", "auditor")
def verify_page() -> str:
    """The code of a transcript against what was released."""
    text = request.args.get("code", "").strip()[:40]
    return render_template(
        "verify.html", text=text, found=_checked(text), masked=transcripts.masked
    )


def _checked(text: str) -> Checked | None:
    if normal_code(text) is None:
        return None
    try:
        return check(headquarters(), text)
    except NotFound:
        return None


@released_pages.get("/results/sites")
@role("exam-officer", "auditor")
def sites_page() -> str:
    """Released results by site, with who is too few to be told apart from."""
    found = statistics.statistics(headquarters())
    return render_template(
        "result_sites.html", found=found, few=FEW, plots=plots.site_plots(found, language())
    )


@released_pages.get("/results/sites.xlsx")
@role("exam-officer", "auditor")
def sites_file() -> Response:
    """The same as a sheet to be handed on."""
    return sheet_answer(statistics.statistics_sheet(headquarters(), stamp()), "result-sites")
