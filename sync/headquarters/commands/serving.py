"""Commands that serve until they are told to end."""

import sys
from pathlib import Path

import click

from sync.console import say
from sync.headquarters import serve
from sync.headquarters.commands.base import opened

HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
PORT = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8400,
    show_default=True,
    help="Port; 0 = any free.",
)


FRONT = click.option(
    "--front", default="", help="Address of the TLS front, believed when it says who asks."
)


@click.command("receive")
@HOST
@PORT
@FRONT
@click.pass_obj
def receive_command(folder: Path, host: str, port: int, front: str) -> None:
    """Take batches in and nothing else; any number of these share one PostgreSQL."""

    def ready(address: str) -> None:
        say(f"接收服务已启动：{address}", f"Receiving: {address}")
        sys.stdout.flush()

    with opened(folder) as hq:
        serve.receive(hq, host, port, ready, front)


@click.command("work")
@click.pass_obj
def work_command(folder: Path) -> None:
    """Archive and score what came in; any number of these share the work."""

    def ready() -> None:
        say("开始归档与评分", "Archiving and scoring")
        sys.stdout.flush()

    with opened(folder) as hq:
        serve.work(hq, ready)


@click.command("serve")
@HOST
@PORT
@FRONT
@click.pass_obj
def serve_command(folder: Path, host: str, port: int, front: str) -> None:
    """Serve sites and staff until Ctrl-C or SIGTERM."""

    def ready(address: str) -> None:
        say(f"考务总部已启动：{address}", f"Headquarters is up: {address}")
        sys.stdout.flush()

    with opened(folder) as hq:
        serve.serve(hq, host, port, ready, front)
