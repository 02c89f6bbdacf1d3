"""`examsite users`: the staff of the site."""

from contextlib import closing
from pathlib import Path

import click

from siteapp.site import Site
from siteapp.staff import ROLE_WORDS, ROLES
from sync.console import say, show_json, show_table


@click.group()
def users() -> None:
    """Staff of the site."""


@users.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the person may do.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
@click.pass_obj
def users_add(folder: Path, name: str, role: str, as_json: bool) -> None:
    """Make an account; the password is shown once."""
    with closing(Site(folder)) as site:
        password = site.staff.add(name, role)  # type: ignore[arg-type]
    if as_json:
        show_json({"name": name, "role": role, "password": password})
    else:
        words = ROLE_WORDS[role]
        say(
            f"{name}（{words.zh}）的密码：{password}",
            f"Password of {name} ({words.en}): {password}",
        )


@users.command("list")
@click.pass_obj
def users_list(folder: Path) -> None:
    """All accounts."""
    with closing(Site(folder)) as site:
        show_table(["name", "role"], site.staff.members())
