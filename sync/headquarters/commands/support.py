"""`examhq support open`: what a site that asks for help said of itself."""

from pathlib import Path

import click

from sync.console import show_json
from sync.errors import NotFound
from sync.headquarters.commands.base import IN_FILE, opened
from sync.headquarters.register.sites import certificate_of
from sync.wire.sealed import peek_identity
from sync.wire.support import read_support


@click.group("support")
def support() -> None:
    """Sites that ask for help."""


@support.command("open")
@click.argument("bundle", type=IN_FILE)
@click.pass_obj
def open_command(folder: Path, bundle: Path) -> None:
    """Verify and open a support bundle of a site of ours; JSON on one line."""
    _, identity, _ = peek_identity(bundle)
    with opened(folder) as hq:
        site = identity.get("site")
        if not isinstance(site, str):
            raise NotFound(what="site")
        certificate = certificate_of(hq, site)
        show_json({"site": site, **read_support(bundle, certificate, hq.keys.live())})
