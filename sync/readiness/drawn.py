"""A report as HTML: for a page, or as a whole paper for the printer and the archive."""

from collections.abc import Callable
from importlib import resources

from markupsafe import Markup

from sync.moments import moment
from sync.printing.page import Tongue, page
from sync.readiness import plots, rehearsal_words, view
from sync.wire.readiness import ReadinessReport
from sync.words import Words

HERE = "sync.readiness"
# The address of a camera's picture by its digest, or nothing where it is not kept.
Still = Callable[[str], str | None]


def nowhere(digest: str) -> None:
    """Pictures stay at the site: elsewhere there is none."""


def body(
    report: ReadinessReport, tongue: Tongue, still: Still = nowhere, paper: bool = False
) -> Markup:
    """The report itself, to stand on a page of the product (with /look/report.css)."""
    limit = view.limit_of(report, "down") or view.PLAIN_DOWN
    machines = view.by_seat(report)
    about = Words("往返时间分布", "Round trips").in_(tongue.language)
    return page(
        HERE,
        "report_body.html",
        tongue,
        report=report,
        paper=paper,
        verdict=view.verdict_of(report),
        rooms=view.rooms_of(report),
        site_lines=view.lines_of_site(report),
        kinds=view.kinds_of(report),
        server_words=view.server_words,
        levels=view.LEVELS,
        tones=view.TONES,
        listed=view.listed,
        moment=moment,
        step_title=rehearsal_words.step_title,
        step_said=rehearsal_words.step_said,
        still=still,
        heat=lambda room, name: plots.heat_map(room, machines, limit, name),
        trips=plots.trips_plot(report.trips, view.limit_of(report, "round-trip"), about),
    )


def paper(
    report: ReadinessReport, name: str, tongue: Tongue, digest: str = "", still: Still = nowhere
) -> Markup:
    """The whole paper; `digest` is of the signed statement that says the same, if there is one."""
    return page(
        HERE,
        "report.html",
        tongue,
        report=report,
        name=name,
        digest=digest,
        moment=moment,
        css=_css(),
        body=body(report, tongue, still, paper=True),
    )


def _css() -> Markup:
    """Our own style sheets; in a page of its own, because no request leaves it."""
    files = resources.files("sync")
    own = files.joinpath("look", "report.css").read_text("utf-8")
    return Markup(own + files.joinpath("printing", "paper.css").read_text("utf-8"))  # noqa: S704
