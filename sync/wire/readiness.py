"""What a site found out about itself before the day, as it is signed (docs/specs)."""

from typing import Annotated, Literal

from msgspec import Meta

from sync.exam.specification import Struct
from sync.wire.fields import Counter, Name, Number

Level = Literal["fail", "warn", "unknown", "ok"]
Said = Annotated[str, Meta(max_length=200)]


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
    round_trip_ms: Number | None
    down_kbit: Number | None
    full_load_ms: Number | None


class Premises(Struct, frozen=True):
    """机房数量, 服务器, 学生机, 监控设备: counted, null where nobody counted."""

    rooms: Number
    servers: Number
    machines: Number
    cameras: Number | None


class RehearsedStep(Struct, frozen=True):
    """How one step of the fault drill ended last; `broken`: it lost or doubled an answer.

    `said`: why it was skipped, or which proofs are missing. What was not measured is null.
    """

    step: Name
    state: Literal["waiting", "running", "passed", "failed", "skipped"]
    broken: bool
    at: Number
    said: Said
    pages: Number
    answers: Number
    middle_ms: Number | None
    slow_ms: Number | None


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
    findings: tuple[Finding, ...]
    machines: tuple[CheckedMachine, ...]
    rehearsal: tuple[RehearsedStep, ...] | None
