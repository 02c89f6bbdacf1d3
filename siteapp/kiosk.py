"""Ordinary browsers in a window that fills the screen: the exact command lines, by system.

Each with a folder of its own: a browser that runs already ignores the options. Edge's own kiosk is
a private window, which forgets answers at a restart, so there it is an application's window.
"""

from typing import NamedTuple

from sync.words import Words


class Kiosk(NamedTuple):
    """One way to open the exam page; `%s` is its address."""

    system: Words
    browser: str
    command: str


WINDOWS = Words("Windows", "Windows")
MAC = Words("macOS", "macOS")
LINUX = Words("Linux（统信、麒麟、Debian 等）", "Linux (UOS, Kylin, Debian …)")
KIOSKS = (
    Kiosk(
        WINDOWS,
        "Chrome",
        r'"C:\Program Files\Google\Chrome\Application\chrome.exe" --kiosk --no-first-run'
        r" --user-data-dir=C:\exam\chrome %s",
    ),
    Kiosk(
        WINDOWS,
        "Edge",
        r'"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe" --app=%s'
        r" --start-fullscreen --no-first-run --user-data-dir=C:\exam\edge",
    ),
    Kiosk(
        WINDOWS,
        "Firefox",
        r'"C:\Program Files\Mozilla Firefox\firefox.exe" -no-remote -profile C:\exam\firefox'
        r" --kiosk %s",
    ),
    Kiosk(
        MAC,
        "Chrome",
        'open -na "Google Chrome" --args --kiosk --no-first-run --user-data-dir="$HOME/exam" %s',
    ),
    Kiosk(LINUX, "Chromium", 'chromium --kiosk --no-first-run --user-data-dir="$HOME/exam" %s'),
    Kiosk(
        LINUX,
        "Firefox",
        'mkdir -p "$HOME/exam-firefox" &&'
        ' firefox -no-remote -profile "$HOME/exam-firefox" --kiosk %s',
    ),
)


def lines(address: str) -> list[Kiosk]:
    """The command lines for this site's address."""
    return [one._replace(command=one.command % address) for one in KIOSKS]
