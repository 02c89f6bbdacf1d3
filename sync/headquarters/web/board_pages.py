"""The live board of a day."""

from datetime import datetime
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, render_template, request

from sync.headquarters.register import staff
from sync.headquarters.watch import board
from sync.headquarters.web.guard import headquarters, language, now, role
from sync.headquarters.web.live import Boards
from sync.moments import day_of

board_pages = Blueprint("board_pages", __name__)
POLL_MS = 5_000


def today() -> str:
    """The day it is in China."""
    return day_of(now()).isoformat()


def day_asked() -> tuple[str, list[tuple[str, int]]]:
    """`?day=`, or the one that matters now; and all days that have sessions."""
    days = board.list_days(headquarters())
    asked = request.args.get("day", "")
    return board.checked_day(asked) if asked else board.chosen_day(days, today()), days


@board_pages.get("/board")
@role(*staff.DESK)
def board_page() -> str:
    """The frame of the board; board.js fills it."""
    day, days = day_asked()
    said = {**board.PHASES, **board.PROBLEMS}
    return render_template(
        "board.html",
        day=day,
        days=days,
        phases=board.PHASES,
        words={name: words.in_(language()) for name, words in said.items()},
        problems=list(board.PROBLEMS),
        certain=sorted(board.CERTAIN),
        poll_ms=POLL_MS,
    )


@board_pages.get("/board/<day>/rows")
@role(*staff.DESK)
def board_rows(day: str) -> Response:
    """What changed since `?since=`; names too for who knows nothing yet."""
    boards: Boards = current_app.extensions["boards"]
    held = boards.day(board.checked_day(day))
    seen, whole = held.since(
        request.args.get("since", ""),
        lambda: board.standings(headquarters(), day, now()),
        now(),
    )
    told: dict[str, Any] = seen | {"at": now() // board.MINUTE_MS}
    if whole:
        told["names"] = {one.facts.session: _name(one.facts) for one in held.standings()}
    return Response(msgspec.json.encode(told), mimetype="application/json")


def _name(one: board.Facts) -> list[str]:
    start = datetime.fromisoformat(one.starts_at).strftime("%H:%M")
    return [one.site_name, one.name.in_(language()), start, one.site]
