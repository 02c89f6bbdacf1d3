"""Which facts are an alarm. Pure: what was measured and the thresholds come in.

What is not known is no alarm: the readiness report says what is unknown, a bell says what is wrong.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from siteapp.readiness.checks import Threshold
from sync.wire.readiness import Finding

AlarmLevel = Literal["fail", "warn"]
# Findings of the readiness report that need somebody also while a sitting goes on.
WATCHED = (
    "server-memory",
    "temperature",
    "power",
    "server-clock",
    "link",
    "certificate",
    "key-end",
    "register-age",
    "front-certificate",
)
CAMERAS = ("camera-reach", "camera-login", "camera-picture", "camera-light", "camera-frozen")
MINUTE_MS = 60_000
LONGEST = 200
LIST = ", "


class Alarm(NamedTuple):
    """One thing that is wrong now; `said` is what was found, in figures and names."""

    id: str
    level: AlarmLevel
    said: str


def grew(alarm: str, before: str, now: str) -> bool:
    """Whether more is said than before: another camera is lost, another file refused.

    Figures that only move, as a temperature does, are no more than they were.
    """
    if alarm == "camera-lost":
        return not set(now.split(LIST)) <= set(before.split(LIST)) and bool(now)
    return alarm == "upload-refused" and _count(now) > _count(before)


def _count(said: str) -> int:
    return int(said) if said.isdecimal() else 0


class Upload(NamedTuple):
    """How results stand in the spool: how long the oldest waits, how many were refused."""

    oldest_ms: int
    waiting: int
    refused: int


class Known(NamedTuple):
    """What the server knows without asking anybody in the room."""

    findings: tuple[Finding, ...]
    disk: Mapping[str, Any]
    upload: Upload
    online: bool
    standby: Mapping[str, Any] | None
    copies: Mapping[str, Any] | None
    # None: there is no front.
    front_answers: bool | None
    cameras: tuple[tuple[str, tuple[Finding, ...]], ...]
    moved_ms: int = 0


def alarms(known: Known, threshold: Threshold) -> list[Alarm]:
    """Everything that is wrong now, each under its own name, the grave first."""
    found = [
        *_measured(known.findings),
        *_disk(known.disk),
        *_upload(known.upload, known.online, threshold("alarm_upload_minutes")),
        *_second(known.standby, known.copies),
        *_cameras(known.cameras),
    ]
    if known.front_answers is False:
        found.append(Alarm("front-away", "fail", ""))
    if known.moved_ms:
        found.append(Alarm("clock-moved", "warn", f"{known.moved_ms / 1000:+.0f} s"))
    return sorted(found, key=lambda one: (one.level != "fail", one.id))


def _measured(findings: Iterable[Finding]) -> Iterable[Alarm]:
    for one in findings:
        if one.check in WATCHED and one.level in ("fail", "warn"):
            figure = "" if one.value is None else f"{one.value} / {one.limit}"
            said = " · ".join(part for part in (figure, one.said) if part)
            yield Alarm(one.check, one.level, said[:LONGEST])


def _disk(disk: Mapping[str, Any]) -> Iterable[Alarm]:
    free = f"{disk['free_mib']} MiB"
    if disk["missing_mib"] or not disk["answers_fit"]:
        yield Alarm("disk-short", "fail", free)
    elif disk["gives_way"]:
        yield Alarm("disk-low", "warn", free)


def _upload(upload: Upload, online: bool, minutes: int) -> Iterable[Alarm]:
    if upload.refused:
        yield Alarm("upload-refused", "fail", str(upload.refused))
    # Without an address nothing is to go by itself; the deliveries' page says so.
    if online and upload.waiting and upload.oldest_ms > minutes * MINUTE_MS:
        said = f"{upload.waiting} · {upload.oldest_ms // MINUTE_MS} min"
        yield Alarm("upload-stuck", "warn", said)


def _second(standby: Mapping[str, Any] | None, copies: Mapping[str, Any] | None) -> Iterable[Alarm]:
    if standby and standby["state"] != "both":
        yield Alarm("spare-behind", "fail", str(standby["behind"]))
    if copies and copies["problem"]:
        yield Alarm("copy-failed", "fail", str(copies["problem"])[:LONGEST])


def _cameras(cameras: Iterable[tuple[str, tuple[Finding, ...]]]) -> Iterable[Alarm]:
    lost = [
        label
        for label, findings in cameras
        if any(f.check in CAMERAS and f.level == "fail" for f in findings)
    ]
    if lost:
        yield Alarm("camera-lost", "warn", LIST.join(lost)[:LONGEST])
