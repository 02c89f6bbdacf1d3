"""Transcripts: a page for each line of a released list, with the code that it is checked by."""

import base64
from collections.abc import Sequence
from importlib import resources
from typing import NamedTuple

import segno
from markupsafe import Markup

from sync.errors import NotFound
from sync.headquarters.marking.results import OUTCOMES
from sync.headquarters.planning.photos import photos_of
from sync.headquarters.released.lists import Line
from sync.headquarters.released.reading import Proposed, released
from sync.headquarters.released.taking import taken
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters
from sync.moments import moment
from sync.printing.page import Tongue, page
from sync.printing.pdf import pdf
from sync.words import Words

HERE = "sync.headquarters.released"
# Chinese first and English beside it: one paper for all.
TONGUE = Tongue("zh", beside=True)
# As many pages as one PDF holds: six seconds of a processor and 300 MB with the largest photos.
PART = 50
SHOWN_FIRST, SHOWN_LAST = 6, 4
REACHED = {
    **OUTCOMES,
    "passed": Words("合格", "passed"),
    "elsewhere": Words("本场次未考", "not sat in this session"),
}


class Sheet(NamedTuple):
    """One page."""

    line: Line
    code: str
    photo: str | None


def parts(count: int) -> int:
    """How many PDFs so many transcripts are."""
    return max(1, -(-count // PART))


def transcripts(
    headquarters: Headquarters,
    by: Stamp,
    session: str,
    *,
    release: int | None = None,
    admission: str | None = None,
    part: int = 1,
) -> bytes:
    """The PDF of one candidate's transcripts, or of a part of a session's; recorded.

    NothingReleased before the first release; NotFound for somebody whom it does not have.
    """
    found = released(headquarters, session, release)
    sheets = _sheets(headquarters, found, admission)
    chosen = sheets if admission else sheets[(part - 1) * PART : part * PART]
    if not chosen:
        raise NotFound(what=f"{session} {admission or part}"[:80])
    made = pdf(drawn(found, chosen))
    taken(headquarters, by, found, "transcripts", rows=len(chosen))
    return made


def _sheets(headquarters: Headquarters, found: Proposed, admission: str | None) -> list[Sheet]:
    with headquarters.store.reading() as db:
        photos = photos_of(db, found.session).photos
    return [
        Sheet(line, code, _picture(photos.get(line.admission)))
        for line, code in zip(found.list.lines, found.list.codes(), strict=True)
        if admission in (None, line.admission)
    ]


def drawn(found: Proposed, sheets: Sequence[Sheet]) -> str:
    """The pages as HTML, with their style in them."""
    return str(
        page(
            HERE,
            "transcript.html",
            TONGUE,
            css=_css(),
            found=found,
            sheets=sheets,
            outcomes=OUTCOMES,
            reached=REACHED,
            masked=masked,
            moment=moment,
            qr=_qr,
        )
    )


def masked(identity: str) -> str:
    """An identity number as a paper that goes from hand to hand has it: without the birthday."""
    hidden = len(identity) - SHOWN_FIRST - SHOWN_LAST
    if hidden <= 0:
        return "*" * len(identity)
    return identity[:SHOWN_FIRST] + "*" * hidden + identity[-SHOWN_LAST:]


def _qr(text: str) -> str:
    return str(segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=2))


def _picture(data: bytes | None) -> str | None:
    return (
        None if data is None else "data:image/jpeg;base64," + base64.b64encode(data).decode("ascii")
    )


def _css() -> Markup:
    """Our own style sheets; in the page itself, because it asks nobody for anything."""
    paper = resources.files("sync.printing").joinpath("paper.css").read_text("utf-8")
    own = resources.files(HERE).joinpath("templates", "transcript.css").read_text("utf-8")
    return Markup(paper + own)  # noqa: S704
