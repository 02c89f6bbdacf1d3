"""Commands for the pilot's quota and for the calendar of sittings."""

from collections.abc import Callable
from pathlib import Path

import click

from sync.console import language, say, show_table
from sync.headquarters.commands.base import IN_FILE, OUT_FILE, json_option, opened, show, stamp
from sync.headquarters.register import calendar as calendars
from sync.headquarters.register import quotas
from sync.headquarters.register.quotas import STATES, Quota
from sync.headquarters.register.sheets import Preview, require_good, texts_of
from sync.headquarters.store.folder import Headquarters
from sync.wire.files import write_durably
from sync.words import Words

YEARS = click.IntRange(2000, 2100)
CHANGES = {
    "new": Words("新增", "new"),
    "changed": Words("更改", "changed"),
    "same": Words("不变", "same"),
}


@click.group("quota")
def quota() -> None:
    """The pilot's quota: how many a site may register in a year, and of which majors."""


@quota.command("set")
@click.argument("site")
@click.argument("specification")
@click.option("--year", type=YEARS, required=True, help="Of which year.")
@click.option("--requested", type=int, required=True, help="How many the school asked for.")
@click.option("--granted", type=int, default=0, help="How many were granted [default: 0].")
@click.option("--major", "majors", multiple=True, help="A major listed; none listed means all.")
@click.option("--teachers", default="", help="The school's teachers, in words.")
@click.option("--refused", is_flag=True, help="The pilot was refused.")
@click.pass_obj
def set_command(
    folder: Path,
    site: str,
    specification: str,
    year: int,
    requested: int,
    granted: int,
    majors: tuple[str, ...],
    teachers: str,
    refused: bool,
) -> None:
    """Enter one quota, such as of site-01 for 530051-junior."""
    state: quotas.QuotaState = "refused" if refused else "granted" if granted else "submitted"
    one = Quota(year, site, specification, requested, granted, majors, teachers, state)
    with opened(folder) as hq:
        quotas.set_quota(hq, stamp(), one)
    shown = STATES[state]
    say(
        f"{year} 年 {site} {specification}：{shown.zh}，{granted} 人",
        f"{year} {site} {specification}: {shown.en}, {granted}",
    )


@quota.command("list")
@click.option("--year", type=YEARS, required=True, help="Of which year.")
@click.option("--site", help="Only of this site.")
@json_option
@click.pass_obj
def quota_list(folder: Path, year: int, site: str | None, as_json: bool) -> None:
    """A year's quotas; what is used is counted from the rosters."""
    with opened(folder) as hq:
        found = quotas.list_quotas(hq, year, site)
    rows = [
        {name: getattr(one.quota, name) for name in Quota.__struct_fields__} | {"used": one.used}
        for one in found
    ]
    columns = ["site", "specification", "requested", "granted", "used", "majors", "state"]
    show([row | {"majors": list(row["majors"])} for row in rows], columns, as_json)


@quota.command("template")
@click.argument("file", type=OUT_FILE)
def quota_template(file: Path) -> None:
    """Write an empty sheet of quotas, its columns set to text."""
    write_durably(file, quotas.template())
    say(f"已写入 {file}", f"Written: {file}")


@quota.command("import")
@click.argument("file", type=IN_FILE)
@click.option("--preview", is_flag=True, help="Only show what each row would do.")
@click.pass_obj
def quota_import(folder: Path, file: Path, preview: bool) -> None:
    """Take a sheet of quotas; all problems are listed, nothing half taken."""
    _import(folder, file, preview, quotas.preview, quotas.take)


@click.group("calendar")
def calendar() -> None:
    """The calendar of sittings."""


@calendar.command("list")
@click.option("--year", type=YEARS, required=True, help="Of which year.")
@json_option
@click.pass_obj
def calendar_list(folder: Path, year: int, as_json: bool) -> None:
    """A year's sittings; 2024's ship."""
    with opened(folder) as hq, hq.store.reading() as db:
        found = calendars.of_year(db, year)
    rows = [
        {
            "number": one.number,
            "first": f"{one.first.day} {one.first.hours}",
            "second": f"{one.second.day} {one.second.hours}",
            "levels": list(one.levels),
        }
        for one in found
    ]
    show(rows, ["number", "first", "second", "levels"], as_json)


@calendar.command("template")
@click.argument("file", type=OUT_FILE)
def calendar_template(file: Path) -> None:
    """Write a sheet to fill in, with 2024's sittings as the example."""
    write_durably(file, calendars.template())
    say(f"已写入 {file}", f"Written: {file}")


@calendar.command("import")
@click.argument("file", type=IN_FILE)
@click.option("--preview", is_flag=True, help="Only show what each row would do.")
@click.pass_obj
def calendar_import(folder: Path, file: Path, preview: bool) -> None:
    """Take a sheet: each year in it becomes as the sheet has it."""
    _import(folder, file, preview, calendars.preview, calendars.take)


def _import(
    folder: Path,
    file: Path,
    preview: bool,
    look: Callable[[Headquarters, list[list[str]]], Preview],
    take: Callable[..., int],
) -> None:
    texts = texts_of(file.read_bytes())
    with opened(folder) as hq:
        if not preview:
            count = take(hq, stamp(), texts)
            say(f"已导入 {count} 行", f"{count} rows imported")
            return
        found = look(hq, texts)
    lang = language()
    rows = [
        [
            line.number,
            CHANGES[line.change].in_(lang),
            *line.cells,
            "; ".join(p.in_(lang) for p in line.problems),
        ]
        for line in found.lines
    ]
    show_table(["row", "change", *found.columns, "problems"], rows)
    require_good(found.lines)
