"""The rows that are not journal events: sessions, batches, staff, audit."""

from typing import Any, Literal

from siteapp.store.live import Live, token_hash
from siteapp.store.writer import Statement


def keep_session(session: str, package: str, plan: str) -> Statement:
    """A session and the package it came in."""
    sql = "INSERT INTO session (id, package, plan) VALUES (?, ?, ?)"
    return Statement(sql, (session, package, plan))


def keep_key(session: str, held_key: bytes) -> Statement:
    """The content key of an unlocked session, sealed to this box."""
    return Statement("UPDATE session SET held_key = ? WHERE id = ?", (held_key, session))


def packages(live: Live) -> dict[str, str]:
    """session → digest of its package."""
    return {row["id"]: row["package"] for row in live.rows("SELECT id, package FROM session")}


def held_keys(live: Live) -> dict[str, bytes]:
    """session → its held key, where there is one."""
    rows = live.rows("SELECT id, held_key FROM session WHERE held_key IS NOT NULL")
    return {row["id"]: row["held_key"] for row in rows}


def keep_batch(
    session: str, sequence: int, first: int, count: int, digest: str, final: bool
) -> Statement:
    """A batch that was sealed."""
    row = (session, sequence, first, count, digest, int(final))
    return Statement("INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?)", row)


def keep_checkpoint(session: str, term: int, size: int, note: str) -> Statement:
    """The signed checkpoint of a batch, for the transaction of the batch; kept once."""
    sql = (
        "INSERT INTO checkpoint SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM checkpoint"
        " WHERE (session, term, size, note) = (?1, ?2, ?3, ?4))"
    )
    return Statement(sql, (session, term, size, note))


def checkpoints(live: Live, session: str, term: int, size: int) -> list[str]:
    """The checkpoints kept at this size."""
    sql = "SELECT note FROM checkpoint WHERE (session, term, size) = (?, ?, ?)"
    return [row["note"] for row in live.rows(sql, (session, term, size))]


def batches(live: Live, session: str) -> list[dict[str, Any]]:
    """A session's batches, oldest first."""
    return live.rows("SELECT * FROM batch WHERE session = ? ORDER BY sequence", (session,))


def batch_digests(live: Live) -> set[str]:
    """Of all sessions."""
    return {row["digest"] for row in live.rows("SELECT digest FROM batch")}


def machines(live: Live) -> list[dict[str, Any]]:
    """Every machine that showed a mark, by seat."""
    return live.rows("SELECT * FROM machine ORDER BY seat, address")


def machine(live: Live, address: str, seat: int) -> dict[str, Any] | None:
    """The machine at an address and seat, if one showed a mark there."""
    sql = "SELECT marker, since_ms, seals, forgot FROM machine WHERE address = ? AND seat = ?"
    rows = live.rows(sql, (address, seat))
    return rows[0] if rows else None


def keep_machine(
    address: str, seat: int, marker: str, since_ms: int, seals: bool, forgot: int
) -> Statement:
    """What is known of a machine by now."""
    row = (address, seat, marker, since_ms, int(seals), forgot)
    return Statement("INSERT OR REPLACE INTO machine VALUES (?, ?, ?, ?, ?, ?)", row)


# A machine that makes up seats pushes out its own first, and never an honest one's.
_MAKE_ROOM = {
    table: f"DELETE FROM {table} WHERE (address, seat) = (SELECT address, seat FROM {table}"  # noqa: S608
    f" WHERE address = (SELECT address FROM {table} GROUP BY address"
    f" ORDER BY count(*) DESC, address LIMIT 1) ORDER BY {age}, seat LIMIT 1)"
    for table, age in (("machine", "since_ms"), ("machine_check", "at"))
}


def make_room(table: Literal["machine", "machine_check"]) -> Statement:
    """The oldest row goes of the address that has the most."""
    return Statement(_MAKE_ROOM[table], ())


def sealed_digests(live: Live) -> set[str]:
    """Of all sessions and server terms."""
    sql = "SELECT digest FROM batch UNION SELECT digest FROM former_batch"
    return {row["digest"] for row in live.rows(sql)}


def keep_member(name: str, role: str, phc: str) -> Statement:
    """An account."""
    return Statement("INSERT INTO staff VALUES (?, ?, ?)", (name, role, phc))


def change_password(name: str, phc: str) -> tuple[Statement, Statement]:
    """Another password, and every session under the old one is over."""
    return (
        Statement("UPDATE staff SET phc = ? WHERE name = ?", (phc, name)),
        Statement("DELETE FROM staff_session WHERE name = ?", (name,)),
    )


def remove_member(name: str) -> tuple[Statement, Statement]:
    """An account and every session of it go."""
    return (
        Statement("DELETE FROM staff_session WHERE name = ?", (name,)),
        Statement("DELETE FROM staff WHERE name = ?", (name,)),
    )


def members(live: Live) -> list[dict[str, Any]]:
    """All accounts: name and role."""
    return live.rows("SELECT name, role FROM staff ORDER BY role, name")


def password_of(live: Live, name: str) -> str | None:
    """The PHC string of an account."""
    rows = live.rows("SELECT phc FROM staff WHERE name = ?", (name,))
    return rows[0]["phc"] if rows else None


def keep_staff_session(token: str, name: str, until_ms: int) -> Statement:
    """A member signed in; of the token only the hash."""
    row = (token_hash(token), name, until_ms)
    return Statement("INSERT INTO staff_session VALUES (?, ?, ?)", row)


def end_staff_session(token: str) -> Statement:
    """A member signed out."""
    return Statement("DELETE FROM staff_session WHERE hash = ?", (token_hash(token),))


def member_of(live: Live, token: str, now: int) -> dict[str, Any] | None:
    """Name and role of the holder of a token that is still good."""
    sql = (
        "SELECT name, role FROM staff JOIN staff_session USING (name)"
        " WHERE hash = ? AND until_ms > ?"
    )
    rows = live.rows(sql, (token_hash(token), now))
    return rows[0] if rows else None


def note_act(at: int, who: str, act: str, what: str) -> Statement:
    """A line of the audit log."""
    return Statement(
        "INSERT INTO audit (at, who, act, what) VALUES (?, ?, ?, ?)", (at, who, act, what)
    )


def audit(live: Live, most: int = 500) -> list[dict[str, Any]]:
    """The audit log, newest first."""
    return live.rows("SELECT * FROM audit ORDER BY number DESC LIMIT ?", (most,))


def printed(live: Live, session: str) -> dict[str, int]:
    """The kinds of papers that somebody has printed of a session, when last; `*` is all of them."""
    sql = (
        "SELECT what, MAX(at) AS last FROM audit WHERE act = 'print' AND substr(what, 1, ?) = ?"
        " GROUP BY what"
    )
    start = f"{session} "
    found = live.rows(sql, (len(start), start))
    return {row["what"][len(start) :]: row["last"] for row in found}
