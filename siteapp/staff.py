"""Staff of the site: roles, sign-in, sessions, and the audit log of what they did."""

import threading
import time
from collections.abc import Callable, Collection
from typing import Any, Literal, NamedTuple

from siteapp.conduct.limits import Limits
from siteapp.errors import (
    EntryRefused,
    LastAdministrator,
    NameTaken,
    Overloaded,
    RoleNeeded,
    StaffMustWait,
    WrongStaffSignIn,
)
from siteapp.store import records
from siteapp.store.live import Live, token_hash
from siteapp.store.writer import Statement
from sync.errors import NotFound
from sync.wire.passwords import (
    check_password,
    hash_password,
    new_password,
    new_token,
    no_password,
)
from sync.words import Words

Role = Literal["administrator", "chief", "invigilator"]
LONGEST_NAME = 40
# More would wait for Argon2 in threads that candidates' saves need.
MOST_CHECKS = 8
# Each sign-in makes one; of more than this nobody has so many browsers.
MOST_SESSIONS = 1_000
ROLES: tuple[Role, ...] = ("administrator", "chief", "invigilator")
# Who prepares a session and answers for it.
LEADERS = ROLES[:2]
ROLE_WORDS: dict[str, Words] = {
    "administrator": Words("考点管理员", "site administrator"),
    "chief": Words("主监考", "chief invigilator"),
    "invigilator": Words("监考员", "invigilator"),
}


def role_needed(roles: Collection[str]) -> RoleNeeded:
    """The error of who has none of these roles."""
    words = [ROLE_WORDS[one] for one in roles]
    both = Words("、".join(one.zh for one in words), ", ".join(one.en for one in words))
    return RoleNeeded(roles=both)


class Member(NamedTuple):
    """Who is signed in."""

    name: str
    role: str


class Staff:
    """Accounts with Argon2id passwords; of a session's 256 random bits only the hash is kept."""

    def __init__(
        self,
        live: Live,
        idle_ms: int,
        lock_s: float = 900,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._live = live
        self._lock_s, self._ticks = lock_s, ticks
        # Hash of a token → when its person last did something; at the start everyone just did.
        self._awake: dict[bytes, float] = {}
        self._began = ticks()
        self._idle_ms = idle_ms
        self._limits = Limits()
        self._adding = threading.Lock()
        self._checks = threading.BoundedSemaphore(MOST_CHECKS)

    def add(self, name: str, role: Role) -> str:
        """Make an account; returns its password, which is stored nowhere.

        EntryRefused for a name that nobody could type, NameTaken if somebody has it.
        """
        if name != name.strip() or not name.isprintable() or not 1 <= len(name) <= LONGEST_NAME:
            words = Words(
                f"用户名须有 1–{LONGEST_NAME} 字", f"a name has 1–{LONGEST_NAME} characters"
            )
            raise EntryRefused(reason=words)
        password = new_password()
        with self._adding:
            if any(member.name == name for member in self.members()):
                raise NameTaken(what=name)
            self._live.store(records.keep_member(name, role, hash_password(password)))
        return password

    def reset(self, name: str) -> str:
        """A new password for an account, which is stored nowhere; who is signed in is not any more.

        NotFound if there is no such account.
        """
        password = new_password()
        if all(member.name != name for member in self.members()):
            raise NotFound(what=name)
        self._live.store(*records.change_password(name, hash_password(password)))
        return password

    def remove(self, name: str) -> None:
        """The account ends, and whoever is signed in with it is out; its acts stay on record.

        NotFound if there is none, LastAdministrator if nobody could make accounts any more.
        """
        with self._adding:
            members = self.members()
            wanted = next((one for one in members if one.name == name), None)
            if wanted is None:
                raise NotFound(what=name)
            rulers = [one for one in members if one.role == "administrator"]
            if rulers == [wanted]:
                raise LastAdministrator(name=name)
            self._live.store(*records.remove_member(name))

    def members(self) -> list[Member]:
        """All accounts."""
        return [Member(**row) for row in records.members(self._live)]

    def sign_in(self, name: str, password: str, address: str) -> str:
        """A session token for the right password.

        Waits grow after five wrong ones for an account from one address, and after ten from one
        address: nobody can make the chief wait from another machine. Overloaded if too many
        passwords are being checked.
        """
        self._check(name, password, address)
        token = new_token()
        until = self._live.clock.now() + self._idle_ms
        self._live.store(records.keep_staff_session(token, name, until))
        self._stir(token)
        self.audit(name, "sign-in", "")
        return token

    def vouch(self, name: str, password: str, address: str, roles: Collection[str]) -> None:
        """The second person of an act proves who it is; limits and errors as of `sign_in`."""
        self._check(name, password, address)
        if not any(one.name == name and one.role in roles for one in self.members()):
            raise role_needed(roles)

    def _check(self, name: str, password: str, address: str) -> None:
        now = self._live.clock.now()
        if wait := self._limits.wait_ms(name, address, now):
            raise StaffMustWait(seconds=-(-wait // 1000))
        if not self._checks.acquire(blocking=False):
            raise Overloaded
        try:
            # Counted before it is checked: tries at the same moment count one by one too.
            self._limits.wrong(name, address, now)
            if not self._fits(name, password):
                raise WrongStaffSignIn
            self._limits.right(name, address)
        finally:
            self._checks.release()

    def _fits(self, name: str, password: str) -> bool:
        """Takes as long for a name that nobody has."""
        return check_password(password, records.password_of(self._live, name) or no_password())

    def whom(self, token: str) -> Member | None:
        """Who holds this token, if it is still good."""
        row = records.member_of(self._live, token, self._live.clock.now())
        return Member(**row) if row else None

    def locked(self, token: str) -> bool:
        """Whether nobody has done anything with this session for so long that it is locked."""
        last = self._awake.get(token_hash(token), self._began)
        return self._ticks() - last > self._lock_s

    def here(self, token: str) -> None:
        """Somebody does something; it opens no lock."""
        if not self.locked(token):
            self._stir(token)

    def unlock(self, token: str, name: str, password: str, address: str) -> None:
        """The same person gives the password again; limits and errors as of `sign_in`."""
        self._check(name, password, address)
        self._stir(token)

    def _stir(self, token: str) -> None:
        with self._adding:
            if len(self._awake) > MOST_SESSIONS:
                # Those that stirred longest ago are locked, or soon will be, all the same.
                for old in sorted(self._awake, key=lambda one: self._awake[one])[:100]:
                    del self._awake[old]
            self._awake[token_hash(token)] = self._ticks()

    def sign_out(self, token: str) -> None:
        """End a session."""
        self._awake.pop(token_hash(token), None)
        self._live.store(records.end_staff_session(token))

    def audit(self, who: str, act: str, what: str) -> None:
        """Note what somebody did; never a secret in it."""
        self._live.store(self.noted(who, act, what))

    def noted(self, who: str, act: str, what: str) -> Statement:
        """The line of the audit log, for the transaction of the act itself."""
        return records.note_act(self._live.clock.wall(), who, act, what)

    def log(self) -> list[dict[str, Any]]:
        """What staff did, the newest first: number, at (ms), who, act, what."""
        return records.audit(self._live)
