"""A report in words: what site and headquarters show and print of one. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from sync.readiness.catalogue import CATALOGUE
from sync.readiness.rehearsal_words import STEPS
from sync.wire.readiness import CheckedMachine, Finding, Level, ReadinessReport, Room, Server
from sync.words import Words

LEVELS: Mapping[Level, Words] = {
    "fail": Words("未通过", "fails"),
    "warn": Words("注意", "remark"),
    "unknown": Words("未知", "unknown"),
    "ok": Words("通过", "passes"),
}
TONES: Mapping[Level, str] = {"fail": "bad", "warn": "warn", "unknown": "", "ok": "good"}
# What room a finding on seats speaks of stands before its words.
OF_ROOM = ("seats", "spares")
MOST_SEATS, MOST_KINDS = 24, 6
UNNAMED = Words("考场", "The room")
ON_NO_PLAN = Words("未画入机房图的座位", "Seats that are on no plan")
PLAIN_DOWN = 10_000


class Line(NamedTuple):
    """One finding as people read it."""

    level: Level
    title: Words
    why: Words
    measured: str
    limit: str
    seats: str
    how: Words
    who: Words


class RoomShown(NamedTuple):
    """One room with the findings on its seats."""

    room: Room
    name: Words
    verdict: Words
    lines: list[Line]


class Kind(NamedTuple):
    """How many machines are alike."""

    machines: int
    cores: int | None
    memory_mib: int | None
    screen: str
    browser: str


def line_of(one: Finding, seats: Sequence[int] | None = None) -> Line:
    """A finding in words, also of a check that only a newer version knows."""
    check = CATALOGUE.get(one.check)
    unit = check.unit if check else ""
    nothing = Words("", "")
    return Line(
        level=one.level,
        title=title_of(one.check),
        why=check.why if check else nothing,
        measured=_measured(one, unit),
        limit="" if one.limit is None else amount(one.limit, unit),
        seats=listed(one.seats if seats is None else seats),
        how=check.how if check and one.level != "ok" else nothing,
        who=check.who if check and one.level != "ok" else nothing,
    )


def title_of(code: str) -> Words:
    """What a check or a step is called; its code if only a newer version knows it."""
    check = CATALOGUE.get(code)
    return check.title if check else STEPS.get(code, Words(code, code))


def amount(value: int, unit: str) -> str:
    """A number with its unit, as people read it."""
    if unit == "kbit/s" and value >= 1000:
        return f"{value / 1000:.{0 if value >= 10_000 else 1}f} Mbit/s"
    if unit == "MiB" and value >= 10_240:
        return f"{value / 1024:.0f} GiB"
    return f"{value} {unit}".strip()


def _measured(one: Finding, unit: str) -> str:
    if one.value is None or (one.said and one.check in ("browser", "screen")):
        return one.said or "—"
    return amount(one.value, unit) + (f" ({one.said})" if one.said else "")


def listed(seats: Sequence[int]) -> str:
    """Seats by their numbers, neighbours drawn together: 1–4, 7."""
    runs: list[list[int]] = []
    for seat in sorted(set(seats)):
        if runs and seat == runs[-1][-1] + 1:
            runs[-1].append(seat)
        else:
            runs.append([seat])
    said = [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    return ", ".join(said[:MOST_SEATS]) + (f" … ({len(seats)})" if len(said) > MOST_SEATS else "")


def verdict(ready: bool, candidates: int, seats_ready: int, spares: int) -> Words:
    """For how many it is ready, with how many spares."""
    if ready:
        # A spare that stands in for a seat is none any more.
        left = max(0, spares - (candidates - seats_ready))
        return Words(
            f"可供 {candidates} 名考生考试，另有 {left} 台备用机",
            f"Ready for {candidates} candidates, {left} spares",
        )
    return Words(
        f"尚未就绪：{candidates} 个考生座位中 {seats_ready} 个可用，备用机 {spares} 台",
        f"Not ready: {seats_ready} of {candidates} candidates' seats, {spares} spares",
    )


def verdict_of(report: ReadinessReport) -> Words:
    """Of the whole site."""
    return verdict(report.ready, report.candidates, report.seats_ready, report.spares)


def rooms_of(report: ReadinessReport) -> list[RoomShown]:
    """Every room with what was found at its seats; the worst first, as they stand."""
    alone = len(report.rooms) == 1
    return [
        RoomShown(
            room,
            Words(room.name, room.name) if room.name else UNNAMED if alone else ON_NO_PLAN,
            verdict(room.ready, room.candidates, room.seats_ready, room.spares),
            list(_lines_of(room, report)),
        )
        for room in report.rooms
    ]


def _lines_of(room: Room, report: ReadinessReport) -> Iterable[Line]:
    here = {place.seat for place in room.places}
    for one in report.findings:
        if one.check in OF_ROOM:
            if room_of(one, report.rooms) == room.name:
                yield line_of(_without(one, room.name))
        elif seats := sorted(here & set(one.seats)):
            yield line_of(one, seats)


def _without(one: Finding, room: str) -> Finding:
    said = one.said.removeprefix(f"{room}:").strip() if room else one.said
    return msgspec.structs.replace(one, said=said)


def room_of(one: Finding, rooms: Iterable[Room]) -> str:
    """The room that a finding on seats and spares names; empty for the one without a name."""
    named = [room.name for room in rooms if room.name and one.said.startswith(f"{room.name}:")]
    return max(named, key=len, default="")


def lines_of_site(report: ReadinessReport) -> list[Line]:
    """What is no room's: the server, the network, cameras."""
    rest = (one for one in report.findings if one.check not in OF_ROOM)
    here = {place.seat for room in report.rooms for place in room.places}
    return [line_of(one) for one in rest if not here & set(one.seats)]


def by_seat(report: ReadinessReport) -> dict[int, CheckedMachine]:
    """The machine of each seat; of several the one that reported last, which stands first."""
    return {one.seat: one for one in reversed(report.machines)}


def kinds_of(report: ReadinessReport) -> list[Kind]:
    """The student machines by what they are, the most usual first, each seat once."""
    counts = Counter(
        (one.cores, one.memory_mib, f"{one.width} × {one.height}", one.browser)
        for one in by_seat(report).values()
    )
    return [Kind(count, *kind) for kind, count in counts.most_common(MOST_KINDS)]


def server_words(server: Server) -> Words:
    """One server's hardware; what nobody could read is not told."""
    role = Words("主服务器", "main") if server.role == "main" else Words("备用", "spare")
    parts = []
    if server.processors:
        parts.append(Words(f"{server.processors} 核", f"{server.processors} cores"))
    if server.memory_mib:
        parts.append(_gib("内存", "memory", server.memory_mib))
    if server.disk_mib:
        parts.append(_gib("硬盘", "disk", server.disk_mib))
    zh, en = "、".join(p.zh for p in parts), ", ".join(p.en for p in parts)
    if not parts:
        return role
    return Words(f"{role.zh}：{zh}", f"{role.en}: {en}")


def _gib(zh: str, en: str, mib: int) -> Words:
    much = f"{mib / 1024:.0f} GiB"
    return Words(f"{zh} {much}", f"{en} {much}")


def limit_of(report: ReadinessReport, check: str) -> int | None:
    """The threshold that the site held a check against."""
    return next((f.limit for f in report.findings if f.check == check and f.limit), None)
