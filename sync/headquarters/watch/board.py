"""The board of a day: how far each session is and what is wrong with it, counted by SQL."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from importlib.metadata import version
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, Subquery, case, func, select

from sync.errors import NotFound
from sync.exam.specification import Struct
from sync.headquarters.store.delivery_tables import contact_sessions, contacts
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import batches, entries, sessions, sites
from sync.headquarters.store.watch_tables import progress
from sync.words import Words

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
# A running room sends a batch every five minutes; three in a row did not come.
QUIET_MS = 15 * MINUTE_MS
# From the start on; a half-day is over by then.
OVERDUE_MS = 4 * 60 * MINUTE_MS
# The second copy is made within seconds.
COPY_MS = 10 * MINUTE_MS

PHASES: Mapping[str, Words] = {
    "draft": Words("准备中", "draft"),
    "waiting": Words("已发布", "published"),
    "fetched": Words("试卷包已到", "package there"),
    "unlocked": Words("已解锁", "unlocked"),
    "running": Words("考试中", "running"),
    "closed": Words("已结束", "closed"),
    "complete": Words("已收齐", "all received"),
}
# The most serious first; the first half is wrong for certain, the rest asks for a look.
PROBLEMS: Mapping[str, Words] = {
    "broken": Words("日志无法核验", "the journal does not verify"),
    "fork": Words("两台服务器的记录不一致", "two servers' records differ"),
    "lost": Words("考点丢失了数据包", "the site has lost batches"),
    "differs": Words("人次核对不符", "attempts do not agree"),
    "gap": Words("中间缺数据包", "batches missing in between"),
    "draft": Words("当日场次尚未发布", "not published, on its day"),
    "locked": Words("到时仍未解锁", "not unlocked at the start"),
    "unfetched": Words("试卷包尚未确认到达", "package not confirmed there"),
    "overdue": Words("开考四小时仍未结束", "not closed four hours after the start"),
    "silent": Words("开考后没有任何消息", "no word since the start"),
    "quiet": Words("超过 15 分钟没有消息", "no word for 15 minutes"),
    "uncopied": Words("数据包未存第二份", "batches without a second copy"),
    "release": Words("软件版本不同", "another release than here"),
}
CERTAIN = frozenset(("broken", "fork", "lost", "differs", "gap", "draft", "locked"))
# What a site of our own release calls its software.
RELEASE = f"examsite {version('examsite')}"
_SAID = {"waiting": "fetched", "unlocked": "unlocked", "running": "running", "closed": "closed"}
_AS_THEY_ARE = (
    *("site", "site_name", "room", "starts_at", "kind", "oldest", "last"),
    *("unlocked_at", "opened_at", "closed_at", "heard", "software", "said"),
)
_COUNTS = (
    *("registered", "batches", "archived", "absent", "present", "handed_in"),
    *("differing", "forks", "cut", "kept"),
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Facts(Struct, frozen=True):
    """What the database has of one session; `last` is when a batch of it came in last."""

    session: str
    site: str
    site_name: str
    name: Words
    room: str
    starts_at: str
    kind: str
    published: bool
    registered: int
    batches: int
    archived: int
    oldest: int | None
    last: int | None
    unlocked_at: int | None
    opened_at: int | None
    closed_at: int | None
    absent: int
    present: int
    handed_in: int
    differing: int
    forks: int
    broken: bool
    gap: bool
    whole: bool
    # By the site's newest signed contact: when, its release, the session's state, batches cut and
    # of these there; `said` is None for a session that the site does not have.
    heard: int | None = None
    software: str | None = None
    said: str | None = None
    cut: int = 0
    kept: int = 0

    @property
    def word(self) -> int | None:
        """When anything was heard of the session or its site last, by our clock."""
        return max(self.last or 0, self.heard or 0) or None


class Standing(Struct, frozen=True):
    """One session on the board; problems with their numbers, the most serious first."""

    facts: Facts
    phase: str
    problems: tuple[tuple[str, int], ...]

    @property
    def rank(self) -> tuple[int, int, str, str]:
        """Sorts problems first, then what is least far."""
        place = list(PROBLEMS).index(self.problems[0][0]) if self.problems else len(PROBLEMS)
        return place, list(PHASES).index(self.phase), self.facts.site, self.facts.session


def checked_day(text: str) -> str:
    """The same day, YYYY-MM-DD; NotFound if it is none."""
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise NotFound(what=text[:20]) from None
    return text


def list_days(headquarters: Headquarters) -> list[tuple[str, int]]:
    """Each day that has sessions, with how many, the latest first."""
    day = func.substr(sessions.c.starts_at, 1, 10)
    query = select(day, func.count()).group_by(day).order_by(day.desc())
    with headquarters.store.reading() as db:
        return [(row[0], row[1]) for row in db.execute(query)]


def chosen_day(days: list[tuple[str, int]], today: str) -> str:
    """Today if it has sessions, else the next day that has, else the last one, else today."""
    named = sorted(day for day, _ in days)
    return next((day for day in named if day >= today), named[-1] if named else today)


def of_day(day: str) -> ColumnElement[bool]:
    """Sessions that start on a day, in the offset of the site."""
    return sessions.c.starts_at.startswith(day, autoescape=True)


def facts_of(headquarters: Headquarters, wanted: ColumnElement[bool]) -> list[Facts]:
    """What is known of the sessions wanted, by start, site and session."""
    with headquarters.store.reading() as db:
        return [_facts(row) for row in db.execute(_query(wanted)).mappings()]


def latest(headquarters: Headquarters, limit: int, offset: int) -> list[Facts]:
    """What is known of the sessions that start last, a page of them."""
    order = (sessions.c.starts_at.desc(), sessions.c.site, sessions.c.id)
    these = select(sessions.c.id).order_by(*order).limit(limit).offset(offset)
    with headquarters.store.reading() as db:
        wanted = list(db.scalars(these))
    found = {one.session: one for one in facts_of(headquarters, sessions.c.id.in_(wanted))}
    return [found[session] for session in wanted if session in found]


def standings(headquarters: Headquarters, day: str, now: int) -> list[Standing]:
    """The board of a day, problems first."""
    found = facts_of(headquarters, of_day(checked_day(day)))
    return sorted((judged(one, now, RELEASE) for one in found), key=lambda one: one.rank)


def judged(facts: Facts, now: int, release: str = "") -> Standing:
    """Phase and problems of a session at a moment, beside our own release. Pure."""
    starts = int(datetime.fromisoformat(facts.starts_at).timestamp() * 1000)
    phase, since = _phase(facts), now - starts
    found = {
        "broken": facts.broken,
        "fork": facts.forks,
        # Neither there any more nor here.
        "lost": max(0, facts.cut - max(facts.kept, facts.batches)),
        "differs": facts.differing,
        "gap": facts.gap,
        **_late(facts, phase, since, starts, now),
        "release": bool(release and facts.software and facts.software != release),
    }
    listed = tuple((code, int(found[code])) for code in PROBLEMS if found[code])
    return Standing(facts, phase, listed)


def _late(facts: Facts, phase: str, since: int, starts: int, now: int) -> dict[str, int]:
    """What the hour says: things that should have happened by now."""
    uncopied = facts.batches - facts.archived
    soon = since > -DAY_MS
    # How long after the start the site spoke last.
    asked = (facts.heard or 0) - starts
    silent = phase == "waiting" and since > QUIET_MS and now - (facts.word or 0) > QUIET_MS
    over = phase in ("draft", "closed", "complete")
    return {
        "draft": phase == "draft" and soon,
        "locked": phase == "fetched" and facts.said == "waiting" and 0 < asked <= since,
        "unfetched": phase == "waiting" and soon and not silent,
        "overdue": not over and facts.batches > 0 and since > OVERDUE_MS,
        "silent": silent,
        "quiet": phase == "running" and now - max(facts.word or 0, starts) > QUIET_MS,
        "uncopied": uncopied if uncopied and now - (facts.oldest or now) > COPY_MS else 0,
    }


def _phase(facts: Facts) -> str:
    """By the journal, or by what the site said since, whichever is further."""
    if not facts.published:
        return "draft"
    if facts.closed_at is not None:
        whole = facts.whole and facts.batches == facts.archived and not facts.differing
        return "complete" if whole else "closed"
    # The first event of a journal is that its package was taken in.
    told = "fetched" if facts.batches else "waiting"
    for phase, at in (("unlocked", facts.unlocked_at), ("running", facts.opened_at)):
        told = phase if at is not None else told
    return max(told, _SAID.get(facts.said or "", "waiting"), key=list(PHASES).index)


def _query(wanted: ColumnElement[bool]) -> Select[Any]:
    these = select(sessions.c.id).where(wanted)
    arrived, counted, said = _arrived(these), _counted(these), contact_sessions.c
    joined = (
        sessions.join(sites, sites.c.id == sessions.c.site)
        .outerjoin(arrived, arrived.c.session == sessions.c.id)
        .outerjoin(counted, counted.c.session == sessions.c.id)
        .outerjoin(progress, progress.c.session == sessions.c.id)
        .outerjoin(contacts, contacts.c.site == sessions.c.site)
        .outerjoin(
            contact_sessions, (said.site == sessions.c.site) & (said.session == sessions.c.id)
        )
    )
    of_session = ("id", "site", "name_zh", "name_en", "kind", "starts_at", "room", "state")
    of_journal = (
        *("unlocked_at", "opened_at", "closed_at", "absent", "present", "handed_in"),
        *("differing", "forks", "broken", "gap", "lacking_zh"),
    )
    registered = func.coalesce(progress.c.registered, counted.c.registered, 0)
    picked = select(
        *(sessions.c[name] for name in of_session),
        *(progress.c[name] for name in of_journal),
        *(sites.c.name.label("site_name"), registered.label("registered")),
        *(arrived.c.batches, arrived.c.archived, arrived.c.oldest, arrived.c.last),
        *(contacts.c.at.label("heard"), contacts.c.software),
        *(said.state.label("said"), said.cut, said.batches.label("kept")),
    )
    order = (sessions.c.starts_at, sessions.c.site, sessions.c.id)
    return picked.select_from(joined).where(wanted).order_by(*order)


def _arrived(these: Select[tuple[str]]) -> Subquery:
    waiting = batches.c.state != "archived"
    return (
        select(
            batches.c.session,
            func.count().label("batches"),
            func.sum(case((waiting, 0), else_=1)).label("archived"),
            func.min(case((waiting, batches.c.received_at))).label("oldest"),
            func.max(batches.c.received_at).label("last"),
        )
        .where(batches.c.session.in_(these))
        .group_by(batches.c.session)
        .subquery()
    )


def _counted(these: Select[tuple[str]]) -> Subquery:
    """Rosters are counted until the first batch; from then on the count is kept in `progress`."""
    fresh = these.where(sessions.c.id.not_in(select(progress.c.session)))
    return (
        select(entries.c.session, func.count().label("registered"))
        .where(entries.c.session.in_(fresh))
        .group_by(entries.c.session)
        .subquery()
    )


def _facts(row: RowMapping) -> Facts:
    made: dict[str, Any] = {name: row[name] for name in _AS_THEY_ARE}
    made |= {name: row[name] or 0 for name in _COUNTS}
    return Facts(
        session=row["id"],
        name=Words(row["name_zh"], row["name_en"]),
        published=row["state"] == "published",
        broken=bool(row["broken"]),
        gap=bool(row["gap"]),
        whole=row["differing"] is not None and row["lacking_zh"] is None,
        **made,
    )
