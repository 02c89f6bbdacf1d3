"""`examsite-setup update`: is there newer software, is it the right one. Installs nothing."""

from importlib import metadata
from pathlib import Path

import click

from siteapp.clock import wall_ms
from siteapp.courier import updates_of
from siteapp.identity import load_identity
from sync.console import FOLDER, say, show_json
from sync.moments import moment
from sync.updates import Updates
from sync.wire.update import Update

A_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON line.")


@click.group("update")
def update() -> None:
    """Newer software, signed by two officers of headquarters."""


@update.command("check")
@click.argument("source", metavar="FROM", type=FOLDER, required=False)
@json_option
@click.pass_obj
def check_command(folder: Path, source: Path | None, as_json: bool) -> None:
    """What is the newest: by the stick or folder FROM, or by what is kept here.

    A package that the courier has fetched over the line is named.
    """
    updates = _updates(folder)
    found = updates.take(source) if source else updates.current()
    path = updates.file_of(found)
    here = str(path) if path.is_file() else ""
    _tell(found, as_json, here)


@update.command("fetch")
@click.argument("source", metavar="FROM", type=FOLDER)
@json_option
@click.pass_obj
def fetch_command(folder: Path, source: Path, as_json: bool) -> None:
    """Copy the newest package from FROM and verify it; its path is printed."""
    updates = _updates(folder)
    path = updates.fetch(source)
    if as_json:
        show_json({"path": str(path), **_facts(updates.current())})
    else:
        _tell(updates.current(), False)
        click.echo(path)


@update.command("verify")
@click.argument("file", type=A_FILE)
@json_option
@click.pass_obj
def verify_command(folder: Path, file: Path, as_json: bool) -> None:
    """Exit status 0 if FILE is just what two officers signed, and may be installed now."""
    _tell(_updates(folder).verify(file), as_json)


def _updates(folder: Path) -> Updates:
    identity = load_identity(folder)
    return updates_of(identity, identity.register.sound(), wall_ms())


def _facts(found: Update) -> dict[str, object]:
    return {"installed": metadata.version("examsite")} | {
        name: getattr(found, name) for name in found.__struct_fields__
    }


def _tell(found: Update, as_json: bool, package: str = "") -> None:
    """`package`: where its file lies; empty if it is not here."""
    if as_json:
        show_json(_facts(found) | ({"path": package} if package else {}))
        return
    here, until = metadata.version("examsite"), moment(found.until)
    say(
        f"本机 {here}，最新 {found.version}：{found.reason}（{until} 前有效）",
        f"Here {here}, newest {found.version}: {found.reason} (until {until})",
    )
    if package:
        say(
            f"安装包已在本机；核验后安装：examsite-setup update verify {package}",
            f"Its package is here; verify, then install: examsite-setup update verify {package}",
        )
