"""The site's keys on the disk, sealed to this machine: with a TPM a stolen disk opens nothing.

/var/lib/examsite-keys/NAME   sealed by systemd-creds: to the TPM, or else to a key of the system
/run/examsite-keys/NAME       opened at boot by examsite-keys.service, in memory
/var/lib/examsite/keys        a link to there; the programs of the site notice nothing
"""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from provisioning.setup.around import DATA, Around, Step
from provisioning.setup.errors import StepFailed
from sync.errors import SecretMissing
from sync.wire import keys as key_files
from sync.wire.files import sync_folder, write_durably
from sync.words import Words

NAMES = ("sign.key", "seal.seed", "candidate.secret")
SEALED, OPENED, UNIT = "/var/lib/examsite-keys", "/run/examsite-keys", "examsite-keys"
# More than any key file has.
MOST = 64


class Keys(Step):
    """Sealed if the answers say so, plain files of the site if not."""

    name = "keys"
    why = Words("考点密钥只有本机能打开", "the site's keys open on this machine alone")

    def wanted(self, around: Around) -> bool:
        """Asked for, or to be taken back; a machine that does not run has nothing to seal with."""
        return (
            around.machine.runs
            and around.enrolled
            and (around.answers.seal_keys or any(path.exists() for path in _sealed(around)))
        )

    def done(self, around: Around) -> bool:
        """As the answers say, and they open."""
        link = _keys(around).is_symlink()
        if not around.answers.seal_keys:
            return not link and not any(path.exists() for path in _sealed(around))
        return (
            link
            and not _plain(around).exists()
            and all(path.exists() for path in _sealed(around))
            and around.machine.active(UNIT)
        )

    def do(self, around: Around) -> None:
        """Seal, see that they open, and only then take the plain ones away; or all of it back."""
        if not around.answers.seal_keys:
            self.undo(around)
            return
        machine, keys, plain = around.machine, _keys(around), _plain(around)
        source = plain if plain.exists() else keys
        if not source.is_symlink():
            for name in NAMES:
                machine.seal(name, read_key(source / name), f"{SEALED}/{name}")
        if not machine.tell("restart", UNIT):
            raise StepFailed(what=f"systemctl restart {UNIT}", status=1)
        if not source.is_symlink():
            for name in NAMES:
                if (machine.at(OPENED) / name).read_bytes() != read_key(source / name):
                    raise SecretMissing(path=f"{OPENED}/{name}")
            # A power cut between any two of these is gone on from.
            if not plain.exists():
                keys.rename(plain)
            _link(keys)
            shutil.rmtree(plain)
        machine.tell("try-restart", "examsite-courier")

    def undo(self, around: Around) -> None:
        """Plain files again, first; then nothing sealed is left."""
        machine, keys = around.machine, _keys(around)
        if not machine.runs or not keys.is_symlink():
            return
        # Where only root may lay anything in its way.
        fresh = machine.at(f"{SEALED}/.plain")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        about = keys.parent.stat()
        for name, path in zip(NAMES, _sealed(around), strict=True):
            write_durably(fresh / name, machine.unsealed(name, path), 0o600)
            os.chown(fresh / name, about.st_uid, about.st_gid)
        os.chown(fresh, about.st_uid, about.st_gid)
        keys.unlink()
        fresh.rename(keys)
        sync_folder(keys.parent)
        for path in _sealed(around):
            path.unlink()
        machine.tell("stop", UNIT)
        machine.tell("try-restart", "examsite-courier")


def read_key(path: Path) -> bytes:
    """A key file of the site, whole, read by root: no link to another's file; or SecretMissing."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        raise SecretMissing(path=str(path)) from None
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode) or about.st_nlink != 1:
            raise SecretMissing(path=str(path))
        found = os.read(handle, MOST)
    finally:
        os.close(handle)
    key_files.read_key(found, key_files.SECRET_LENGTH, str(path))
    return found


def _keys(around: Around) -> Path:
    return around.machine.at(f"{DATA}/keys")


def _plain(around: Around) -> Path:
    return _keys(around).with_name("keys.plain")


def _sealed(around: Around) -> Iterator[Path]:
    return (around.machine.at(f"{SEALED}/{name}") for name in NAMES)


def _link(keys: Path) -> None:
    keys.unlink(missing_ok=True)
    keys.symlink_to(OPENED)
    about = keys.parent.stat()
    os.chown(keys, about.st_uid, about.st_gid, follow_symlinks=False)
    sync_folder(keys.parent)
