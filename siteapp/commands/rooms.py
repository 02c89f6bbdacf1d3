"""`examsite rooms`: the room plan from the shell."""

import getpass
from contextlib import closing
from pathlib import Path

import click
import msgspec

from siteapp.rooms.keeping import kept_plan
from siteapp.rooms.plan import RoomPlan
from siteapp.rooms.sheets import plan_sheet, read_plan_sheet
from siteapp.site import Site
from siteapp.store.checked import beside
from sync.console import OUT_FILE, language, say, show_json, show_table
from sync.errors import NotFound


@click.group()
def rooms() -> None:
    """The room plan: rooms, seats, and the machines bound to them."""


def _read(folder: Path) -> RoomPlan:
    if not (folder / "site.db").exists():
        raise NotFound(what=str(folder / "site.db"))
    with beside(folder / "site.db") as rows:
        return kept_plan(rows)


@rooms.command("list")
@click.option("--json", "as_json", is_flag=True, help="The whole plan as one JSON line.")
@click.pass_obj
def rooms_list(folder: Path, as_json: bool) -> None:
    """How many seats, spares and machines each room has; also while the service runs."""
    plan = _read(folder)
    if as_json:
        show_json(msgspec.to_builtins(plan))
        return
    bound = {one.seat for one in plan.machines}
    lines = []
    for room in plan.rooms:
        of = {kind: [c.seat for c in room.cells if c.kind == kind] for kind in ("seat", "spare")}
        here = sum(seat in bound for seats in of.values() for seat in seats)
        size = f"{room.rows} × {room.columns}"
        lines.append([room.name, size, len(of["seat"]), len(of["spare"]), here])
    heads = {
        "zh": ["机房", "行 × 列", "座位", "备用", "已绑定机器"],
        "en": ["room", "rows × columns", "seats", "spares", "machines bound"],
    }
    show_table(heads[language()], lines)


@rooms.command("export")
@click.argument("file", type=OUT_FILE)
@click.pass_obj
def rooms_export(folder: Path, file: Path) -> None:
    """Write the plan into an .xlsx FILE; also while the service runs."""
    plan = _read(folder)
    file.write_bytes(plan_sheet(plan))
    say(f"{len(plan.rooms)} 个机房 → {file}", f"{len(plan.rooms)} rooms → {file}")


@rooms.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def rooms_import(folder: Path, file: Path) -> None:
    """Put the plan of an .xlsx FILE in place of what was there; the page can undo it.

    Every bad row is named and nothing is taken. While the service runs, use its page.
    """
    plan = read_plan_sheet(file.read_bytes())
    with closing(Site(folder)) as site:
        who = f"{getpass.getuser()} (shell)"
        kept = site.rooms.change(site.rooms.now().version, who, file.name[:80], lambda _: plan)
    say(
        f"{len(plan.rooms)} 个机房，已保存为版本 {kept.version}",
        f"{len(plan.rooms)} rooms, saved as version {kept.version}",
    )
