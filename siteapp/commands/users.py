"""`examsite users`: the staff of the site."""

from contextlib import closing
from pathlib import Path

import click

from siteapp.site import Site
from siteapp.staff import ROLE_WORDS, ROLES
from sync.console import say, show_json, show_table

# Who acts where nobody is signed in.
SHELL = "-"


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
        site.staff.audit(SHELL, "add-user", f"{name} {role}")
    if as_json:
        show_json({"name": name, "role": role, "password": password})
    else:
        words = ROLE_WORDS[role]
        say(
            f"{name}（{words.zh}）的密码：{password}",
            f"Password of {name} ({words.en}): {password}",
        )


@users.command("reset")
@click.argument("name")
@click.pass_obj
def users_reset(folder: Path, name: str) -> None:
    """Make a new password, shown once; who used the old one is signed out."""
    with closing(Site(folder)) as site:
        password = site.staff.reset(name)
        site.staff.audit(SHELL, "reset-password", name)
    say(f"{name}的新密码：{password}", f"New password of {name}: {password}")


@users.command("remove")
@click.argument("name")
@click.pass_obj
def users_remove(folder: Path, name: str) -> None:
    """End an account; the last administrator stays."""
    with closing(Site(folder)) as site:
        site.staff.remove(name)
        site.staff.audit(SHELL, "remove-user", name)
    say(f"已移除 {name}", f"{name} was removed")


@users.command("list")
@click.pass_obj
def users_list(folder: Path) -> None:
    """All accounts."""
    with closing(Site(folder)) as site:
        show_table(["name", "role"], site.staff.members())
