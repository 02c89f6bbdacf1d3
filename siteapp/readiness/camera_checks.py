"""From what was seen of cameras to findings. Pure: looks, thresholds and the moment come in."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from siteapp.cameras.model import Camera, Look, covers
from siteapp.readiness.checks import RULES, Threshold, judge, known, worst
from sync.wire.readiness import Camera as Reported
from sync.wire.readiness import Finding, Level

HOUR_MS = 3_600_000
LONGEST = 200
UNTOLD = ("camera-clock", "recorder-days")
# What a report says of them, for readers of either language; what is as it should be says nothing.
SAID = {
    "gone": "连接被拒 refused",
    "silent": "无应答 silent",
    "rubbish": "应答无效 rubbish",
    "refused": "密码错误 wrong password",
    "basic": "明文 in the clear",
    "none": "无视频 no video",
    "late": "超时 late",
    "undecodable": "无法解码 undecodable",
    "killed": "解码中止 decoder ended",
    "unavailable": "本机不能解码 no decoder here",
}


class Seen(NamedTuple):
    """One listed camera, the last look at it, and what that means."""

    camera: Camera
    look: Look | None
    findings: list[Finding]

    @property
    def level(self) -> Level:
        """Of all together; what a device need not tell makes it no worse."""
        told = (f for f in self.findings if f.level != "unknown" or f.check not in UNTOLD)
        return worst(told)

    @property
    def works(self) -> bool:
        """Whether somebody who looks at it sees the room."""
        return self.look is not None and self.level != "fail" and self.look.picture == "ok"


def judge_cameras(
    cameras: Iterable[Camera], looks: Mapping[str, Look], threshold: Threshold, now: int
) -> list[Seen]:
    """Every listed camera; a look that is too old, or of a time to come, is none."""
    most = threshold("readiness_hours") * HOUR_MS
    seen = []
    for camera in cameras:
        look = looks.get(camera.id)
        if look is not None and not 0 <= now - look.at <= most:
            look = None
        of = _recorder if camera.kind == "recorder" else _camera
        seen.append(Seen(camera, look, of(look, threshold)))
    return seen


def _camera(look: Look | None, threshold: Threshold) -> list[Finding]:
    if look is None:
        return [known("camera-reach", None, "")]
    found = [known("camera-reach", look.reach == "ok", SAID.get(look.reach, ""))]
    if look.reach == "ok":
        clear = look.login == "basic"
        good = None if look.login == "unknown" else look.login != "refused" and not clear
        found.append(
            known("camera-login", good, SAID.get(look.login, ""), "warn" if clear else "fail")
        )
    if look.reach == "ok" and look.login != "refused":
        # That this server has no decoder says nothing of the camera.
        seen = None if look.picture == "unavailable" else look.picture == "ok"
        said = f"{look.codec} {look.width}×{look.height}" if seen else SAID[look.picture]
        found.append(known("camera-picture", seen, said))
    if look.picture == "ok":
        found.append(judge("camera-light", look.light, threshold))
        # What is black has no edges, and nothing that changes.
        if found[-1].level != "fail":
            found.append(judge("camera-frozen", look.change, threshold))
            found.append(judge("camera-focus", look.focus, threshold))
    return [*found, _clock(look, threshold)] if look.reach == "ok" else found


def _recorder(look: Look | None, threshold: Threshold) -> list[Finding]:
    if look is None:
        return [known("recorder-reach", None, "")]
    good = look.reach == "ok"
    found = [known("recorder-reach", good, SAID.get(look.reach, ""))]
    if good:
        found += [judge("recorder-days", look.days, threshold), _clock(look, threshold)]
    return found


def _clock(look: Look, threshold: Threshold) -> Finding:
    off = look.clock_off_ms
    said = "" if off is None else f"{off / 1000:+.0f} s"
    return judge("camera-clock", None if off is None else abs(off) // 1000, threshold, said)


def judge_cover(
    seen: Sequence[Seen], rooms: Mapping[str, Iterable[int]], seats: Iterable[int], required: bool
) -> Finding:
    """How many of a session's seats a working camera covers; those that none does are named."""
    wanted = set(seats)
    good: set[int] = set()
    for one in seen:
        if one.works:
            good |= covers(one.camera, rooms, wanted)
    bare = tuple(sorted(wanted - good))
    listed = any(one.camera.kind == "camera" for one in seen)
    level: Level = "ok" if not bare else "fail" if required else "warn" if listed else "unknown"
    return Finding("camera-cover", level, len(good), len(wanted), "", bare)


def gathered_cameras(seen: Iterable[Seen]) -> list[Finding]:
    """Findings of many cameras as one a check and level: the worst value, and their names."""
    groups: dict[tuple[str, Level], list[tuple[Seen, Finding]]] = {}
    for of in seen:
        for one in of.findings:
            groups.setdefault((one.check, one.level), []).append((of, one))
    return [_one(check, level, of) for (check, level), of in groups.items()]


def _one(check: str, level: Level, of: list[tuple[Seen, Finding]]) -> Finding:
    rule = RULES.get(check)
    values = [one.value for _, one in of if one.value is not None]
    value = (min if rule is None or rule.least else max)(values) if values else None
    said = ", ".join(
        f"{seen.camera.label} ({one.said})" if one.said else seen.camera.label for seen, one in of
    )
    said = said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"
    return Finding(check, level, value, of[0][1].limit, said, ())


def reported(
    seen: Sequence[Seen], rooms: Mapping[str, Iterable[int]], seats: Iterable[int]
) -> tuple[Reported, ...] | None:
    """The cameras as the signed report has them: the picture's hash, and nothing of the address.

    None where nobody listed any.
    """
    wanted = set(seats)
    lines = tuple(
        Reported(
            name=one.camera.label,
            kind=one.camera.kind,
            level=one.level,
            still=(one.look.still or None) if one.look else None,
            seats=tuple(sorted(covers(one.camera, rooms, wanted))),
        )
        for one in seen
    )
    return lines or None
