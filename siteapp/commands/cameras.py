"""`examsite cameras`: the list of cameras, and looks at them, from the shell."""

from pathlib import Path
from typing import IO

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from siteapp.cameras.discover import discover
from siteapp.cameras.model import HTTP, KINDS, RTSP, seats_text
from siteapp.cameras.service import Cameras, of_site, wall_ms
from siteapp.config import Settings
from siteapp.errors import CamerasNotGood, NoRoomNetwork
from siteapp.identity import load_identity
from siteapp.lan.addresses import places
from siteapp.readiness.camera_checks import Seen
from siteapp.readiness.cameras import seen_now
from siteapp.readiness.checks import worst_first
from sync.console import language, say, show_json, show_table
from sync.readiness.catalogue import CATALOGUE
from sync.readiness.view import LEVELS
from sync.wire.readiness import Finding

PORT = click.IntRange(1, 65_535)


@click.group("cameras")
def cameras_command() -> None:
    """Cameras and recorders of the rooms. All of these may run beside the service."""


def _opened(folder: Path) -> tuple[Cameras, Settings]:
    identity, settings = load_identity(folder), Settings.load(folder)
    return of_site(folder, identity, settings), settings


@cameras_command.command("add")
@click.argument("host")
@click.option("--label", required=True, help="What people call it.")
@click.option(
    "--kind", type=click.Choice(KINDS), default="camera", show_default=True, help="What it is."
)
@click.option("--port", type=PORT, default=RTSP, show_default=True, help="Of RTSP.")
@click.option("--path", default="/", help="Of RTSP; with / ONVIF is asked for it.")
@click.option("--onvif-port", type=PORT, default=HTTP, show_default=True, help="Of ONVIF.")
@click.option("--seats", default="", help="Seats that it covers: 1-20, 25.")
@click.option("--room", default="", help="Or a whole room, by its name.")
@click.option("--user", default="", help="The password is asked for.")
@click.option("--password-file", type=click.File("r", encoding="utf-8"), help="In its place.")
@click.option("--replace", default="", help="Id of the camera whose place it takes.")
@click.pass_obj
def add_command(
    folder: Path, /, user: str, password_file: IO[str] | None, replace: str, **given: str | int
) -> None:
    """List a camera; its password is sealed before it is written."""
    password = ""
    if password_file is not None:
        password = password_file.read(1000).rstrip("\r\n")
    elif user:
        password = click.prompt("密码 / password", hide_input=True, err=True)
    cameras, _ = _opened(folder)
    made = cameras.book.put(given | {"user": user, "password": password}, replace)
    say(f"已登记 {made.id}：{made.label}", f"{made.id} listed: {made.label}")


@cameras_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
@click.pass_obj
def list_command(folder: Path, as_json: bool) -> None:
    """All of them, and what the last look found."""
    cameras, settings = _opened(folder)
    _show(seen_now(cameras, settings, wall_ms()), as_json)


@cameras_command.command("remove")
@click.argument("camera")
@click.pass_obj
def remove_command(folder: Path, camera: str) -> None:
    """List it no more; its pictures are deleted."""
    cameras, _ = _opened(folder)
    cameras.book.remove(camera)
    cameras.stills.prune([one.id for one in cameras.book.cameras()], wall_ms())
    say(f"已移除 {camera}", f"{camera} removed")


@cameras_command.command("check")
@click.argument("camera", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
@click.pass_obj
def check_command(folder: Path, camera: tuple[str, ...], as_json: bool) -> None:
    """Look at these cameras, or all, side by side. Exit status 3 if one of them fails."""
    cameras, settings = _opened(folder)
    for name in camera:
        cameras.book.camera(name)
    with Progress(console=Console(stderr=True), transient=True, disable=as_json) as shown:
        task = shown.add_task("RTSP · ONVIF", total=None)
        cameras.check(camera, lambda done, of: shown.update(task, completed=done, total=of))
    seen = seen_now(cameras, settings, wall_ms())
    seen = [one for one in seen if not camera or one.camera.id in camera]
    _show(seen, as_json)
    if bad := sum(one.level == "fail" for one in seen):
        raise CamerasNotGood(count=bad)


@cameras_command.command("discover")
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
@click.pass_obj
def discover_command(folder: Path, as_json: bool) -> None:
    """Devices that answer by ONVIF (WS-Discovery) in the networks of this server."""
    cameras, _ = _opened(folder)
    here = [one.address for one in places()]
    if not here:
        raise NoRoomNetwork
    listed = {one.host for one in cameras.book.cameras()}
    found = discover(here)
    if as_json:
        show_json([msgspec.to_builtins(one) | {"listed": one.address in listed} for one in found])
        return
    rows = [
        (one.address, one.port, one.name, one.hardware, "✓" if one.address in listed else "")
        for one in found
    ]
    show_table(["address", "port", "name", "model", "listed"], rows)


def _show(seen: list[Seen], as_json: bool) -> None:
    if as_json:
        show_json([_as_json(one) for one in seen])
        return
    lang = language()
    rows = []
    for one in seen:
        camera = one.camera
        bad = [f for f in worst_first(one.findings) if f.level != "ok"]
        said = [_found(f) for f in bad]
        where = f"{camera.host}:{camera.port}{camera.path}"
        covered = " · ".join(filter(None, (camera.room, seats_text(camera.seats))))
        level = LEVELS[one.level].in_(lang)
        how = [CATALOGUE[f.check].how.in_(lang) for f in bad if f.level in ("fail", "warn")]
        told = ("\n".join(said), "\n".join(how))
        rows.append((level, camera.id, camera.label, where, covered, *told))
    heads = ["result", "id", "name", "address", "seats", "found"]
    show_table([*heads, "怎么处理" if lang == "zh" else "what to do"], rows)


def _found(finding: Finding) -> str:
    """One line: the check, and what was measured or said; a bare title would look like praise."""
    value = "" if finding.value is None else str(finding.value)
    unknown = LEVELS["unknown"].in_(language()) if finding.level == "unknown" else ""
    words = (CATALOGUE[finding.check].title.in_(language()), value, finding.said, unknown)
    return " ".join(filter(None, words))


def _as_json(one: Seen) -> dict[str, object]:
    """Without what is sealed."""
    camera: dict[str, object] = msgspec.to_builtins(one.camera)
    camera["sealed"] = bool(one.camera.sealed)
    findings = msgspec.to_builtins(worst_first(one.findings))
    look = msgspec.to_builtins(one.look) if one.look else None
    return camera | {"level": one.level, "look": look, "findings": findings}
