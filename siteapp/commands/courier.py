"""`examsite courier`: fetches packages and delivers batches, a process of its own."""

import threading
from pathlib import Path

import click

from siteapp.courier import make_courier
from sync.console import language, say, show_error
from sync.notify import Notifier
from sync.serving import end_on_signals
from sync.tries import Round


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


@click.command("courier")
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
    Notifier().ready("courier")
    stop = threading.Event()
    end_on_signals(stop.set)
    work.run(stop)
