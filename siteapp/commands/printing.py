"""`examsite print`: a paper of a session as PDF, also while the service runs."""

from pathlib import Path

import click

from siteapp.clock import wall_ms
from siteapp.forms.drawn import jpeg
from siteapp.forms.gather import Facts, gather
from siteapp.forms.kinds import KINDS, Kind
from siteapp.forms.making import made
from siteapp.identity import Identity, load_identity
from siteapp.papers import verify_kept
from siteapp.standby.folder import PairFolder
from siteapp.store import checked
from siteapp.store.checked import Rows
from siteapp.store.database import check_sqlite
from siteapp.store.printed import plan_of
from sync.console import say
from sync.errors import NotFound
from sync.spool import Spool
from sync.wire.files import write_durably
from sync.wire.photos import read_photos


@click.command("print")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.option("--session", required=True, help="The session.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The PDF to write; more than a hundred tickets go into several, numbered files.",
)
@click.pass_obj
def print_command(folder: Path, kind: str, session: str, out: Path) -> None:
    """Write a paper of a session as PDF: what the page of the same name prints."""
    PairFolder(folder).refuse_spare()
    check_sqlite()
    identity, wanted = load_identity(folder), KINDS[kind]
    if not (folder / "site.db").exists():
        raise NotFound(what=session)
    with checked.beside(folder / "site.db") as rows:
        facts = _facts(rows, folder, identity, session, wanted)
    for number, one in enumerate(made(wanted, facts), start=1):
        to = out if number == 1 else out.with_stem(f"{out.stem}-{number}")
        write_durably(to, one.data)
        say(f"已写入 {to.name}", f"Written: {to.name}")


def _facts(rows: Rows, folder: Path, identity: Identity, session: str, kind: Kind) -> Facts:
    found: dict[str, bytes] = {}
    if "photos" in kind.needs:
        plan = plan_of(rows, session)
        digest = checked.package(rows, session)
        package = verify_kept(folder / "packages" / f"{digest}.package", identity)
        found = read_photos(package, identity.seal, plan).photos

    def photo(admission: str) -> str:
        return jpeg(found[admission]) if admission in found else ""

    spool = Spool(folder / "spool")
    return gather(rows, identity, spool, session, kind.needs, wall_ms(), photo)
