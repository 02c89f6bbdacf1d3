"""`examsite serve`: the room's service."""

from pathlib import Path

import click

from siteapp.commands.standby import say_serving
from siteapp.serve import serve


@click.command("serve")
@click.option("--host", help="Address to listen on [settings: host].")
@click.option("--port", type=click.IntRange(0, 65535), help="Port [settings: port]; 0 = any free.")
@click.pass_obj
def serve_command(folder: Path, host: str | None, port: int | None) -> None:
    """Serve the room until Ctrl-C or SIGTERM."""
    serve(folder, host, port, say_serving)
