"""Staff of the site: roles, sign-in, sessions, and the audit log of what they did."""

from typing import Literal, NamedTuple

from siteapp.conduct.limits import Limits
from siteapp.errors import TooManyTries, WrongStaffSignIn
from siteapp.store.live import Live, token_hash
from siteapp.store.writer import Statement
from sync.errors import AlreadyThere
from sync.wire.passwords import check_password, hash_password, new_password, new_token

Role = Literal["administrator", "chief", "invigilator"]
ROLES: tuple[Role, ...] = ("administrator", "chief", "invigilator")


class Member(NamedTuple):
    """Who is signed in."""

    name: str
    role: str


class Staff:
    """Accounts with Argon2id passwords; of a session's 256 random bits only the hash is kept."""

    def __init__(self, live: Live, idle_ms: int) -> None:
        self._live = live
        self._idle_ms = idle_ms
        self._limits = Limits()

    def add(self, name: str, role: Role) -> str:
        """Make an account; returns its password, which is stored nowhere."""
        if any(member.name == name for member in self.members()):
            raise AlreadyThere(what=name)
        password = new_password()
        row = (name, role, hash_password(password))
        self._live.store(Statement("INSERT INTO staff VALUES (?, ?, ?)", row))
        return password

    def members(self) -> list[Member]:
        """All accounts."""
        return [Member(**row) for row in self._live.rows("SELECT name, role FROM staff")]

    def sign_in(self, name: str, password: str) -> str:
        """A session token for the right password; waits grow after five wrong ones."""
        now = self._live.clock.now()
        if wait := self._limits.wait_ms(name, 0, now):
            raise TooManyTries(seconds=-(-wait // 1000))
        rows = self._live.rows("SELECT phc FROM staff WHERE name = ?", (name,))
        if not rows or not check_password(password, rows[0]["phc"]):
            self._limits.wrong(name, 0, now)
            raise WrongStaffSignIn
        self._limits.right(name, 0)
        token = new_token()
        until = self._live.clock.now() + self._idle_ms
        self._live.store(
            Statement(
                "INSERT INTO staff_session VALUES (?, ?, ?)", (token_hash(token), name, until)
            )
        )
        self.audit(name, "sign-in", "")
        return token

    def whom(self, token: str) -> Member | None:
        """Who holds this token, if it is still good."""
        rows = self._live.rows(
            "SELECT name, role FROM staff JOIN staff_session USING (name)"
            " WHERE hash = ? AND until_ms > ?",
            (token_hash(token), self._live.clock.now()),
        )
        return Member(**rows[0]) if rows else None

    def sign_out(self, token: str) -> None:
        """End a session."""
        self._live.store(
            Statement("DELETE FROM staff_session WHERE hash = ?", (token_hash(token),))
        )

    def audit(self, who: str, act: str, what: str) -> None:
        """Note what somebody did; never a secret in it."""
        row = (self._live.clock.wall(), who, act, what)
        self._live.store(
            Statement("INSERT INTO audit (at, who, act, what) VALUES (?, ?, ?, ?)", row)
        )
