"""What a school declared against what its server measured, and sites whose report needs a look."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, case, func, select

from sync.exam.specification import Struct
from sync.headquarters.register.application import NUMBERS, Stated
from sync.headquarters.store.delivery_tables import readiness
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.register_tables import site_applications
from sync.headquarters.store.schema import sites
from sync.words import Words

DAY_MS = 86_400_000
Need = Literal["missing", "old", "red", "differs"]
NEEDS: Mapping[Need, Words] = {
    "missing": Words("尚无报告", "no report"),
    "old": Words("报告过期", "old"),
    "red": Words("未就绪", "not ready"),
    "differs": Words("少于申报", "less than declared"),
}
How = Literal["less", "same", "more", "unknown"]
HOWS: Mapping[How, Words] = {
    "less": Words("少于申报", "less than declared"),
    "same": Words("相符", "agrees"),
    "more": Words("多于申报", "more than declared"),
    "unknown": Words("未检查", "not checked"),
}


class Measured(NamedTuple):
    """The newest report of a site, in the words of an application; None where nobody counted."""

    at: int
    ready: bool
    rooms: int
    servers: int
    student_machines: int
    cameras: int | None


class Compared(Struct, frozen=True):
    """One number of the application beside the measured one."""

    field: str
    declared: int
    measured: int | None
    how: How


class SiteReport(Struct, frozen=True):
    """A site and what its report needs; `at` is of the newest report, 0 if there is none."""

    site: str
    name: str
    at: int
    needs: tuple[Need, ...]


def compare(stated: Stated, measured: Measured, percent: int) -> list[Compared]:
    """All four numbers; fewer than `percent` of what was declared is less."""
    return [
        Compared(name, declared, found, _how(declared, found, percent))
        for name in NUMBERS
        for declared, found in [(getattr(stated, name), getattr(measured, name))]
    ]


def _how(declared: int, found: int | None, percent: int) -> How:
    if found is None:
        return "unknown"
    if found * 100 < declared * percent:
        return "less"
    return "more" if found > declared else "same"


def comparison(headquarters: Headquarters, site: str) -> list[Compared]:
    """The site's application beside its newest report; empty if either is missing."""
    with headquarters.store.reading() as db:
        stated, found = _stated(db, site).get(site), _newest(db, site).get(site)
    if stated is None or found is None:
        return []
    return compare(stated, found, headquarters.settings.premises_percent)


def sites_by_need(
    headquarters: Headquarters, now: int, only: Need | None = None
) -> list[SiteReport]:
    """Every enrolled site with what its newest report needs; of one need if `only` names it."""
    with headquarters.store.reading() as db:
        stated, newest = _stated(db), _newest(db)
        known = db.execute(select(sites.c.id, sites.c.name).order_by(sites.c.id)).all()
    found = []
    for site, name in known:
        report = newest.get(site)
        needs = _needs(headquarters, stated.get(site), report, now)
        if only is None or only in needs:
            found.append(SiteReport(site, name, report.at if report else 0, needs))
    return found


def _needs(
    headquarters: Headquarters, stated: Stated | None, report: Measured | None, now: int
) -> tuple[Need, ...]:
    if report is None:
        return ("missing",)
    settings = headquarters.settings
    compared = compare(stated, report, settings.premises_percent) if stated else []
    so: dict[Need, bool] = {
        "old": now - report.at > settings.report_days * DAY_MS,
        "red": not report.ready,
        "differs": any(one.how == "less" for one in compared),
    }
    return tuple(need for need, is_so in so.items() if is_so)


def _stated(db: Connection, site: str | None = None) -> dict[str, Stated]:
    """Each site's form: of the newest application that was approved, else of the newest."""
    rows = site_applications.c
    last = case((rows.state == "approved", 1), else_=0)
    query = select(rows.site, rows.stated).order_by(last, rows.id)
    if site is not None:
        query = query.where(rows.site == site)
    newest = {row.site: row.stated for row in db.execute(query)}
    return {name: msgspec.json.decode(text, type=Stated) for name, text in newest.items()}


def _newest(db: Connection, site: str | None = None) -> dict[str, Measured]:
    """Each site's report that came last."""
    rows = readiness.c
    order = func.row_number().over(
        partition_by=rows.site, order_by=(rows.received_at.desc(), rows.at.desc(), rows.session)
    )
    ranked = select(readiness, order.label("place"))
    if site is not None:
        ranked = ranked.where(rows.site == site)
    these = ranked.subquery()
    found = db.execute(select(these).where(these.c.place == 1))
    return {row.site: _measured(row) for row in found}


def _measured(row: Row[tuple[object, ...]]) -> Measured:
    values = (getattr(row, name) for name in Measured._fields)
    return Measured(*values)
