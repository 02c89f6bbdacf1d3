"""Safe Exam Browser at this site: its configuration, the keys that prove it, and who showed one.

Everything follows from the site's secret and its settings, so there is nothing to keep, and a spare
that takes over knows the same configuration.
"""

import hmac
from collections.abc import Iterable

from siteapp.conduct.lockdown import Seen, demanded, seen_as
from siteapp.conduct.session import Session
from siteapp.config import Settings
from siteapp.readiness.asked import Browser, proves
from sync.exam.sitting import SessionPlan, SittingPlan
from sync.wire import seb

QUIT_DIGITS = 8
# Every version of the browser reads such a password alike.
SHORTEST, LONGEST = 8, 100
# Prefer the engine that has the page's script (WKWebView sends no headers).
MODERN = 3
FULL_SCREEN = 1
NO_NEW_WINDOW = 0


def address_of(settings: Settings) -> str:
    """Where student machines reach this server, as the configuration says it."""
    if said := settings.text("seb_address"):
        return f"{said}/"
    host = settings.text("room_host")
    return (
        f"https://{host}/"
        if settings.text("front")
        else f"http://{host}:{settings.number('port')}/"
    )


def fit(password: str) -> bool:
    """None, or one that every version of the browser reads alike."""
    plain = password.isascii() and password.isprintable()
    return not password or (plain and SHORTEST <= len(password) <= LONGEST)


class Lockdown:
    """`secret` is the site's; whoever has a `.seb` file without a password has its key too."""

    def __init__(self, secret: bytes, settings: Settings) -> None:
        self._secret, self._settings = secret, settings
        self.address = address_of(settings)
        self.quit_code = self._derived_code()
        self.config = self._configured()
        self.key = seb.config_key(self.config)
        # (session, attempt) → whether its page's last request was from Safe Exam Browser.
        self._seen: dict[tuple[str, str], bool] = {}

    def _derived(self, what: bytes) -> bytes:
        return hmac.digest(self._secret, b"safe exam browser " + what, "sha256")

    def _derived_code(self) -> str:
        number = int.from_bytes(self._derived(b"quit")[:8])
        return f"{number % 10**QUIT_DIGITS:0{QUIT_DIGITS}}"

    def _configured(self) -> seb.Settings:
        """What differs from the browser's own defaults, which are safe ones; see lockdown.md."""
        return {
            "startURL": self.address,
            "sendBrowserExamKey": True,
            "browserWindowWebView": MODERN,
            # Makes the Config Key one that nobody can work out from the rest.
            "examKeySalt": self._derived(b"salt"),
            "hashedQuitPassword": seb.hashed(self.quit_code),
            "allowQuit": True,
            "allowPreferencesWindow": False,
            "browserViewMode": FULL_SCREEN,
            "browserWindowAllowReload": True,
            "newBrowserWindowByLinkPolicy": NO_NEW_WINDOW,
            "newBrowserWindowByScriptPolicy": NO_NEW_WINDOW,
            "allowedDisplaysMaxNumber": self._settings.number("check_displays"),
            # Practical tasks hand out files and take some.
            "allowDownUploads": True,
            # What a page keeps outlives a crash of the browser: answers are in it.
            "examSessionClearCookiesOnStart": False,
            "examSessionClearCookiesOnEnd": False,
            "removeBrowserProfile": False,
            "removeLocalStorage": False,
        }

    @property
    def keys(self) -> tuple[str, ...]:
        """The Config Keys that count: of this site's file, and of another in the settings."""
        other = self._settings.text("seb_config_key")
        return (self.key, other) if other else (self.key,)

    def needed(self, plans: Iterable[SessionPlan]) -> bool:
        """Whether machines here need it: by the setting, or for a sitting of one of these plans."""
        return bool(self._sittings) or any(
            self.demanded(s) for plan in plans for s in plan.sittings
        )

    def wanted(self, plans: Iterable[SessionPlan]) -> str:
        """The Config Key that a machine is to show; empty where any configuration will do."""
        return self.keys[-1] if len(self.keys) > 1 or self.needed(plans) else ""

    @property
    def _sittings(self) -> str:
        return self._settings.text("seb_sittings")

    def file(self, password: str) -> bytes:
        """The `.seb` file for this site's student machines."""
        return seb.seb_file(self.config, password)

    def demanded(self, sitting: SittingPlan) -> bool:
        """Whether a sitting is taken in Safe Exam Browser here."""
        return demanded(self._sittings, sitting)

    def look(self, session: str, attempt: str, browser: Browser) -> bool:
        """Whether this is Safe Exam Browser with a configuration that counts; it is remembered."""
        found = self._seen[session, attempt] = proves(browser, self.keys)
        return found

    def on_wall(self, session: Session) -> dict[str, Seen]:
        """Attempt → what its page showed, of the sittings that demand it."""
        name = session.plan.id
        return {
            one.id: seen_as(one, self._seen.get((name, one.id)))
            for one in list(session.attempts.values())
            if self.demanded(session.sitting_of(one))
        }
