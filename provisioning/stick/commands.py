"""`examsite-setup stick`: an installation stick, from headquarters to the site."""

import os
from pathlib import Path
from typing import Any

import click

from provisioning.errors import LoginRefused
from provisioning.privileged import Machine
from provisioning.stick import layout, making, unattended
from provisioning.stick.taking import Box, Found
from siteapp.clock import wall_ms
from sync.console import FOLDER, say, show_json
from sync.headquarters.commands.base import IN_FILE, opened
from sync.headquarters.commands.officer import Officer, officer_options
from sync.headquarters.planning.install_sticks import root_of
from sync.moments import moment
from sync.wire.keys import SECRET_LENGTH, SigningKey, load_key

A_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
root_option = click.option(
    "--root", help="Fingerprint of headquarters' root key, as told on paper; a site knows it."
)
kept_option = click.option("--kept", type=FOLDER, help="Where this machine keeps what it takes.")
key_option = click.option("--key", type=IN_FILE, required=True, help="Your own release key file.")
hq_option = click.option(
    "--headquarters",
    type=FOLDER,
    default=Path("/var/lib/examhq"),
    show_default=True,
    help="Headquarters' data folder.",
)


@click.group("stick")
def stick() -> None:
    """A stick with all that a new site needs, listed and signed by two officers."""


@stick.command("make")
@click.argument("to", metavar="DEST", type=FOLDER)
@click.option("--site", required=True, help="For which site.")
@click.option("--package", type=IN_FILE, required=True, help="The software, as signed last.")
@click.option("--bundle", type=IN_FILE, help="The enrolment bundle of the site.")
@click.option("--answers", type=IN_FILE, help="The site's answers for examsite-setup apply.")
@click.option("--rooms", type=IN_FILE, help="The room plan that the school filled in.")
@click.option("--kits", type=A_FOLDER, help="A folder for student machines.")
@click.option("--debian", type=A_FOLDER, help="A folder of Debian packages that it lacks.")
@click.option("--login", type=IN_FILE, help="The administrator's hashed password (crypt).")
@click.option("--erase", is_flag=True, help="Unattended: erase the disk if there is only one.")
@click.option(
    "--days",
    type=click.IntRange(1, 400),
    default=60,
    show_default=True,
    help="After so many days nobody believes it any more.",
)
@hq_option
@key_option
@officer_options
def make_command(to: Path, headquarters: Path, key: Path, **given: Any) -> None:
    """Lay a stick out in the folder DEST and sign its list; a second officer must do so too."""
    officer = Officer(given.pop("account"), given.pop("password_file"))
    machine = unattended.Machine(_login(given.pop("login")), given.pop("erase"))
    signer = SigningKey.from_bytes(load_key(key, SECRET_LENGTH))
    with opened(headquarters) as hq:
        by = officer.stamp(hq, "release-officer")
        wanted = making.Wanted(**given, machine=machine)
        listed = making.make_stick(hq, by, signer, to, wanted)
    say(
        f"考点 {listed.site} 的 U 盘已制作：{len(listed.files)} 个文件；还需第二位发布人签名",
        f"Stick for site {listed.site}: {len(listed.files)} files; the second officer signs next",
    )


@stick.command("countersign")
@click.argument("at", metavar="STICK", type=FOLDER)
@hq_option
@key_option
@officer_options
def countersign_command(
    at: Path, headquarters: Path, key: Path, account: str, password_file: Path | None
) -> None:
    """Verify every file of a STICK and sign its list too; from then on sites believe it."""
    signer = SigningKey.from_bytes(load_key(key, SECRET_LENGTH))
    with opened(headquarters) as hq:
        by = Officer(account, password_file).stamp(hq, "release-officer")
        listed = making.countersign_stick(hq, by, signer, at)
        root = root_of(hq)
    say(
        f"考点 {listed.site} 的 U 盘可以交付，有效至 {moment(listed.until)}",
        f"The stick for site {listed.site} is ready, good until {moment(listed.until)}",
    )
    say(
        f"根密钥指纹（写在信函上，不要写在 U 盘上）：{root}",
        f"The root's fingerprint, for the letter and not for the stick: {root}",
    )


@stick.command("check")
@click.argument("at", metavar="STICK", type=FOLDER)
@root_option
@kept_option
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
@click.pass_obj
def check_command(
    folder: Path, at: Path, root: str | None, kept: Path | None, as_json: bool
) -> None:
    """Verify every byte of a STICK, and say what is on it and what `import` would do."""
    _tell(Box(folder, _kept(folder, kept), wall_ms()).look(at, root), as_json)


@stick.command("import")
@click.argument("at", metavar="STICK", type=FOLDER)
@root_option
@kept_option
@click.pass_obj
def import_command(folder: Path, at: Path, root: str | None, kept: Path | None) -> None:
    """Verify a STICK, copy it whole or not at all, and hand over to the site what is new."""
    place = _kept(folder, kept)
    box = Box(folder, place, wall_ms())
    found = box.look(at, root)
    _tell(found, False)
    box.keep(at, found)
    if found.enrolled:
        _take(folder, place)
        return
    answers = box.held / layout.ANSWERS
    say(
        f"已保存；下一步：examsite-setup apply --answers {answers}，然后 examsite-setup stick take",
        f"Kept. Next: examsite-setup apply --answers {answers}, then examsite-setup stick take",
    )


@stick.command("take")
@kept_option
@click.pass_obj
def take_command(folder: Path, kept: Path | None) -> None:
    """Hand over to the site, once it is one, what was copied from the last stick."""
    _take(folder, _kept(folder, kept))


def _take(folder: Path, kept: Path) -> None:
    machine = Machine()
    if machine.belongs_to_another(folder):
        command = ("examsite-setup", "--data", str(folder), "stick", "take", "--kept", str(kept))
        machine.as_site(command)
        return
    taken = Box(folder, kept, wall_ms()).take()
    said = "、".join(taken) or "没有新内容"
    say(f"已交给考点系统：{said}", f"Handed over: {', '.join(taken) or 'nothing new'}")


def _kept(folder: Path, given: Path | None) -> Path:
    """Root's own place on a machine; beside the data for anybody else."""
    return given or (layout.KEPT if os.geteuid() == 0 else folder / "stick")


def _login(file: Path | None) -> str:
    if file is None:
        return unattended.Machine().login
    found = file.read_text("utf-8", "replace").strip()
    if not unattended.HASH.fullmatch(found):
        raise LoginRefused(file=file)
    return found


def _tell(found: Found, as_json: bool) -> None:
    listed, update = found.listed, found.update
    if as_json:
        told = {"site": listed.site, "at": listed.at, "until": listed.until, "root": found.root}
        show_json(told | _does(found))
        return
    say(
        f"考点 {listed.site} 的 U 盘，{moment(listed.at)} 制作，{moment(listed.until)} 前有效；"
        f"{len(listed.files)} 个文件逐字节核验通过，两位发布人签名（根密钥 {found.root}）",
        f"A stick for site {listed.site}, made {moment(listed.at)}, good until"
        f" {moment(listed.until)}; {len(listed.files)} files verified to the last byte, signed by"
        f" two officers (root {found.root})",
    )
    newer = ("保留备装", "kept to be installed") if found.newer else ("不需要", "not needed")
    say(f"软件 {update.version}：{newer[0]}", f"Software {update.version}: {newer[1]}")
    count = len(found.packages)
    say(f"试卷包 {count} 个：交给考点系统", f"{count} exam packages: handed to the site")
    if found.rule:
        say("软件版本要求：取用", "The version that headquarters requires: taken")
    if found.kits:
        say(f"考试机文件 {found.kits} 个：保留", f"{found.kits} files for student machines: kept")
    if found.bundle:
        used = ("已登记，不使用", "not used, this box is a site") if found.enrolled else (
            "保留，供 examsite-setup apply 登记", "kept for examsite-setup apply"
        )  # fmt: skip
        say(f"登记包：{used[0]}", f"Enrolment bundle: {used[1]}")


def _does(found: Found) -> dict[str, object]:
    return {
        "software": found.update.version,
        "newer": found.newer,
        "packages": list(found.packages),
        "kits": found.kits,
        "bundle": found.bundle,
        "rule": found.rule,
        "enrolled": found.enrolled,
    }
