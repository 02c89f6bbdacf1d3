"""An installation stick at a site: believed or refused, copied whole, taken in thing by thing."""

from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from provisioning.stick import layout
from siteapp.courier import updates_of
from siteapp.identity import Identity, load_identity
from sync.disk import require_room
from sync.errors import (
    DocumentRefused,
    ForOtherSite,
    NotInitialised,
    NotReady,
    OlderRegister,
    OtherRoot,
)
from sync.errors.sticks import RootUntold
from sync.errors.updates import UpdateOlder
from sync.install_stick import InstallStick
from sync.spool import Spool
from sync.stick import StickTransport
from sync.version_rules import RuleFile
from sync.wire.documents import peek
from sync.wire.enrolment import read_bundle
from sync.wire.files import write_durably
from sync.wire.keys import VerifyKey
from sync.wire.register import KeyRegister
from sync.wire.stick_list import LIST, StickList, judge_list, read_list
from sync.wire.trusted import read_register
from sync.wire.update import Update, is_newer, peek_update


class Found(NamedTuple):
    """A stick that is believed; `root` is the fingerprint that it was believed by."""

    listed: StickList
    envelope: bytes
    root: str
    update: Update
    # Paths below the folder.
    packages: tuple[str, ...]
    kits: int
    bundle: bool
    rule: bool
    enrolled: bool

    @property
    def newer(self) -> bool:
        """Whether its software is above what runs here."""
        return is_newer(self.update, metadata.version("examsite"))


class Box:
    """This machine: a site, or not yet one. `kept` is where it keeps what it took from sticks."""

    def __init__(self, data: Path, kept: Path, now: int) -> None:
        self.data, self._kept, self._now = data, kept, now
        self.identity = self._load()

    def _load(self) -> Identity | None:
        try:
            return load_identity(self.data)
        except NotInitialised:
            return None

    def look(self, root: Path, told: str | None) -> Found:
        """Believe a stick or refuse it; nothing is changed.

        `told`: the fingerprint of headquarters' root on paper; a site has it pinned.
        """
        stick = InstallStick(root)
        envelope = stick.list_bytes()
        register, fingerprint = self._register(stick.small(layout.KEYS), told)
        listed = read_list(envelope, [], register)
        held = self._held(register)
        now = max(self._now, register.issued_at, held.at if held else 0)
        judge_list(listed, held, self.identity.site if self.identity else None, now)
        stick.check(listed)
        paths = {one.path for one in listed.files}
        if layout.BUNDLE in paths:
            self._check_bundle(stick.small(layout.BUNDLE), listed, fingerprint)
        return Found(
            listed,
            envelope,
            fingerprint,
            peek_update(stick.small(f"{layout.UPDATES}/update.json"))[0],
            tuple(sorted(p for p in paths if p.startswith(f"{layout.PACKAGES}/"))),
            sum(p.startswith(f"{layout.KITS}/") for p in paths),
            layout.BUNDLE in paths,
            layout.VERSION in paths,
            self.identity is not None,
        )

    def keep(self, root: Path, found: Found) -> None:
        """Copy the stick, whole or not at all; from then on nothing older is believed."""
        self._kept.mkdir(parents=True, exist_ok=True)
        require_room(self._kept, sum(one.size for one in found.listed.files))
        InstallStick(root).copy_to(found.listed, self.held)
        for place in (self.held, self._kept):
            write_durably(place / LIST, found.envelope)
            (place / LIST).chmod(0o644)

    @property
    def held(self) -> Path:
        """What was copied last."""
        return self._kept / layout.HELD.name

    def take(self) -> list[str]:
        """Hand what was copied over to the site: what was new, by name. Again is harmless.

        NotInitialised before the box is a site; NotReady before a stick was imported.
        """
        identity = load_identity(self.data)
        if not (self.held / layout.KEYS).is_file():
            raise NotReady(
                reason_zh="还没有导入过 U 盘，请先运行 examsite-setup stick import",
                reason_en="no stick was imported yet; first run examsite-setup stick import",
            )
        fresh = []
        with suppress(OlderRegister):
            if identity.register.take((self.held / layout.KEYS).read_bytes()):
                fresh.append("keys.json")
        register = identity.register.sound()
        spool = Spool(self.data / "spool")
        rule = self.held / layout.VERSION
        if rule.is_file():
            key = VerifyKey.from_bytes(identity.certificate.headquarters.receipt)
            if RuleFile(spool.folder, key).take(rule.read_bytes(), register):
                fresh.append("version.json")
        # What runs here may be newer than the stick.
        with suppress(UpdateOlder):
            fresh += self._take_update(identity, register)
        return fresh + self._take_packages(identity, spool)

    def _take_update(self, identity: Identity, register: KeyRegister | None) -> list[str]:
        updates = updates_of(identity, register, self._now)
        found = updates.take(self.held)
        if not is_newer(found, metadata.version("examsite")) or updates.file_of(found).is_file():
            return []
        return [updates.fetch(self.held).name]

    def _take_packages(self, identity: Identity, spool: Spool) -> list[str]:
        here = {entry.digest for entry in spool.incoming()} | spool.gone()
        way, fresh = StickTransport(self.held, identity.site), []
        for package in way.packages():
            if package.digest in here:
                continue
            part = spool.part_path(package.digest, "install")
            way.fetch(package.digest, part, package.size)
            spool.put_incoming(part, package.digest)
            fresh.append(f"{package.digest}.package")
        return fresh

    def _register(self, envelope: bytes, told: str | None) -> tuple[KeyRegister, str]:
        """The newer register of the stick's and ours, and the root that it is believed by."""
        if self.identity is not None:
            told = VerifyKey.from_bytes(self.identity.certificate.headquarters.root).key_id
        if told is None:
            found = VerifyKey.from_bytes(peek(envelope, KeyRegister).root).key_id
            raise RootUntold(found=found)
        register = read_register(envelope, told)
        ours = self.identity.register.sound() if self.identity else None
        newer = ours if ours is not None and ours.serial > register.serial else register
        return newer, told

    def _held(self, register: KeyRegister) -> StickList | None:
        """The list that was taken in last; one by a key revoked since gives way to any."""
        try:
            return read_list((self._kept / LIST).read_bytes(), [], register)
        except (FileNotFoundError, DocumentRefused):
            return None

    def _check_bundle(self, data: bytes, listed: StickList, root: str) -> None:
        bundle = read_bundle(data)
        if bundle.site != listed.site:
            raise ForOtherSite(found=bundle.site, expected=listed.site)
        if VerifyKey.from_bytes(bundle.root).key_id != root:
            raise OtherRoot
