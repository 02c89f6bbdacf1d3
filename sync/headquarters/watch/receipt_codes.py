"""A candidate's receipt code, held against what was received."""

import re

from sqlalchemy import select

from sync.exam.specification import Struct
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import candidates, sessions, sites
from sync.headquarters.store.watch_tables import hand_ins
from sync.words import Words

# Twelve letters of base32; read aloud, 0 is O and 1 is I.
_CODE = re.compile(r"[A-Z2-7]{12}")
_HEARD = str.maketrans("01", "OI")


class Held(Struct, frozen=True):
    """A hand-in that has the code. `standing` unless a later one of the same attempt took over;
    `fits` is None for one that did.
    """

    session: str
    session_name: Words
    site: str
    site_name: str
    sitting: str
    admission: str
    name: str | None
    at: int
    how: str
    standing: bool
    fits: bool | None


def normal(text: str) -> str | None:
    """The code as it is printed, or None if it cannot be one."""
    bare = re.sub(r"[\s‐-―-]", "", text).upper().translate(_HEARD)
    return "-".join(bare[i : i + 4] for i in (0, 4, 8)) if _CODE.fullmatch(bare) else None


def held(headquarters: Headquarters, code: str) -> list[Held]:
    """Hand-ins received with this code; the one that stands first. Hardly ever more than one."""
    whose = (candidates.c.session == hand_ins.c.session) & (
        candidates.c.admission == hand_ins.c.admission
    )
    joined = (
        hand_ins.join(sessions, sessions.c.id == hand_ins.c.session)
        .join(sites, sites.c.id == sessions.c.site)
        .outerjoin(candidates, whose)
    )
    names = (sessions.c.name_zh, sessions.c.name_en, sessions.c.site, candidates.c.name)
    query = (
        select(hand_ins, *names, sites.c.name.label("site_name"))
        .select_from(joined)
        .where(hand_ins.c.receipt == code)
        .order_by(hand_ins.c.standing.desc(), hand_ins.c.at.desc())
        .limit(20)
    )
    with headquarters.store.reading() as db:
        rows = db.execute(query).mappings().all()
    kept = [name for name in Held.__struct_fields__ if name != "session_name"]
    return [
        Held(
            session_name=Words(row["name_zh"], row["name_en"]), **{name: row[name] for name in kept}
        )
        for row in rows
    ]
