"""Moments as the room reads them."""

from datetime import datetime

from sync.moments import BEIJING


def china_time(ms: int) -> str:
    """A moment in China's time, as everywhere in the room, whatever this machine's zone is."""
    return datetime.fromtimestamp(ms / 1000, BEIJING).strftime("%m-%d %H:%M:%S")


def china_minute(ms: int) -> str:
    """The same to the minute, for plans."""
    return datetime.fromtimestamp(ms / 1000, BEIJING).strftime("%m-%d %H:%M")
