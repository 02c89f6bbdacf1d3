"""The unlock codes as a page that stands by itself, to print away from the service."""

from importlib import resources

from flask import render_template
from markupsafe import Markup

from sync.headquarters.planning import publish, sessions
from sync.headquarters.register import sites
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.web.app import create_app
from sync.words import Language


def codes_file(
    headquarters: Headquarters, by: Stamp, session: str, lang: Language, official: int | None = None
) -> str:
    """One sheet for each official (or for one of them); that it was made is recorded."""
    row = sessions.show_session(headquarters, session)
    codes = publish.unlock_codes(headquarters, by, session)
    site = sites.show_site(headquarters, row.site)
    with create_app(headquarters).test_request_context(f"/?lang={lang}"):
        return render_template(
            "codes_file.html",
            row=row,
            site=site,
            codes=list(enumerate(codes, start=1))[slice(official and official - 1, official)],
            package=publish.package_of(headquarters, session),
            printed_at=by.at,
            style=_style(),
        )


def _style() -> Markup:
    base = resources.files("sync").joinpath("look", "base.css").read_text("utf-8")
    own = resources.files("sync.headquarters.web").joinpath("static", "hq.css").read_text("utf-8")
    # Our own style sheets, not anybody's input.
    return Markup(base + own)  # noqa: S704
