"""Commands about what is examined: specifications and banks."""

from pathlib import Path

import click
import msgspec

from sync.console import FOLDER, language, say, show_json, show_table
from sync.errors import NotFound
from sync.exam.catalogue import find as find_specification
from sync.exam.catalogue import specifications as shipped_specifications
from sync.exam.specification import Specification
from sync.headquarters.commands.base import (
    cell,
    json_option,
    opened,
    plain,
    show,
    stamp,
)
from sync.headquarters.content import specifications
from sync.headquarters.content.bank import builtin_bank, builtin_codes, load_bank
from sync.headquarters.content.bank_keeping import take_samples
from sync.headquarters.store.folder import DATABASE
from sync.words import Words

BASIS = {"published": Words("公布", "published"), "assumed": Words("假定", "assumed")}


@click.group("specifications", invoke_without_command=True)
@json_option
@click.pass_context
def specifications_group(ctx: click.Context, as_json: bool) -> None:
    """Specifications: what each examination consists of."""
    if ctx.invoked_subcommand:
        return
    found = _specifications(ctx.obj)
    rows = [
        {
            "code": s.code,
            "title": s.title.in_(language()),
            "edition": s.edition,
            "components": [c.name for c in s.components],
        }
        for s in found
    ]
    show(rows, ["code", "title", "edition", "components"], as_json)


def _specifications(folder: Path) -> list[Specification]:
    """With the rules set in the folder; before one is set up, as they ship."""
    if not (folder / DATABASE).exists():
        return list(shipped_specifications().values())
    with opened(folder) as hq:
        return specifications.all_specifications(hq)


@specifications_group.command("show")
@click.argument("code")
@json_option
@click.pass_obj
def specification_show(folder: Path, code: str, as_json: bool) -> None:
    """One specification, or all of a qualification: every rule with its basis."""
    known = _specifications(folder)
    found = [s for s in known if s.code == code] or [s for s in known if s.qualification == code]
    if not found:
        raise NotFound(what=code)
    if as_json:
        show_json(plain(found[0] if len(found) == 1 else found))
        return
    for one in found:
        click.echo(f"\n{one.code}  {one.title.in_(language())}  {one.edition}")
        show_table(
            ["basis", "rule", "value", "source"],
            [
                [BASIS[r.basis].in_(language()), r.name, cell(plain(r.value)), r.source]
                for r in one.rules
            ],
        )


@specifications_group.command("set")
@click.argument("code")
@click.argument("rule")
@click.argument("value")
@click.pass_obj
def specification_set(folder: Path, code: str, rule: str, value: str) -> None:
    """Set an assumed rule; VALUE is JSON, or a word."""
    try:
        parsed = msgspec.json.decode(value)
    except msgspec.DecodeError:
        parsed = value
    with opened(folder) as hq:
        specifications.set_rule(hq, stamp(), code, rule, parsed)
    say(
        f"{code} {rule} 已设为 {value}；对此后新建的考试有效",
        f"{code} {rule} set to {value}, for sittings made from now on",
    )


@click.group()
def bank() -> None:
    """Banks of items."""


@bank.command("check")
@click.argument("code")
@click.option("--folder", "bank_folder", type=FOLDER, help="A folder instead of what ships.")
def bank_check(code: str, bank_folder: Path | None) -> None:
    """Check a bank against every rule of its format; all problems are listed."""
    specification = find_specification(code)
    found = load_bank(bank_folder, specification) if bank_folder else builtin_bank(code)
    items, tasks = len(found.items), len(found.tasks)
    say(f"{code}：{items} 题，{tasks} 个实训任务，无问题", f"{code}: {items} items, {tasks} tasks")


@bank.command("list")
@click.argument("code", required=False)
@json_option
def bank_list(code: str | None, as_json: bool) -> None:
    """Banks that ship, or how many items one has in each cell."""
    if code is None:
        show([{"code": one} for one in builtin_codes()], ["code"], as_json)
        return
    counts: dict[tuple[str, str], int] = {}
    for item in builtin_bank(code).items.values():
        counts[item.field, item.kind] = counts.get((item.field, item.kind), 0) + 1
    rows = [{"field": f, "kind": k, "items": n} for (f, k), n in counts.items()]
    show(rows, ["field", "kind", "items"], as_json)


@bank.command("take-samples")
@click.argument("code")
@click.pass_obj
def bank_take_samples(folder: Path, code: str) -> None:
    """Put the items that ship for a specification into the database's bank, marked as samples."""
    with opened(folder) as hq:
        count = take_samples(hq, stamp(), code)
    say(f"{code}：已放入 {count} 道样题", f"{code}: {count} samples put in")
