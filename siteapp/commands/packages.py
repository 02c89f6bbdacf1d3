"""`examsite package` and `unlock`: what headquarters sent, and when it may be read."""

from contextlib import closing
from pathlib import Path
from typing import Any

import click

from siteapp.site import Site
from sync.console import language, say, show_json, show_table
from sync.wire.unlock import UnlockCode
from sync.words import Words

PHASES = {
    "waiting": Words("未开考", "waiting"),
    "open": Words("考试中", "open"),
    "closed": Words("已结束", "closed"),
}
YES_NO = {True: Words("是", "yes"), False: Words("否", "no")}


@click.group()
def package() -> None:
    """Exam packages."""


@package.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def package_import(folder: Path, path: Path) -> None:
    """Verify a package to its last byte and take it in."""
    with closing(Site(folder)) as site:
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
    with closing(Site(folder)) as site:
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


@click.command("unlock")
@click.argument("session")
@click.option("--reason", default="", help="Why now, where this server's clock says it is early.")
@click.pass_obj
def unlock(folder: Path, session: str, reason: str) -> None:
    """Open a session's papers with the two codes, asked one after the other."""
    with closing(Site(folder)) as site:
        wanted = site.live.session(session)
        codes = [
            UnlockCode.parse(
                click.prompt(f"解锁码 / unlock code {official}", hide_input=False), official
            )
            for official in (1, 2)
        ]
        site.shelf.unlock(wanted, (codes[0], codes[1]), reason=reason)
    say(f"场次 {session} 已解锁", f"Session {session} unlocked")
