"""Commands about items: scored, brought in, written out; and the figures of a session's."""

from collections import Counter
from pathlib import Path
from typing import Any

import click
import msgspec

from sync.console import say, show_json
from sync.errors import NotFound
from sync.headquarters.commands.base import (
    IN_FILE,
    OUT_FILE,
    cell,
    json_option,
    opened,
    plain,
    stamp,
)
from sync.headquarters.commands.marking import items_command
from sync.headquarters.content.bank_filing import shelved
from sync.headquarters.content.bank_keeping import held_items, keep, media_of
from sync.headquarters.content.drafts import Found, Refusal
from sync.headquarters.content.imports.reading import read_items
from sync.headquarters.content.imports.writing import (
    items_sheet,
    left_out,
    package,
    template_sheet,
)
from sync.headquarters.content.qti.markup import placed
from sync.headquarters.content.qti.scoring import score_item
from sync.headquarters.content.specifications import specification
from sync.headquarters.content_errors import ImportRefused, ResponsesRefused
from sync.wire.files import write_durably
from sync.words import Words


class ItemsGroup(click.Group):
    """`examhq items SESSION` is short for `examhq items figures SESSION`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, with `figures` put in where no command is named."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["figures", *args]
        return super().parse_args(ctx, args)


@click.group("items", cls=ItemsGroup)
def items_group() -> None:
    """Items: scored as QTI says, imported and exported; figures of a scored session."""


items_group.add_command(items_command)


@items_group.command("score")
@click.argument("item", type=IN_FILE)
@click.option("--responses", required=True, type=IN_FILE, help="JSON: identifier → response.")
@json_option
def items_score(item: Path, responses: Path, as_json: bool) -> None:
    """Score one attempt at a QTI item (2.0 to 3.0); prints its outcome variables."""
    found = score_item(item.read_bytes(), _responses(responses), item.name)
    if as_json:
        show_json(found)
        return
    for name, value in found.items():
        say(f"{name}：{cell(value)}", f"{name}: {cell(value)}")


def _responses(file: Path) -> Any:
    try:
        return msgspec.json.decode(file.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        where = Words(f"{file.name} 不是 JSON：{error}", f"{file.name} is not JSON: {error}")
        raise ResponsesRefused([where]) from None


@items_group.command("import")
@click.argument("path", type=IN_FILE)
@click.option("--dry-run", is_flag=True, help="Report only; import nothing.")
@click.option("--skip-refused", is_flag=True, help="Import the others where some are refused.")
@click.option("--specification", "code", help="On whose shelf they come; its tags are checked.")
@click.option("--field", default="", help="Work field of items that name none.")
@json_option
@click.pass_context
def items_import(
    ctx: click.Context,
    path: Path,
    dry_run: bool,
    skip_refused: bool,
    code: str | None,
    field: str,
    as_json: bool,
) -> None:
    """Import items from QTI, .xlsx or .xls, Moodle XML or GIFT: all of them, or none."""
    found = read_items(path)
    if code:
        with opened(ctx.obj) as hq:
            found = shelved(hq, found, specification(hq, code), field)
    taken = bool(found.drafts) and (skip_refused or not found.refused)
    kept: dict[str, int] = {}
    if taken and not dry_run:
        with opened(ctx.obj) as hq:
            kept = plain(keep(hq, stamp(), found, path.name, code or ""))
    if as_json:
        imported = len(found.drafts) if taken or dry_run else 0
        show_json(_report(found, imported, dry_run) | kept)
        ctx.exit(ImportRefused.exit_status if found.refused and not (taken and skip_refused) else 0)
    if found.refused and not skip_refused:
        raise ImportRefused([_said(one) for one in found.refused])
    for one in found.refused:
        line = _said(one)
        say(f"  · {line.zh}", f"  · {line.en}", err=True)
    count = len(found.drafts)
    if dry_run:
        say(
            f"可导入 {count} 题；未作任何改动",
            f"{count} items can be imported; nothing was changed",
        )
        return
    say(f"已导入 {count} 题", f"{count} items imported")


def _report(found: Found, imported: int, dry_run: bool) -> dict[str, Any]:
    """`imported`: how many are whole (in a dry run: would be taken were none refused)."""
    items = [
        {"item": draft.id, "kind": draft.kind, "file": place.file, "line": place.line}
        for draft, place in found.drafts
    ]
    return {
        "dry_run": dry_run,
        "imported": imported,
        "refused": [plain(one) for one in found.refused],
        "items": items,
        "kinds": dict(Counter(draft.kind for draft, _ in found.drafts)),
    }


def _said(one: Refusal) -> Words:
    where = f"{one.file} {one.item}".strip()
    return placed(where, one.line, one.reason)


@items_group.command("template")
@click.argument("file", type=OUT_FILE)
def items_template(file: Path) -> None:
    """Write the empty .xlsx form for items, with an example of each kind."""
    write_durably(file, template_sheet())
    say(f"已写入 {file}", f"Written: {file}")


@items_group.command("export")
@click.argument("file", type=OUT_FILE)
@click.option("--item", "names", multiple=True, help="Only this item; may be given several times.")
@click.pass_obj
def items_export(folder: Path, file: Path, names: tuple[str, ...]) -> None:
    """Write the items of the bank: a sheet (.xlsx), or else a QTI 3.0 package (.zip)."""
    with opened(folder) as hq:
        held = held_items(hq, names)
        drafts = [one.draft for _, one in sorted(held.items())]
        media = media_of(hq, drafts)
    missing = sorted(set(names) - held.keys())
    if missing or not drafts:
        raise NotFound(what="、".join(missing) or "items")
    if file.suffix.lower() == ".xlsx":
        write_durably(file, items_sheet(drafts))
        if skipped := left_out(drafts):
            listed = "、".join(skipped[:20])
            say(f"表格放不下的未写入：{listed}", f"Not in a sheet: {listed}", err=True)
    else:
        write_durably(file, package(drafts, media))
    say(f"已写入 {file}", f"Written: {file}")
