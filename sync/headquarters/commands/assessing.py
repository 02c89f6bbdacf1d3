"""Commands about the marking desk: opened by an officer; marks are given on the pages."""

from pathlib import Path

import click

from sync.console import say, show_json
from sync.exam.assessing import DISTANCE
from sync.headquarters.assessing import figures, panel
from sync.headquarters.commands.base import json_option, opened, plain, show
from sync.headquarters.commands.officer import Officer, officer_options


@click.group()
def assess() -> None:
    """The marking desk: several assessors a script, who do not see each other's marks."""


@assess.command("open")
@click.argument("session_id")
@click.argument("sitting_id")
@click.option("--assessor", "assessors", multiple=True, required=True, help="Account of a marker.")
@click.option("--arbiter", "arbiters", multiple=True, required=True, help="Account of a marker.")
@click.option("--each", default=3, show_default=True, help="Assessors a script; an odd number.")
@click.option("--distance", default=DISTANCE, show_default=True, help="Per cent of a task's marks.")
@click.option("--reason", default="", help="Why, if there are fewer assessors than the rule.")
@officer_options
@click.pass_obj
def assess_open(
    folder: Path,
    session_id: str,
    sitting_id: str,
    assessors: tuple[str, ...],
    arbiters: tuple[str, ...],
    each: int,
    distance: int,
    reason: str,
    account: str,
    password_file: Path | None,
) -> None:
    """Open the desk of a practical sitting that has come in whole."""
    chosen = panel.Panel(assessors, arbiters, each, distance, reason)
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, "exam-officer")
        made = panel.open_desk(hq, by, session_id, sitting_id, chosen)
    say(f"评分台已开，答卷 {made.scripts} 份", f"The desk is open with {made.scripts} scripts")


@assess.command("refresh")
@click.argument("session_id")
@click.argument("sitting_id")
@officer_options
@click.pass_obj
def assess_refresh(
    folder: Path, session_id: str, sitting_id: str, account: str, password_file: Path | None
) -> None:
    """Take in what came since; scripts that were judged on other content are named."""
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, "exam-officer")
        made = panel.refresh_desk(hq, by, session_id, sitting_id)
    say(f"新增答卷 {made.scripts} 份", f"{made.scripts} scripts added")
    for number in made.changed:
        say(f"答卷 {number} 评分后内容有变，请复核", f"Script {number} changed after it was judged")


@assess.command("status")
@click.argument("session_id")
@json_option
@click.pass_obj
def assess_status(folder: Path, session_id: str, as_json: bool) -> None:
    """How far each desk of a session is, who marked how much, and how far they agree."""
    with opened(folder) as hq:
        found = [
            one
            for desk in figures.list_desks(hq, session_id)
            if (one := figures.progress(hq, *desk)) is not None
        ]
    if as_json:
        show_json(plain(found))
        return
    for one in found:
        say(
            f"{one.sitting}：考生 {one.settled}/{one.candidates}，评分 {one.done}/{one.places}，"
            f"待仲裁 {one.arbitration}",
            f"{one.sitting}: candidates {one.settled}/{one.candidates}, judgements "
            f"{one.done}/{one.places}, for an arbiter {one.arbitration}",
        )
        show(one.assessors, ["name", "arbiter", "done", "minutes", "mean", "spread", "lean"], False)
        show(one.tasks, ["task", "scripts", "settled", "mean", "spread", "alpha"], False)
