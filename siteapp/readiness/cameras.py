"""What the site knows of its cameras, for the report of a session."""

from collections.abc import Iterable

from siteapp.cameras.service import Cameras
from siteapp.config import Settings
from siteapp.errors import CameraListDamaged
from siteapp.readiness.camera_checks import (
    Seen,
    gathered_cameras,
    judge_cameras,
    judge_cover,
    reported,
)
from siteapp.readiness.report import Around
from siteapp.readiness.rooms import RoomPlan
from sync.exam.sitting import SessionPlan
from sync.wire.readiness import Finding


def seen_now(cameras: Cameras, settings: Settings, now: int) -> list[Seen]:
    """Every listed camera as it was last seen."""
    return judge_cameras(cameras.book.cameras(), cameras.stills.looks(), settings.number, now)


def rooms_of(plan: SessionPlan, drawn: Iterable[RoomPlan]) -> dict[str, set[int]]:
    """The seats of each room: as drawn, and of the session's own room all that it has."""
    rooms = {room.name: {place.seat for place in room.places} for room in drawn}
    if plan.room:
        rooms.setdefault(plan.room, {one.seat for one in plan.candidates})
    return rooms


def with_cameras(
    around: Around, cameras: Cameras, settings: Settings, plan: SessionPlan, now: int
) -> Around:
    """The same, with the cameras: uncovered seats may decide, a single camera's fault does not."""
    try:
        seen = seen_now(cameras, settings, now)
    except CameraListDamaged as error:
        # One more thing that is not known; the report goes on.
        bad = Finding("camera-cover", "unknown", None, None, error.code, ())
        return around._replace(findings=(*around.findings, bad))
    rooms, seats = rooms_of(plan, around.rooms), [one.seat for one in plan.candidates]
    required = settings.text("cameras_required") == "on"
    return around._replace(
        cameras=reported(seen, rooms, seats),
        findings=(*around.findings, judge_cover(seen, rooms, seats, required)),
        asides=(*around.asides, *gathered_cameras(seen)),
    )
