"""Commands for the files that candidates handed in."""

from pathlib import Path

import click

from sync.console import say
from sync.headquarters.commands.base import json_option, opened, show
from sync.headquarters.intake.handed_files import extract_files, handed_files
from sync.headquarters.planning.sessions import show_session


@click.group("files")
def files() -> None:
    """Files of practical tasks."""


@files.command("list")
@click.argument("session_id")
@json_option
@click.pass_obj
def files_list(folder: Path, session_id: str, as_json: bool) -> None:
    """Every file that a session's journal names, and whether it is here."""
    columns = ["attempt", "item", "name", "size", "counts", "state"]
    with opened(folder) as hq:
        show_session(hq, session_id)
        found = handed_files(hq, session_id)
    show(found, columns, as_json)
    missing = sum(one.state == "missing" for one in found)
    if not as_json:
        say(f"共 {len(found)} 个，缺 {missing} 个", f"{len(found)} in all, {missing} missing")


@files.command("extract")
@click.argument("session_id")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Write to this folder.",
)
@click.option("--all", "every", is_flag=True, help="Every version, not only the one that counts.")
@click.pass_obj
def files_extract(folder: Path, session_id: str, out: Path, every: bool) -> None:
    """Write files for marking: a folder a candidate; each checked against the journal."""
    with opened(folder) as hq:
        show_session(hq, session_id)
        written, missing = extract_files(hq, session_id, out, every=every)
    say(
        f"已写出 {written} 个，尚缺 {missing} 个",
        f"{written} written, {missing} not here yet",
    )
