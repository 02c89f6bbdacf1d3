"""Commands about papers out of the bank in the database."""

from pathlib import Path
from typing import Any

import click

from sync.console import say, show_json
from sync.exam.sitting import MAX_BREAK
from sync.headquarters.commands.base import json_option, opened, show, stamp
from sync.headquarters.planning.bank_papers import Proposal, Wish, fix, propose

SHARE = click.IntRange(0, 100)


@click.group()
def papers() -> None:
    """Papers drawn from the bank in the database."""


@papers.command("draw")
@click.argument("session_id")
@click.argument("sitting_id")
@click.option("--specification", "code", required=True, help="Such as 530051-junior.")
@click.option("--forms", type=click.IntRange(1, 26), default=2, help="How many forms to draw.")
@click.option("--seed", default="", help="Seed of the draw [default: the session's].")
@click.option("--from", "low", type=SHARE, help="Difficulty from, per cent.")
@click.option("--to", "high", type=SHARE, help="Difficulty to, per cent.")
@click.option("--repeats", type=SHARE, help="Items of earlier forms at most, per cent.")
@click.option("--earliest-hand-in", type=click.IntRange(0, 600), default=30, help="Minutes.")
@click.option(
    "--break", "break_minutes", type=click.IntRange(0, MAX_BREAK), default=0, help="Minutes."
)
@click.option("--dry-run", is_flag=True, help="Report only; keep nothing.")
@json_option
@click.pass_obj
def papers_draw(
    folder: Path,
    session_id: str,
    sitting_id: str,
    code: str,
    forms: int,
    seed: str,
    low: int | None,
    high: int | None,
    repeats: int | None,
    earliest_hand_in: int,
    break_minutes: int,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Draw a sitting's theory papers from reviewed items; of a rehearsal, from samples."""
    wish = Wish(code, forms, seed, low, high, repeats)
    with opened(folder) as hq:
        found = propose(hq, session_id, sitting_id, wish)
        if not dry_run:
            fix(
                hq,
                stamp(),
                session_id,
                sitting_id,
                wish,
                found.digest,
                earliest_hand_in=earliest_hand_in,
                break_minutes=break_minutes,
            )
    rows = _rows(found)
    if as_json:
        show_json({"dry_run": dry_run, "digest": found.digest, "forms": rows})
        return
    show(rows, ["form", "items", "easiness", "shared", "repeated"], False)
    if dry_run:
        say("仅预览，未作任何改动", "A preview only; nothing was changed")
    else:
        say(f"已确定 {sitting_id} 的试卷", f"The papers of {sitting_id} are fixed")


def _rows(found: Proposal) -> list[dict[str, Any]]:
    return [
        {
            "form": one.form.id,
            "items": len(one.form.items()),
            "easiness": one.easiness,
            "shared": one.shared,
            "repeated": one.repeated,
            "fields": {field.name: field.share for field in found.fields(one.form)},
        }
        for one in found.drawn
    ]
