"""What some sittings need, and what only a person can tell: sound, camera, keys, SEB. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from siteapp.readiness.checks import known
from siteapp.readiness.machine import Checked, Lockdown, MachineReport
from sync.wire.readiness import Finding

HEARD = (".aac", ".flac", ".m4a", ".mov", ".mp3", ".mp4", ".ogg", ".wav", ".webm")


class Wants(NamedTuple):
    """What is needed here; `sound` None: nobody knows before the papers are open.

    `key` is the Config Key of Safe Exam Browser; empty: any configuration will do.
    """

    sound: bool | None = None
    camera: bool = False
    lockdown: bool = False
    key: str = ""


NOTHING_ASKED = Wants()


def has_sound(files: Iterable[str]) -> bool:
    """Whether a sitting with these materials lets candidates hear something."""
    return any(name.lower().endswith(HEARD) for name in files)


def judge_asked(checked: Checked, wants: Wants) -> list[Finding]:
    """What was asked of the person at that machine, and what this site wants besides."""
    report = checked.report
    found = [known("keyboard", report.keyboard, "")]
    if wants.sound or report.sound is not None:
        # Where nothing is to be heard, silence is a remark.
        found.append(known("sound", report.sound, "", "fail" if wants.sound else "warn"))
    if wants.camera:
        found.append(known("camera", report.camera, ""))
    if wants.lockdown:
        found.append(_lockdown(report, wants))
    return found


def _lockdown(report: MachineReport, wants: Wants) -> Finding:
    if report.lockdown == "":
        return known("lockdown-browser", False, "")
    good = report.lockdown == "proved" or (report.lockdown == "named" and not wants.key)
    return known("lockdown-browser", good, "" if good else "Config Key")


def lockdown_of(
    agent: str, header: str, url: str, told: Mapping[str, str] | None, page: str, key: str
) -> Lockdown:
    """Which Safe Exam Browser this is, by its name and by the hash of the Config Key.

    The hash comes in a header for `url`, or from the page's own script for an address below `page`.
    """
    if "SEB/" not in agent:
        return ""
    if key and _same(header, url, key):
        return "proved"
    if key and told and told["url"].startswith(page) and _same(told["hash"], told["url"], key):
        return "proved"
    return "wrong" if key else "named"


def _same(said: str, url: str, key: str) -> bool:
    plain = url.partition("#")[0]
    return said.lower() == hashlib.sha256((plain + key).encode()).hexdigest()


# What a quick look in the waiting room does not measure; it takes nothing away.
KEPT = ("down_kbit", "up_kbit", "input_method", "keyboard", "sound", "camera", "load")


def completed(report: MachineReport, before: MachineReport | None) -> MachineReport:
    """A quick report with what the same machine told at length before; any other as it is."""
    if not report.quick or before is None or before.marker != report.marker:
        return report
    kept = {name: getattr(before, name) for name in KEPT if getattr(report, name) is None}
    return msgspec.structs.replace(report, **kept)
