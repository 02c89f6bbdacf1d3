"""A readiness report and what can be wrong with one."""

import msgspec

from sync.wire.readiness import (
    Camera,
    CheckedMachine,
    Finding,
    Place,
    Premises,
    ReadinessReport,
    Rehearsal,
    Room,
    Server,
    Step,
)
from vectoring.cast import AT, SESSION, SITE
from vectoring.container import drop, field
from vectoring.contents import Wrong

READY = ReadinessReport(
    site=SITE,
    session=SESSION,
    serial=2,
    at=AT,
    ready=False,
    candidates=2,
    seats_ready=1,
    spares=1,
    premises=Premises(
        1, (Server("main", 8, 16_000, 240_000), Server("spare", None, None, None)), 2, 1
    ),
    rooms=(
        Room("301 机房", False, 2, 1, 1, (Place(7, 1, 1, False), Place(8, 1, 3, True))),
        Room("", True, 0, 0, 0, ()),
    ),
    trips=(0, 18, 2, 0, 0, 0, 0, 1),
    findings=(
        Finding("screen", "fail", 1024, 1366, "1024 × 768", (7,)),
        Finding("temperature", "unknown", None, 80, "", ()),
    ),
    machines=(CheckedMachine(7, "fail", "Chromium 96", 4, None, 1024, 768, 3, 94_000, None),),
    cameras=(
        Camera("前门", "camera", "warn", "ef" * 32, (7, 8)),
        Camera("录像机", "recorder", "unknown", None, ()),
    ),
    rehearsal=Rehearsal(AT, "ok", (Step("server-cable", "ok", 4200, "2"),)),
)
_ROOM, _FINDING = msgspec.to_builtins((READY.rooms[1], READY.findings[1]))
FAULTS: list[tuple[str, Wrong]] = [
    ("ready-number", field("ready", to=1)),
    ("seat-0", field("machines", 0, "seat", to=0)),
    ("level-unknown-word", field("findings", 0, "level", to="good")),
    ("value-negative", field("findings", 0, "value", to=-1)),
    ("said-too-long", field("findings", 0, "said", to="长" * 201)),
    ("check-in-capitals", field("findings", 0, "check", to="Screen")),
    ("cameras-missing", drop("premises", "cameras")),
    ("machines-null", field("machines", to=None)),
    ("trips-of-seven-groups", field("trips", to=[0] * 7)),
    ("rooms-missing", drop("rooms")),
    ("rooms-65", field("rooms", to=[_ROOM] * 65)),
    ("findings-501", field("findings", to=[_FINDING] * 501)),
    ("place-without-column", drop("rooms", 0, "places", 0, "column")),
    ("server-of-another-role", field("premises", "servers", 0, "role", to="x")),
    ("servers-a-number", field("premises", "servers", to=2)),
    ("still-no-digest", field("cameras", 0, "still", to="EF" * 32)),
    ("camera-of-another-kind", field("cameras", 0, "kind", to="phone")),
    ("rehearsal-without-steps", drop("rehearsal", "steps")),
    ("step-in-capitals", field("rehearsal", "steps", 0, "step", to="A")),
]
