"""Commands for the version that sites must have."""

from pathlib import Path

import click

from sync.console import say
from sync.headquarters.commands.base import json_option, opened, show
from sync.headquarters.commands.officer import Officer, officer_options
from sync.headquarters.register import versions


@click.group("version")
def version() -> None:
    """The oldest version of this software with which a site is ready."""


@version.command("require")
@click.argument("oldest")
@click.option("--reason", required=True, help="Why, in a sentence that sites read.")
@officer_options
@click.pass_obj
def require_command(
    folder: Path, oldest: str, reason: str, account: str, password_file: Path | None
) -> None:
    """Require a version, such as 1.2.0, of all sites; they learn it by line or stick."""
    with opened(folder) as hq:
        made = versions.require(
            hq, Officer(account, password_file).stamp(hq, "exam-officer"), oldest, reason
        )
    say(
        f"已要求各考点不低于 {made.oldest}（第 {made.serial} 号）",
        f"Sites must have {made.oldest} or later (number {made.serial})",
    )


@version.command("list")
@json_option
@click.pass_obj
def list_command(folder: Path, as_json: bool) -> None:
    """What was required when, the newest first."""
    with opened(folder) as hq:
        rows = [rule for rule, _ in versions.history(hq)]
    show(rows, ["serial", "oldest", "reason", "at"], as_json)
