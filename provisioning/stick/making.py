"""An installation stick is laid out at headquarters and listed; two officers sign the list."""

import shutil
import tomllib
from pathlib import Path
from typing import NamedTuple

import msgspec

from provisioning.setup.answers import Answers, read_answers
from provisioning.stick import layout
from provisioning.stick.unattended import Machine, install_script, preseed, readme
from sync.headquarters.planning.install_sticks import (
    Contents,
    check_bundle,
    contents_for,
    countersign_list,
    sign_list,
)
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters
from sync.install_stick import FOLDER, InstallStick, list_files
from sync.updates import lay_out
from sync.wire.files import sync_folder, write_durably
from sync.wire.keys import SigningKey
from sync.wire.stick_list import LIST, StickList, peek_list
from sync.wire.update import check_update_file, peek_update

DAY_MS = 86_400_000


class Wanted(NamedTuple):
    """What goes on a stick besides what headquarters has for every site."""

    site: str
    package: Path
    bundle: Path | None = None
    answers: Path | None = None
    rooms: Path | None = None
    # Folders: what student machines need, and packages of Debian that the machine lacks.
    kits: Path | None = None
    debian: Path | None = None
    machine: Machine = Machine()
    days: int = 60


def make_stick(
    headquarters: Headquarters, by: Stamp, key: SigningKey, to: Path, wanted: Wanted
) -> StickList:
    """Lay a stick out in `to`, with the first officer's signature; what was there is replaced.

    UpdateFileDiffers unless the package is the one that two officers signed last.
    """
    found = contents_for(headquarters, wanted.site)
    check_update_file(peek_update(found.word)[0], wanted.package)
    if wanted.bundle is not None:
        check_bundle(headquarters, wanted.site, wanted.bundle.read_bytes())
    answers = _answers(wanted)
    fresh = to / f".{FOLDER}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        _fill(fresh, found, wanted, answers)
        listed = StickList(wanted.site, list_files(fresh), by.at, by.at + wanted.days * DAY_MS)
        write_durably(fresh / LIST, sign_list(headquarters, by, key, listed))
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    # FAT replaces no folder by another.
    shutil.rmtree(to / FOLDER, ignore_errors=True)
    fresh.rename(to / FOLDER)
    sync_folder(to)
    return listed


def countersign_stick(
    headquarters: Headquarters, by: Stamp, key: SigningKey, at: Path
) -> StickList:
    """The second officer's signature, on a stick every byte of which is still as it is listed."""
    stick = InstallStick(at)
    envelope = stick.list_bytes()
    listed = peek_list(envelope)[0]
    stick.check(listed)
    write_durably(stick.folder / LIST, countersign_list(headquarters, by, key, envelope))
    return listed


def _fill(folder: Path, found: Contents, wanted: Wanted, answers: Answers) -> None:
    lay_out(folder, found.word, wanted.package)
    write_durably(folder / layout.KEYS, found.register)
    if found.rule is not None:
        write_durably(folder / layout.VERSION, found.rule)
    packages = folder / layout.PACKAGES
    packages.mkdir()
    for package in found.packages:
        shutil.copyfile(package.path, packages / f"{package.digest}.package")
    for name, file in ((layout.BUNDLE, wanted.bundle), (layout.ROOMS, wanted.rooms)):
        if file is not None:
            shutil.copyfile(file, folder / name)
    for name, tree in ((layout.KITS, wanted.kits), (layout.DEBIAN, wanted.debian)):
        if tree is not None:
            shutil.copytree(tree, folder / name, symlinks=True)
    digest = peek_update(found.word)[0].digest
    texts = {
        layout.ANSWERS: _toml(answers),
        layout.PRESEED: preseed(answers.host_name, wanted.machine),
        layout.SCRIPT: install_script(digest, found.root),
        layout.README: readme(wanted.site),
    }
    for name, text in texts.items():
        write_durably(folder / name, text.encode())


def _answers(wanted: Wanted) -> Answers:
    """The site's answers, with the places where the machine keeps what it takes from the stick."""
    given = read_answers(wanted.answers) if wanted.answers else Answers()
    places = {
        "bundle": str(layout.HELD / layout.BUNDLE) if wanted.bundle else "",
        "rooms": str(layout.HELD / layout.ROOMS) if wanted.rooms else "",
    }
    return msgspec.structs.replace(given, **places)


def _toml(answers: Answers) -> str:
    """An answer file; JSON's texts, lists and truths are TOML's too. What was not said is left."""
    lines = [
        f"{name} = {msgspec.json.encode(value).decode()}"
        for name, value in msgspec.structs.asdict(answers).items()
        if value != getattr(Answers(), name)
    ]
    text = "\n".join([*lines, ""])
    tomllib.loads(text)
    return text
