"""The roster of a session at the desk: looked at row by row, photos, more time for a candidate."""

import base64
import binascii
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from sync.errors import RosterUnreadable
from sync.exam.seating import RULES
from sync.headquarters.planning import arrangements, photos, rosters, sessions
from sync.headquarters.planning.roster_preview import preview_roster
from sync.headquarters.planning.rosters import Seating
from sync.headquarters.register.staff import DESK
from sync.headquarters.web.downloads import sheet_answer
from sync.headquarters.web.guard import headquarters, role, stamp
from sync.wire.passwords import new_token

roster_pages = Blueprint("roster_pages", __name__)
OFFICER = "exam-officer"
PLACE = "/rosters/<session>"
MOST_SHEET = 2 * 1024 * 1024
MOST_ZIP = 8 * 1024 * 1024
HIGHEST_SEAT = 9999


@roster_pages.get(PLACE)
@role(*DESK)
def roster_page(session: str) -> str:
    """Everybody on the roster, with photo and more time; and where a sheet is taken."""
    with headquarters().store.reading() as db:
        people = rosters.candidate_plans(db, session)
        pictured = photos.photos_of(db, session).photos.keys()
    return render_template(
        "roster.html",
        row=sessions.show_session(headquarters(), session),
        sittings=sessions.list_sittings(headquarters(), session),
        people=people,
        pictured=pictured,
        rules=RULES,
    )


@roster_pages.get("/rosters/template.xlsx")
@role(OFFICER)
def roster_template() -> Response:
    """An empty roster sheet with all columns as text."""
    return sheet_answer(rosters.template(), "roster")


@roster_pages.post(f"{PLACE}/preview")
@role(OFFICER)
def roster_preview(session: str) -> str:
    """What each row of the sheet would do; nothing is taken."""
    sent = request.files.get("sheet")
    data = sent.stream.read(MOST_SHEET + 1) if sent else b""
    asked = _asked()
    with _file(data) as path:
        found = preview_roster(
            headquarters(),
            stamp(),
            session=session,
            sitting=asked["sitting"],
            file=path,
            replace=bool(asked["replace"]),
            seating=_seating(asked),
        )
    return render_template(
        "roster_preview.html",
        row=sessions.show_session(headquarters(), session),
        found=found,
        asked=asked,
        sheet=base64.b64encode(data).decode("ascii"),
    )


@roster_pages.post(f"{PLACE}/import")
@role(OFFICER)
def roster_import(session: str) -> Answer:
    """Take the sheet that was looked at; it is checked again, and taken whole or not at all."""
    request.max_form_memory_size = 2 * MOST_SHEET
    asked = _asked()
    try:
        data = base64.b64decode(request.form.get("sheet", ""), validate=True)
    except binascii.Error as error:
        raise RosterUnreadable(reason=str(error)) from None
    with _file(data) as path:
        rosters.import_roster(
            headquarters(),
            stamp(),
            session=session,
            sitting=asked["sitting"],
            file=path,
            replace=bool(asked["replace"]),
            seating=_seating(asked),
        )
    return redirect(f"/rosters/{session}", 303)


@roster_pages.post(f"{PLACE}/photos")
@role(OFFICER)
def take_photos(session: str) -> Answer:
    """Photos out of a zip of files named by admission number, all or none."""
    sent = request.files.get("photos")
    with _file(sent.stream.read(MOST_ZIP + 1) if sent else b"", ".zip") as path:
        photos.import_photos(headquarters(), stamp(), session=session, source=path)
    return redirect(f"/rosters/{session}", 303)


@roster_pages.post(f"{PLACE}/extra-time")
@role(OFFICER)
def extra_time(session: str) -> Answer:
    """More time for a candidate in every paper of the session; 0 takes it back."""
    said = request.form.get("minutes", "")
    arrangements.grant(
        headquarters(),
        stamp(),
        session=session,
        admission=request.form.get("admission", "")[:20],
        # What is no number is refused as one that nobody may grant.
        minutes=int(said) if said.isascii() and said.isdecimal() and len(said) <= 4 else -1,
        reason=request.form.get("reason", ""),
    )
    return redirect(f"/rosters/{session}", 303)


def _asked() -> dict[str, str]:
    """What was chosen beside the sheet, for the second form as for the first."""
    names = ("sitting", "replace", "seats", "first")
    return {name: request.form.get(name, "")[:60] for name in names}


def _seating(asked: dict[str, str]) -> Seating | None:
    rule = next((one for one in RULES if one == asked["seats"]), None)
    said = asked["first"]
    first = int(said) if said.isascii() and said.isdecimal() and len(said) <= 4 else 1
    return Seating(rule, max(1, min(first, HIGHEST_SEAT)), new_token()) if rule else None


@contextmanager
def _file(data: bytes, suffix: str = ".xlsx") -> Iterator[Path]:
    """What came with the request, as a file that goes away again."""
    with tempfile.TemporaryDirectory(dir=headquarters().folder / "incoming") as folder:
        path = Path(folder) / f"sent{suffix}"
        path.write_bytes(data)
        yield path
