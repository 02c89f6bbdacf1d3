"""What the commands of `examhq` share."""

import getpass
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from sync.console import OutFile, language, show_json, show_table
from sync.headquarters.clock import wall_ms
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters, open_headquarters
from sync.moments import moment
from sync.words import Words

Command = TypeVar("Command", bound=Callable[..., Any])
IN_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
OUT_FILE = OutFile()
# Columns of milliseconds; JSON keeps the numbers.
MOMENTS = frozenset({"at", "since", "until", "expires_at", "used_at", "taken_at"})
YES, NO = Words("是", "yes"), Words("否", "no")
STANDINGS = {
    "usable": Words("可用", "usable"),
    "expired": Words("已过期", "expired"),
    "revoked": Words("已吊销", "revoked"),
    "waits-for-second": Words("待第二人批准", "waits for the second person"),
    "unused": Words("未使用", "unused"),
    "used": Words("已使用", "used"),
    "withdrawn": Words("已作废", "withdrawn"),
    "waiting": Words("待核对", "waiting"),
    "enrolled": Words("已登记", "enrolled"),
    "refused": Words("已拒绝", "refused"),
    "submitted": Words("已申请", "submitted"),
    "granted": Words("已批准", "granted"),
}
# Of commands whose lists grow with the country.
LIMIT = click.option(
    "--limit", type=click.IntRange(1, 100_000), default=200, show_default=True, help="At most."
)


@contextmanager
def opened(folder: Path) -> Iterator[Headquarters]:
    """Headquarters, open for one command; a service may run beside it."""
    headquarters = open_headquarters(folder)
    try:
        yield headquarters
    finally:
        headquarters.close()


def stamp() -> Stamp:
    """Who is at the command line, now."""
    return Stamp(f"cli:{getpass.getuser()}", wall_ms())


def json_option(command: Command) -> Command:
    """The flag that all listing commands have."""
    return click.option("--json", "as_json", is_flag=True, help="One line of JSON.")(command)


def show(rows: Sequence[Any], columns: Sequence[str], as_json: bool) -> None:
    """Rows of models: all of them as JSON, or some columns as a table."""
    found = [plain(row) for row in rows]
    if as_json:
        show_json(found)
    else:
        show_table(columns, [[_shown(c, row[c]) for c in columns] for row in found])


def plain(value: Any) -> Any:
    """A model as JSON has it; words in both languages by name."""
    if isinstance(value, Words):
        return value._asdict()
    if isinstance(value, msgspec.Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def _shown(column: str, value: object) -> str:
    """A value under its column: moments as the pages write them, states in the person's words."""
    if column in MOMENTS and isinstance(value, int):
        return moment(value)
    if isinstance(value, bool):
        return (YES if value else NO).in_(language())
    if column in ("standing", "sealed_to_key", "state") and value in STANDINGS:
        return STANDINGS[str(value)].in_(language())
    return cell(value)


def cell(value: object) -> str:
    """A value as a table shows it."""
    if value is None:
        return "—"
    if isinstance(value, list):
        return " ".join(cell(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {cell(one)}" for name, one in value.items())
    return str(value)
