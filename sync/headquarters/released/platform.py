"""A released list as the .xlsx that a certificate platform takes, by a mapping of columns."""

from datetime import datetime
from importlib import resources

from sqlalchemy import insert, select

from sync.errors import NotFound
from sync.exam.specification import Struct
from sync.headquarters.names import checked
from sync.headquarters.released.errors import MappingRefused
from sync.headquarters.released.lists import Line, ResultList
from sync.headquarters.released.mapping import (
    DATES,
    NUMBERS,
    Column,
    ColumnMapping,
    read_mapping,
)
from sync.headquarters.released.reading import released
from sync.headquarters.released.taking import taken
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.released_tables import column_mappings
from sync.spreadsheet import Cell, sheet_bytes
from sync.words import Words

SAMPLE = "1x-sample"


class NamedMapping(Struct, frozen=True):
    """A mapping under the name that officers choose it by."""

    name: str
    mapping: ColumnMapping


def keep_mapping(headquarters: Headquarters, by: Stamp, name: str, data: bytes) -> ColumnMapping:
    """Keep a mapping; one of the same name is no longer used, and stays in the database."""
    mapping = read_mapping(data)
    if checked(name) == SAMPLE:
        raise MappingRefused([Words(f"{name} 是随附的样例", f"{name} is the sample")])
    with headquarters.store.writing() as db:
        row = {"name": name, "content": data.decode("utf-8"), "who": by.who, "at": by.at}
        db.execute(insert(column_mappings).values(row))
        record(db, by, "results.mapping", name=name, columns=len(mapping.column))
    return mapping


def list_mappings(headquarters: Headquarters) -> list[NamedMapping]:
    """All mappings by name; the sample that comes with the product is the last."""
    query = select(column_mappings).order_by(column_mappings.c.number)
    with headquarters.store.reading() as db:
        own = {row.name: row.content for row in db.execute(query)}
    found = [NamedMapping(name, read_mapping(text.encode())) for name, text in sorted(own.items())]
    return [*found, NamedMapping(SAMPLE, read_mapping(sample_mapping()))]


def find_mapping(headquarters: Headquarters, name: str) -> ColumnMapping:
    """NotFound if nobody kept one under this name."""
    for one in list_mappings(headquarters):
        if one.name == name:
            return one.mapping
    raise NotFound(what=name[:64])


def sample_mapping() -> bytes:
    """The sample as a file to begin with."""
    found = resources.files("sync.headquarters.released")
    return found.joinpath("mappings", f"{SAMPLE}.toml").read_bytes()


def platform_sheet(
    headquarters: Headquarters,
    by: Stamp,
    session: str,
    name: str,
    *,
    release: int | None = None,
) -> bytes:
    """The sheet, made of a released list alone; recorded. NothingReleased before there is one."""
    mapping, found = find_mapping(headquarters, name), released(headquarters, session, release)
    rows = sheet_rows(found.list, mapping)
    made = sheet_bytes(mapping.sheet, [column.name for column in mapping.column], rows)
    taken(headquarters, by, found, "platform", mapping=name, rows=len(rows))
    return made


def sheet_rows(found: ResultList, mapping: ColumnMapping) -> list[list[Cell]]:
    """The rows below the head; text can be no formula once sheet_bytes writes it."""
    chosen = [
        (line, code)
        for line, code in zip(found.lines, found.codes(), strict=True)
        if line.outcome in mapping.outcomes
        and (not mapping.specifications or line.specification in mapping.specifications)
    ]
    return [
        [_cell(column, found, line, code, place) for column in mapping.column]
        for place, (line, code) in enumerate(chosen, start=1)
    ]


def _cell(column: Column, found: ResultList, line: Line, code: str, place: int) -> Cell:
    if column.text is not None:
        return column.text
    value = _value(column, found, line, code, place)
    if value is None or value == "":
        return column.empty
    said = column.values.get(str(value))
    if said is not None:
        return said
    return value if column.field in NUMBERS and not column.as_text else str(value)


def _value(column: Column, found: ResultList, line: Line, code: str, place: int) -> Cell:
    name = column.field or ""
    what, _, component = name.partition(".")
    if component:
        reached = next((one for one in line.components if one.name == component), None)
        return getattr(reached, what) if reached else None
    if name == "date":
        day = datetime.fromisoformat(found.starts_at)
        return day.strftime(DATES[column.date or "YYYY-MM-DD"])
    own: dict[str, Cell] = {"place": place, "code": code}
    for one in (line, found):
        if name in one.__struct_fields__:
            value = getattr(one, name)
            return value.zh if isinstance(value, Words) else value
    return own.get(name)
