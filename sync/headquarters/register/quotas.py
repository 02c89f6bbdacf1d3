"""The pilot's quota (证书试点申报): how many a site may register in a year, and of which majors."""

import re
from collections.abc import Mapping
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, insert, select, update

from sync.exam.catalogue import LEVELS, specifications
from sync.exam.specification import Struct
from sync.headquarters.register import places
from sync.headquarters.register.refusals import RegisterSheetRefused
from sync.headquarters.register.sheets import (
    Change,
    Line,
    Preview,
    plain,
    require_good,
    rows_of,
    whole,
)
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.register_tables import pilot_quotas, site_applications
from sync.headquarters.store.schema import sites
from sync.spreadsheet import sheet_bytes
from sync.words import Words

QuotaState = Literal["submitted", "granted", "refused"]
STATES: Mapping[QuotaState, Words] = {
    "submitted": Words("待审核", "submitted"),
    "granted": Words("已批准", "granted"),
    "refused": Words("未批准", "refused"),
}
COLUMNS = (
    "年度", "考点编号", "证书", "级别", "申请人数", "批准人数", "专业", "师资", "申报状态",
)  # fmt: skip
YEAR, SITE, CERTIFICATE, LEVEL, REQUESTED, GRANTED, MAJORS, TEACHERS, STATE = COLUMNS
MOST = 100_000


class Quota(Struct, frozen=True):
    """What was granted for a year, a site and a specification; no majors listed means all."""

    year: int
    site: str
    specification: str
    requested: int
    granted: int
    majors: tuple[str, ...]
    teachers: str
    state: QuotaState


class QuotaRow(Struct, frozen=True):
    """A quota with how many places of it are used."""

    quota: Quota
    used: int


def certificates() -> dict[str, tuple[str, str, str]]:
    """specification → qualification, its name, level: what has a quota at all."""
    return {
        one.code: (one.qualification, one.name.zh, one.level.zh)
        for one in specifications().values()
        if one.kind == "1+X"
    }


def set_quota(headquarters: Headquarters, by: Stamp, quota: Quota) -> None:
    """One quota, new or in place of what was; RegisterSheetRefused if it cannot be right."""
    with headquarters.store.writing() as db:
        problems = _problems(db, quota)
        if problems:
            raise RegisterSheetRefused(problems)
        _put(db, by, quota)


def _problems(db: Connection, quota: Quota) -> list[Words]:
    problems = []
    if quota.specification not in certificates():
        problems.append(Words("没有该证书或级别", "no such certificate or level"))
    if not known_site(db, quota.site):
        problems.append(Words(f"没有考点 {quota.site}", f"no site {quota.site}"))
    if quota.state != "granted" and quota.granted:
        problems.append(
            Words("未批准的申报不能有批准人数", "what is not granted has no number granted")
        )
    if quota.granted > max(quota.requested, 0):
        problems.append(Words("批准人数多于申请人数", "more granted than requested"))
    return problems


def known_site(db: Connection, site: str) -> bool:
    """Whether a site is enrolled or has applied."""
    applied = select(site_applications.c.site).where(site_applications.c.site == site).limit(1)
    enrolled = select(sites.c.id).where(sites.c.id == site)
    return bool(db.scalar(enrolled) or db.scalar(applied))


def _put(db: Connection, by: Stamp, quota: Quota) -> None:
    before = find(db, quota.year, quota.site, quota.specification, lock=True)
    if before == quota:
        return
    row = msgspec.structs.asdict(quota) | {"majors": "\n".join(quota.majors), "changed_at": by.at}
    here = _is(quota.year, quota.site, quota.specification)
    # In place: whoever waits for the row must find it again.
    act = update(pilot_quotas).where(here) if before else insert(pilot_quotas)
    db.execute(act.values(row))
    record(db, by, "quota.set", **msgspec.structs.asdict(quota), before=before)


def _is(year: int, site: str, code: str) -> ColumnElement[bool]:
    return (
        (pilot_quotas.c.year == year)
        & (pilot_quotas.c.site == site)
        & (pilot_quotas.c.specification == code)
    )


def find(db: Connection, year: int, site: str, code: str, lock: bool = False) -> Quota | None:
    """A quota; with `lock`, whoever else counts against it waits until this transaction ends."""
    query = select(pilot_quotas).where(_is(year, site, code))
    row = db.execute(query.with_for_update() if lock else query).mappings().first()
    return _quota(dict(row)) if row else None


def _quota(row: Mapping[str, object]) -> Quota:
    said = {name: row[name] for name in Quota.__struct_fields__}
    majors = tuple(m for m in str(said["majors"]).split("\n") if m)
    return msgspec.convert(said | {"majors": majors}, Quota)


def list_quotas(headquarters: Headquarters, year: int, site: str | None = None) -> list[QuotaRow]:
    """A year's quotas (of a site) by site and specification, with what is used."""
    query = select(pilot_quotas).where(pilot_quotas.c.year == year)
    if site is not None:
        query = query.where(pilot_quotas.c.site == site)
    query = query.order_by(pilot_quotas.c.site, pilot_quotas.c.specification)
    with headquarters.store.reading() as db:
        found = [_quota(dict(row)) for row in db.execute(query).mappings()]
        used = places.usage(db, year, None if site is None else [site])
    return [QuotaRow(one, used.get((one.site, one.specification), 0)) for one in found]


def years(headquarters: Headquarters) -> list[int]:
    """The years that have quotas, the newest first."""
    query = select(pilot_quotas.c.year).distinct().order_by(pilot_quotas.c.year.desc())
    with headquarters.store.reading() as db:
        return [int(year) for year in db.scalars(query)]


def preview(headquarters: Headquarters, texts: list[list[str]]) -> Preview:
    """What a sheet says, row by row; RegisterSheetRefused if it has no such columns."""
    with headquarters.store.reading() as db:
        lines, _ = _read(db, texts)
    return Preview(COLUMNS, tuple(lines), texts)


def take(headquarters: Headquarters, by: Stamp, texts: list[list[str]]) -> int:
    """Every row of a sheet as a quota, or none; how many. Other quotas stay as they are."""
    with headquarters.store.writing() as db:
        lines, found = _read(db, texts)
        require_good(lines)
        for one in sorted(found, key=lambda q: (q.year, q.site, q.specification)):
            _put(db, by, one)
    return len(found)


def _read(db: Connection, texts: list[list[str]]) -> tuple[list[Line], list[Quota]]:
    lines: list[Line] = []
    found: list[Quota] = []
    seen: dict[tuple[int, str, str], int] = {}
    for number, cells in rows_of(texts, COLUMNS):
        problems: list[Words] = []
        one = _parsed(cells, problems)
        change: Change = "new"
        if one is not None:
            key = one.year, one.site, one.specification
            if (first := seen.setdefault(key, number)) != number:
                problems.append(Words(f"与第 {first} 行重复", f"the same as row {first}"))
            problems += _problems(db, one)
            before = find(db, *key)
            change = "new" if before is None else "same" if before == one else "changed"
            found.append(one)
        lines.append(Line(number, tuple(cells.values()), tuple(problems), change))
    return lines, found


def _parsed(cells: dict[str, str], problems: list[Words]) -> Quota | None:
    year = whole(cells[YEAR], 2000, 2100)
    if year is None:
        problems.append(Words("年度应为四位年份", "year: four digits"))
    code = _specification(plain(cells[CERTIFICATE]), plain(cells[LEVEL]))
    if code is None:
        problems.append(Words("没有该证书或级别", "no such certificate or level"))
    requested = whole(cells[REQUESTED], 0, MOST)
    granted = whole(cells[GRANTED] or "0", 0, MOST)
    for name, en, value in ((REQUESTED, "requested", requested), (GRANTED, "granted", granted)):
        if value is None:
            problems.append(
                Words(f"{name}应为 0–{MOST} 的整数", f"{en}: a whole number up to {MOST}")
            )
    state = _state(plain(cells[STATE]), granted or 0)
    if state is None:
        known = "、".join(words.zh for words in STATES.values())
        problems.append(Words(f"申报状态应为{known}", f"state: one of {known}"))
    if year is None or code is None or requested is None or granted is None or state is None:
        return None
    site = plain(cells[SITE])
    majors = split_majors(cells[MAJORS])
    return Quota(year, site, code, requested, granted, majors, cells[TEACHERS], state)


def split_majors(text: str) -> tuple[str, ...]:
    """Majors as people list them; each once."""
    said = (plain(one) for one in re.split(r"[、,，;；\n]", text))
    return tuple(dict.fromkeys(one for one in said if one))


def _specification(certificate: str, level: str) -> str | None:
    for code, (qualification, name, its_level) in certificates().items():
        if certificate in (qualification, name, code) and level in (
            its_level,
            LEVELS[its_level][0],
        ):
            return code
    return None


def _state(text: str, granted: int) -> QuotaState | None:
    if not text:
        return "granted" if granted else "submitted"
    for state, words in STATES.items():
        if text in (state, words.zh):
            return state
    return None


def template() -> bytes:
    """An empty sheet with all columns as text."""
    return sheet_bytes("证书试点申报", COLUMNS, [], spare_rows=200)
