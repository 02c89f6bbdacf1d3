"""`examsite`: runs the site and does from the shell what the pages do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from siteapp.commands.check import check_command
from siteapp.commands.discover import discover
from siteapp.commands.journal import check_files, journal
from siteapp.commands.recovery import adopt_command, backup, recovery
from siteapp.commands.rescue import rescue
from siteapp.commands.standby import say_serving, standby
from siteapp.commands.status import send_again_command, status_command
from siteapp.courier import make_courier
from siteapp.serve import serve
from siteapp.site import Site
from siteapp.staff import ROLE_WORDS, ROLES
from sync.console import ExamGroup, language, say, show_error, show_json, show_table
from sync.serving import end_on_signals
from sync.tries import Round
from sync.wire.unlock import UnlockCode
from sync.words import Words

PHASES = {
    "waiting": Words("未开考", "waiting"),
    "open": Words("考试中", "open"),
    "closed": Words("已结束", "closed"),
}
YES_NO = {True: Words("是", "yes"), False: Words("否", "no")}


@click.group(cls=ExamGroup)
@click.version_option(package_name="examsite")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("/var/lib/examsite"),
    show_default=True,
    help="The site's data folder.",
)
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of messages.")
@click.pass_context
def main(ctx: click.Context, data: Path, lang: str | None) -> None:
    """The exam site: one small server that runs the sitting in the room."""
    ctx.obj = data


commands = (
    discover,
    standby,
    recovery,
    backup,
    adopt_command,
    journal,
    check_files,
    check_command,
    rescue,
    status_command,
    send_again_command,
)
for command in commands:
    main.add_command(command)


@contextmanager
def opened(folder: Path) -> Iterator[Site]:
    """The site, open for one command (DataFolderBusy while the service runs)."""
    site = Site(folder)
    try:
        yield site
    finally:
        site.close()


@main.command("serve")
@click.option("--host", help="Address to listen on [settings: host].")
@click.option("--port", type=click.IntRange(0, 65535), help="Port [settings: port]; 0 = any free.")
@click.pass_obj
def serve_command(folder: Path, host: str | None, port: int | None) -> None:
    """Serve the room until Ctrl-C or SIGTERM."""
    serve(folder, host, port, say_serving)


@main.group()
def package() -> None:
    """Exam packages."""


@package.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def package_import(folder: Path, path: Path) -> None:
    """Verify a package to its last byte and take it in."""
    with opened(folder) as site:
        plan = site.shelf.receive(path)
    count = len(plan.candidates)
    say(
        f"已导入场次 {plan.id}：{len(plan.sittings)} 个科目，{count} 名考生",
        f"Session {plan.id} imported: {len(plan.sittings)} sittings, {count} candidates",
    )


@package.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
@click.pass_obj
def package_list(folder: Path, as_json: bool) -> None:
    """Sessions at this site and how far each is."""
    with opened(folder) as site:
        rows = [
            {
                "session": s.plan.id,
                "name": s.plan.name.zh,
                "unlocked": s.unlocked,
                "sittings": s.sittings,
                "candidates": len(s.candidates),
                "events": s.next_seq,
            }
            for s in site.live.sessions.values()
        ]
    if as_json:
        show_json(rows)
    else:
        show_table(
            ["session", "name", "unlocked", "sittings", "candidates", "events"],
            [list(_in_words(r).values()) for r in rows],
        )


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    """For a person: yes or no, and the phase of each sitting."""
    lang = language()
    phases = [f"{name} {PHASES[phase].in_(lang)}" for name, phase in row["sittings"].items()]
    unlocked = YES_NO[row["unlocked"]].in_(lang)
    return row | {"unlocked": unlocked, "sittings": "\n".join(phases)}


@main.command()
@click.argument("session")
@click.option("--reason", default="", help="Why now, where this server's clock says it is early.")
@click.pass_obj
def unlock(folder: Path, session: str, reason: str) -> None:
    """Open a session's papers with the two codes, asked one after the other."""
    with opened(folder) as site:
        wanted = site.live.session(session)
        codes = [
            UnlockCode.parse(
                click.prompt(f"解锁码 / unlock code {official}", hide_input=False), official
            )
            for official in (1, 2)
        ]
        site.shelf.unlock(wanted, (codes[0], codes[1]), reason=reason)
    say(f"场次 {session} 已解锁", f"Session {session} unlocked")


@main.group()
def users() -> None:
    """Staff of the site."""


@users.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the person may do.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
@click.pass_obj
def users_add(folder: Path, name: str, role: str, as_json: bool) -> None:
    """Make an account; the password is shown once."""
    with opened(folder) as site:
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
    with opened(folder) as site:
        show_table(["name", "role"], site.staff.members())


def tell_round(done: Round) -> None:
    """What one round of the courier brought; ends with the exit status of its first error."""
    fetched, got, kept = done.fetched, done.received, done.archived
    say(
        f"试卷包 {fetched}，送达 {got}，存档 {kept}，拒收 {done.refused}，U 盘 {done.carried}",
        f"{fetched} packages fetched, {got} batches received, {kept} archived,"
        f" {done.refused} refused, {done.carried} carried",
    )
    for error in done.errors:
        show_error(error, language())
    if done.errors:
        raise click.exceptions.Exit(done.errors[0].exit_status)


@main.command("courier")
@click.option(
    "--stick",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder on a stick instead of the line.",
)
@click.option("--once", is_flag=True, help="One round, then end.")
@click.pass_obj
def courier_command(folder: Path, stick: Path | None, once: bool) -> None:
    """Fetch packages and deliver batches, over the network or a stick."""
    work = make_courier(folder, stick)
    if once:
        tell_round(work.step())
        return
    say("传送服务已启动", "The courier is up")
    stop = threading.Event()
    end_on_signals(stop.set)
    work.run(stop)


if __name__ == "__main__":
    main()
