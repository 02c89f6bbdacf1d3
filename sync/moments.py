"""Moments as people read them: all of China keeps one time."""

from datetime import date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


def moment(ms: int) -> str:
    """In Beijing time; empty for none. A site's clock may say anything, so nothing is too far."""
    if not ms:
        return ""
    try:
        return datetime.fromtimestamp(ms / 1000, BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return f"{ms} ms"


def day_of(ms: int) -> date:
    """The day of a moment (ms since 1970) in Beijing."""
    return datetime.fromtimestamp(ms / 1000, BEIJING).date()


def day_bounds(day: str) -> tuple[int, int]:
    """First moment of a day (YYYY-MM-DD) in Beijing, and of the next one, in ms since 1970."""
    first = datetime.fromisoformat(day).replace(tzinfo=BEIJING)
    return int(first.timestamp() * 1000), int((first + timedelta(days=1)).timestamp() * 1000)
