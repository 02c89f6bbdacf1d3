"""For who invigilates: which candidates' machines did not pass, and which nobody checked."""

from typing import Any

from flask import Blueprint

from siteapp.readiness.report import Around, Looked, from_rows, look_at
from siteapp.store import checked
from siteapp.web.asked import wants
from siteapp.web.guard import STAFF, role, site
from sync.readiness.catalogue import CATALOGUE

room_checks = Blueprint("room_checks", __name__)


@room_checks.get("/api/room/<session_id>/checks")
@role(*STAFF)
def machine_checks(session_id: str) -> dict[str, Any]:
    """By seat, of this session's candidates: shown, and nobody is kept from anything by it."""
    live = site().live
    seats = {c.seat for c in live.session(session_id).plan.candidates}
    machines = from_rows(checked.all_checked(live.rows))
    around = Around(wants=wants())
    looked = look_at(machines, site().settings.number, live.clock.wall(), around)
    of_seats = {seat: failed for one in looked if (seat := one.checked.report.seat) in seats
                if (failed := _failed(one))}  # fmt: skip
    known = {one.checked.report.seat for one in looked}
    return {
        "failing": [{"seat": seat, "checks": of_seats[seat]} for seat in sorted(of_seats)],
        "unchecked": sorted(seats - known),
        "seats": len(seats),
    }


def _failed(one: Looked) -> list[dict[str, str]]:
    titles = [CATALOGUE[f.check].title for f in one.findings if f.level == "fail"]
    return [{"zh": title.zh, "en": title.en} for title in titles]
