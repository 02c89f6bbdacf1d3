"""What the room record says of a time in which the server was away, and what waits for it. Pure."""

from siteapp.conduct.acts import NewEvent, note
from siteapp.conduct.attempt import OUTAGE
from siteapp.conduct.session import Session

REBOOT = "reboot"
CLOCK = "clock"
# Shorter than this no page gives up: it is no outage that anyone has to decide about.
SHORT_MS = 20_000


def noted(session: Session, rebooted: bool, counted_ms: int, wall_ms: int) -> list[NewEvent]:
    """An incident for everyone who was writing; none for a short restart.

    Over a reboot the site's clock stood still, so nobody lost time. Within one boot it ran on:
    those attempts are held until a person has given time back or collected the paper.
    """
    if not rebooted and counted_ms < SHORT_MS:
        return []
    category = REBOOT if rebooted else OUTAGE
    text = _text(rebooted, counted_ms // 1000, wall_ms // 1000)
    return [
        event
        for attempt in session.attempts.values()
        if attempt.phase == "started"
        for event in note("incident", attempt.id, "examsite", category=category, note=text)
    ]


def jumped(session: Session, ms: int) -> list[NewEvent]:
    """An incident of the room: the wall clock was set while somebody wrote; no time changed."""
    if not any(attempt.phase == "started" for attempt in session.attempts.values()):
        return []
    text = (
        f"系统时钟被调整 {ms / 1000:+.0f} 秒；考试计时不受影响"
        f" · the wall clock was set by {ms / 1000:+.0f} s; exam time did not change"
    )
    return note("incident", "", "examsite", category=CLOCK, note=text)


def _text(rebooted: bool, counted_s: int, wall_s: int) -> str:
    if rebooted:
        return (
            f"服务器重新启动，考试计时暂停；系统时钟显示相差 {wall_s} 秒（不计入）"
            f" · the server rebooted, exam time stood still; its wall clock says {wall_s} s"
            " (not counted)"
        )
    return (
        f"服务器中断 {counted_s} 秒，计时未停；系统时钟显示 {wall_s} 秒。到时不自动收卷，等待决定"
        f" · the server was away for {counted_s} s while exam time ran on; its wall clock says"
        f" {wall_s} s. Not collected by the clock until someone decides"
    )
