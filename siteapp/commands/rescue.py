"""`examsite rescue`: files that candidates' machines sealed while the server was away."""

from pathlib import Path

import click

from siteapp.site import Site
from siteapp.web.rescue_files import MAX_FILE, take_in
from sync.console import language, say, show_error
from sync.errors import ExamError


@click.group()
def rescue() -> None:
    """Rescue files of candidates' machines."""


@rescue.command("import")
@click.argument(
    "paths",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.pass_obj
def rescue_import(folder: Path, paths: tuple[Path, ...]) -> None:
    """Take in rescue files as evidence; two people apply it on the wall.

    Every file is tried; ends with the exit status of the first that was refused.
    """
    refused: list[ExamError] = []
    site = Site(folder)
    try:
        for path in paths:
            if error := _import(site, path):
                refused.append(error)
    finally:
        site.close()
    if refused:
        raise click.exceptions.Exit(refused[0].exit_status)


def _import(site: Site, path: Path) -> ExamError | None:
    try:
        with path.open("rb") as file:
            taken = take_in(site, file.read(MAX_FILE))
    except ExamError as error:
        say(f"{path.name}：未导入", f"{path.name}: not imported")
        show_error(error, language())
        return error
    say(
        f"{path.name}：{taken.attempt}，{taken.counted} 项已计入，{taken.waiting} 项待监考员采用",
        f"{path.name}: {taken.attempt}, {taken.counted} count now,"
        f" {taken.waiting} wait for an invigilator",
    )
    return None
