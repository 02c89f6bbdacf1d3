"""`examsite retention`: what may go, what is gone, and the order of two people."""

from contextlib import closing
from pathlib import Path

import click

from siteapp.conduct.retention import due_ms
from siteapp.site import Site
from siteapp.staff import LEADERS
from siteapp.store.destroyed import all_destroyed
from siteapp.web.times import china_minute
from sync.console import say, show_table
from sync.errors import NotAllowed

# Who may order it.
CONSOLE = "console"


@click.group()
def retention() -> None:
    """What sessions left here, and how it goes."""


@retention.command("list")
@click.pass_obj
def list_command(folder: Path) -> None:
    """Every session: what headquarters has archived, from when it may go, what is destroyed."""
    with closing(Site(folder)) as site:
        rows = []
        for session in site.live.sessions.values():
            standing = site.retention.standing(session)
            due = due_ms(standing, site.retention.days)
            may = china_minute(due) if due is not None else "-"
            state = "ordered" if session.destroy else "here"
            archived = f"{standing.archived}/{standing.documents}"
            rows.append([session.plan.id, state, archived, may])
        for one in all_destroyed(site.live.rows):
            rows.append([one.session, "destroyed", str(one.documents), china_minute(one.at)])
    show_table(["session", "state", "archived", "from"], rows)


@retention.command("destroy")
@click.argument("session")
@click.option("--reason", required=True, help="Why it goes.")
@click.option("--by", required=True, help="Who decides: an administrator or the chief.")
@click.option("--second", required=True, help="The second person, another one of these.")
@click.pass_obj
def destroy_command(folder: Path, session: str, reason: str, by: str, second: str) -> None:
    """Order that SESSION goes; both passwords are asked for. Needs headquarters' receipts.

    It goes while the service runs, when headquarters has archived the order too.
    """
    if by == second:
        raise NotAllowed(reason_zh="须由两个人决定", reason_en="it takes two people")
    with closing(Site(folder)) as site:
        found = site.live.session(session)
        for name in (by, second):
            password = click.prompt(name, hide_input=True, err=True)
            site.staff.vouch(name, password, CONSOLE, LEADERS)
        site.retention.order(found, (reason, by, second))
    say(
        f"已记录：{session} 将在总部存档本决定后销毁",
        f"Recorded: {session} is destroyed when headquarters has archived this order",
    )
