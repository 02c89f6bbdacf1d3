"""What this site asks of its student machines now: by its settings and by papers that are open."""

from flask import Request

from siteapp.readiness.asked import Wants, has_sound, lockdown_of
from siteapp.readiness.machine import Lockdown, MachineReport
from siteapp.web.guard import site
from siteapp.web.lockdown import coming, shown


def wants() -> Wants:
    """Sound by the materials of sessions that are not over, where the setting leaves it to them."""
    settings, browser, plans = site().settings, site().lockdown, coming()
    said = settings.text("check_sound")
    return Wants(
        sound=_heard() if said == "auto" else said == "on",
        camera=settings.text("check_camera") == "on",
        lockdown=browser.needed(plans) or settings.text("check_seb") == "on",
        key=browser.wanted(plans),
    )


def _heard() -> bool | None:
    """True if any paper lets candidates hear something; None while one is sealed."""
    coming = [s for s in site().live.sessions.values() if not s.closed]
    files = [site().shelf.files(session) for session in coming]
    if any(has_sound(names) for names in files if names is not None):
        return True
    return None if None in files else False


def lockdown(request: Request, report: MachineReport) -> Lockdown:
    """Which Safe Exam Browser sent this report."""
    said, page = (report.seb.hash, report.seb.url) if report.seb else ("", "")
    agent = request.headers.get("User-Agent", "")
    wanted = bool(site().lockdown.wanted(coming()))
    return lockdown_of(agent, shown(said, page), site().lockdown.keys, wanted)
