"""What the commands of `examhq` share."""

import getpass
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from sync.console import show_json, show_table
from sync.headquarters.clock import wall_ms
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters, open_headquarters
from sync.words import Words

Command = TypeVar("Command", bound=Callable[..., Any])
IN_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
OUT_FILE = click.Path(path_type=Path, dir_okay=False)
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
        show_table(columns, [[cell(row[c]) for c in columns] for row in found])


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


def cell(value: object) -> str:
    """A value as a table shows it."""
    if value is None:
        return "—"
    if isinstance(value, list):
        return " ".join(cell(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {cell(one)}" for name, one in value.items())
    return str(value)
