"""What some sittings need, and what only a person can tell: sound, camera, keys, SEB. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from siteapp.readiness.checks import known
from siteapp.readiness.machine import Checked, Lockdown, MachineReport
from sync.wire.readiness import Finding
from sync.wire.seb import is_hash_of

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
    found = [known("keyboard", report.keyboard, ""), *_window(report)]
    if wants.sound or report.sound is not None:
        # Where nothing is to be heard, silence is a remark.
        found.append(known("sound", report.sound, "", "fail" if wants.sound else "warn"))
    if wants.camera:
        found.append(known("camera", report.camera, ""))
    if wants.lockdown:
        found.append(_lockdown(report, wants))
    return found


def _window(report: MachineReport) -> list[Finding]:
    """In which window the page is: to know, not to judge; full screen may be a key pressed."""
    said = {"screen": "kiosk", "window": "window", None: ""}[report.window]
    if report.lockdown:
        said = "Safe Exam Browser"
    return [known("window", True, said)] if said else []


def _lockdown(report: MachineReport, wants: Wants) -> Finding:
    if report.lockdown == "":
        return known("lockdown-browser", False, "")
    good = report.lockdown == "proved" or (report.lockdown == "named" and not wants.key)
    return known("lockdown-browser", good, "" if good else "Config Key")


class Browser(NamedTuple):
    """What a browser shows of itself: the hash in its header for `url`, its page's hash for `page`.

    `homes`: where pages of this server may lie, as addresses that end in a slash.
    """

    header: str
    url: str
    said: str
    page: str
    homes: tuple[str, ...]


def proves(browser: Browser, keys: Iterable[str]) -> bool:
    """Whether it is Safe Exam Browser with the configuration of one of these Config Keys."""
    at_home = browser.page.startswith(browser.homes)
    pairs = [(browser.header, browser.url)]
    pairs += [(browser.said, browser.page)] if at_home else []
    return any(is_hash_of(said, url, key) for said, url in pairs for key in keys)


def lockdown_of(agent: str, browser: Browser, keys: Iterable[str], wanted: bool) -> Lockdown:
    """Which Safe Exam Browser this is: by its name, and by a Config Key if one is wanted."""
    if "SEB/" not in agent:
        return ""
    if proves(browser, keys):
        return "proved"
    return "wrong" if wanted else "named"


# What a quick look in the waiting room does not measure; it takes nothing away.
KEPT = ("down_kbit", "up_kbit", "input_method", "keyboard", "sound", "camera", "load")


def completed(report: MachineReport, before: MachineReport | None) -> MachineReport:
    """A quick report with what the same machine told at length before; any other as it is."""
    if not report.quick or before is None or before.marker != report.marker:
        return report
    kept = {name: getattr(before, name) for name in KEPT if getattr(report, name) is None}
    return msgspec.structs.replace(report, **kept)
