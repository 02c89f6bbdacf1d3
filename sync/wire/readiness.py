"""What a site found out about itself before the day, as it is signed (docs/specs)."""

from typing import Annotated, Literal

from msgspec import Meta

from sync.exam.specification import Struct
from sync.wire.fields import Counter, Digest, Name, Number

Level = Literal["fail", "warn", "unknown", "ok"]
Said = Annotated[str, Meta(max_length=200)]
# More than any site has: whoever draws a report holds each finding against each room.
MOST_ROOMS, MOST_FINDINGS = 64, 500
# Upper edges of the groups of round trips, ms; the last group is open.
TRIP_EDGES = (2, 5, 10, 20, 50, 100, 200)
TRIP_GROUPS = len(TRIP_EDGES) + 1
Trips = Annotated[tuple[Number, ...], Meta(min_length=TRIP_GROUPS, max_length=TRIP_GROUPS)]


class Finding(Struct, frozen=True):
    """What one check found; `seats` are those it speaks of, none for what is the server's."""

    check: Name
    level: Level
    value: Number | None
    limit: Number | None
    said: Said
    seats: tuple[Counter, ...]


class CheckedMachine(Struct, frozen=True):
    """One student machine as it measured itself."""

    seat: Counter
    level: Level
    browser: Said
    cores: Number | None
    memory_mib: Number | None
    width: Number
    height: Number
    round_trip_ms: Number | None
    down_kbit: Number | None
    full_load_ms: Number | None


class Place(Struct, frozen=True):
    """A seat where it stands in its room, counted from the front left; aisles are gaps."""

    seat: Counter
    row: Counter
    column: Counter
    spare: bool


class Room(Struct, frozen=True):
    """One room and for how many it is ready; without a plan there is one, without a name."""

    name: Said
    ready: bool
    candidates: Number
    seats_ready: Number
    spares: Number
    places: tuple[Place, ...]


class Server(Struct, frozen=True):
    """One server's hardware; null is what nobody could read (of a spare: all)."""

    role: Literal["main", "spare"]
    processors: Number | None
    memory_mib: Number | None
    disk_mib: Number | None


class Premises(Struct, frozen=True):
    """机房数量, 服务器, 学生机, 监控设备: counted, null where nobody counted."""

    rooms: Number
    servers: tuple[Server, ...]
    machines: Number
    cameras: Number | None


class Camera(Struct, frozen=True):
    """One camera or recorder; `still` is the digest of a picture that stays at the site."""

    name: Said
    kind: Literal["camera", "recorder"]
    level: Level
    still: Digest | None
    seats: tuple[Counter, ...]


class Step(Struct, frozen=True):
    """One step of the rehearsal or its fault drill, judged by what happened."""

    step: Name
    level: Level
    value: Number | None
    said: Said


class Rehearsal(Struct, frozen=True):
    """The newest rehearsal: when it ended, and its steps in their order."""

    at: Number
    level: Level
    steps: tuple[Step, ...]


class ReadinessReport(Struct, frozen=True):
    """A site's word on whether one session can be held there."""

    site: Name
    session: Name
    serial: Counter
    at: Number
    ready: bool
    candidates: Number
    seats_ready: Number
    spares: Number
    premises: Premises
    rooms: Annotated[tuple[Room, ...], Meta(max_length=MOST_ROOMS)]
    trips: Trips
    findings: Annotated[tuple[Finding, ...], Meta(max_length=MOST_FINDINGS)]
    machines: tuple[CheckedMachine, ...]
    cameras: tuple[Camera, ...] | None
    rehearsal: Rehearsal | None
