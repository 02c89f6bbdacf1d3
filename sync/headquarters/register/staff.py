"""Headquarters' own people: accounts, sign-in with growing delays, sessions of the pages."""

import hashlib
from functools import cache
from typing import Literal, get_args

from sqlalchemy import Connection, delete, insert, select

from sync.errors import AlreadyThere, NotFound
from sync.exam.specification import Struct
from sync.headquarters.errors import NameRefused, SignInRefused, TooManyTries
from sync.headquarters.names import checked
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import staff, staff_sessions, tries
from sync.wire.passwords import check_password, hash_password, new_password, new_token

Role = Literal["exam-officer", "release-officer", "auditor", "marker"]
ROLES: tuple[Role, ...] = get_args(Role)
# Who sees the desk: register, sessions, what came in. Markers see what they mark and no more.
DESK: tuple[Role, ...] = ("exam-officer", "release-officer", "auditor")
SESSION_MS = 12 * 3_600_000
# Wrong tries that cost nothing; each further one doubles the wait, up to MAX_WAIT_MS.
FREE_TRIES = 5
FIRST_WAIT_MS = 2_000
MAX_WAIT_MS = 300_000


class Member(Struct, frozen=True):
    """A member of staff and what they may do."""

    name: str
    roles: tuple[Role, ...]


def add_member(headquarters: Headquarters, by: Stamp, name: str, roles: tuple[Role, ...]) -> str:
    """A new account; its password, which is told only here. AlreadyThere if the name is taken."""
    checked(name)
    unknown = [role for role in roles if role not in ROLES]
    if unknown or not roles:
        raise NameRefused(name=", ".join(unknown) or "role")
    password = new_password()
    with headquarters.store.writing() as db:
        if db.scalar(select(staff.c.name).where(staff.c.name == name)):
            raise AlreadyThere(what=name)
        db.execute(
            insert(staff).values(
                name=name,
                roles=" ".join(roles),
                password=hash_password(password),
                created_at=by.at,
            )
        )
        record(db, by, "staff.add", name=name, roles=roles)
    return password


def list_members(headquarters: Headquarters) -> list[Member]:
    """All accounts by name."""
    with headquarters.store.reading() as db:
        rows = db.execute(select(staff.c.name, staff.c.roles).order_by(staff.c.name))
        return [_member(row.name, row.roles) for row in rows]


def _member(name: str, roles: str) -> Member:
    return Member(name, tuple(role for role in ROLES if role in roles.split()))


def prove(headquarters: Headquarters, name: str, password: str, address: str, now: int) -> Member:
    """Whose password it is. SignInRefused, or TooManyTries while account or address must wait.

    Where an account has signed in before, tries are counted by themselves: else whoever reaches the
    sign-in page keeps an officer out at the hour by typing wrong passwords.
    """
    known = f"known:{name[:64]}@{address}"
    with headquarters.store.writing() as db:
        here = db.scalar(select(tries.c.key).where(tries.c.key == known)) is not None
        keys = (known if here else f"account:{name[:64]}", f"address:{address}")
        require_no_wait(db, keys, now)
        # Counted before the check, so that many tries at once do not slip through.
        for key in keys:
            count_try(db, key, now)
        row = db.execute(select(staff).where(staff.c.name == name)).first()
    if not check_password(password, row.password if row else _nobody()) or row is None:
        raise SignInRefused
    with headquarters.store.writing() as db:
        db.execute(delete(tries).where(tries.c.key.in_((*keys, known))))
        db.execute(insert(tries).values(key=known, wrong=0, not_before=0))
    return _member(row.name, row.roles)


def sign_in(headquarters: Headquarters, name: str, password: str, address: str, now: int) -> str:
    """A token for the pages; as prove."""
    prove(headquarters, name, password, address, now)
    token = new_token()
    with headquarters.store.writing() as db:
        db.execute(delete(staff_sessions).where(staff_sessions.c.expires_at <= now))
        expires_at = now + SESSION_MS
        db.execute(
            insert(staff_sessions).values(
                token_hash=_hash(token), staff=name, expires_at=expires_at
            )
        )
        record(db, Stamp(name, now), "staff.sign-in", address=address)
    return token


@cache
def _nobody() -> str:
    """A hash that fits no password: an unknown account takes as long as a known one."""
    return hash_password(new_token())


def require_no_wait(db: Connection, keys: tuple[str, ...], now: int) -> None:
    """TooManyTries while one of these must wait."""
    until = max(db.scalars(select(tries.c.not_before).where(tries.c.key.in_(keys))), default=0)
    if until > now:
        raise TooManyTries(seconds=-(-(until - now) // 1000))


def count_try(db: Connection, key: str, now: int) -> None:
    """One more try that may turn out wrong; from the sixth on the next must wait, ever longer."""
    wrong = (db.scalar(select(tries.c.wrong).where(tries.c.key == key)) or 0) + 1
    beyond = wrong - FREE_TRIES
    wait = min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** min(beyond, 16)) if beyond >= 0 else 0
    db.execute(delete(tries).where(tries.c.key == key))
    db.execute(insert(tries).values(key=key, wrong=wrong, not_before=now + wait))


def member_of(headquarters: Headquarters, token: str, now: int) -> Member | None:
    """Whose token this is, or None if it is nobody's or has expired."""
    query = (
        select(staff.c.name, staff.c.roles)
        .join(staff_sessions, staff_sessions.c.staff == staff.c.name)
        .where(staff_sessions.c.token_hash == _hash(token), staff_sessions.c.expires_at > now)
    )
    with headquarters.store.reading() as db:
        row = db.execute(query).first()
    return _member(row.name, row.roles) if row else None


def sign_out(headquarters: Headquarters, by: Stamp, token: str) -> None:
    """End the session of a token."""
    with headquarters.store.writing() as db:
        db.execute(delete(staff_sessions).where(staff_sessions.c.token_hash == _hash(token)))
        record(db, by, "staff.sign-out")


def reset_password(headquarters: Headquarters, by: Stamp, name: str) -> str:
    """A new password for an account, which is told only here; its open sessions end."""
    password = new_password()
    with headquarters.store.writing() as db:
        this = staff.update().where(staff.c.name == name).values(password=hash_password(password))
        if not db.execute(this).rowcount:
            raise NotFound(what=name)
        db.execute(delete(staff_sessions).where(staff_sessions.c.staff == name))
        places = tries.c.key.startswith(f"known:{name}@", autoescape=True)
        db.execute(delete(tries).where(places | (tries.c.key == f"account:{name}")))
        record(db, by, "staff.password", name=name)
    return password


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
