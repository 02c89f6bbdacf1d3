"""The site's list of cameras: one file, also for a command beside the running service.

Name and password of each lie sealed to the site's own key, bound to the address that they are for:
who changes the address of a camera gives its password anew.
"""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from siteapp.cameras.login import Secret
from siteapp.cameras.model import MOST_CAMERAS, Camera, checked
from siteapp.errors import CameraListDamaged, CameraRefused, NoSuchCamera
from sync.errors import CannotOpen
from sync.wire.files import write_durably
from sync.wire.keys import OpeningKey
from sync.words import Words

FOLDER = "cameras"
FULL = Words(f"最多 {MOST_CAMERAS} 台", f"at most {MOST_CAMERAS}")
THERE = Words("这台摄像机已在列表中", "this very camera is listed")
FIELDS = ("label", "kind", "host", "port", "path", "onvif_port", "room", "seats")


def _same(one: Camera, other: Camera) -> bool:
    """Whether all that can be seen of both is the same: a form that is sent twice lists one."""
    return all(getattr(one, name) == getattr(other, name) for name in FIELDS)


class Book:
    """Safe to use from any thread and process."""

    def __init__(self, folder: Path, site: str, key: OpeningKey) -> None:
        self.folder = folder / FOLDER
        self._path, self._site, self._key = self.folder / "cameras.json", site, key

    def cameras(self) -> list[Camera]:
        """All of them, in the order in which they were listed; CameraListDamaged."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[Camera])
        except FileNotFoundError:
            return []
        except (msgspec.DecodeError, OSError):
            raise CameraListDamaged(path=self._path) from None

    def camera(self, name: str) -> Camera:
        """The camera of that id, or NoSuchCamera."""
        for one in self.cameras():
            if one.id == name:
                return one
        raise NoSuchCamera(camera=name[:40])

    def put(self, given: Mapping[str, Any], name: str = "") -> Camera:
        """List a camera, or change the one of that id; CameraRefused with every problem.

        An empty name and password keep what was sealed, if the address is the same.
        """
        with self._changing() as cameras:
            places = {one.id: n for n, one in enumerate(cameras)}
            if name and name not in places:
                raise NoSuchCamera(camera=name[:40])
            if not name and len(cameras) >= MOST_CAMERAS:
                raise CameraRefused([FULL])
            made = checked(name or _free(places), given)
            if not name and any(_same(made, one) for one in cameras):
                raise CameraRefused([THERE])
            before = cameras[places[name]] if name else None
            made = msgspec.structs.replace(made, sealed=self._sealed(made, given, before))
            if before:
                cameras[places[name]] = made
            else:
                cameras.append(made)
        return made

    def remove(self, name: str) -> None:
        """List it no more; NoSuchCamera."""
        with self._changing() as cameras:
            rest = [one for one in cameras if one.id != name]
            if len(rest) == len(cameras):
                raise NoSuchCamera(camera=name[:40])
            cameras[:] = rest

    def secret(self, camera: Camera) -> Secret | None:
        """Its name and password; None if it has none, or none for this address and this site."""
        if not camera.sealed:
            return None
        try:
            opened = self._key.open(camera.sealed, self._bound(camera))
            return Secret(*msgspec.json.decode(opened, type=tuple[str, str]))
        except (CannotOpen, msgspec.DecodeError):
            return None

    def _sealed(self, made: Camera, given: Mapping[str, Any], before: Camera | None) -> bytes:
        user, password = given.get("user", ""), given.get("password", "")
        if user or password:
            plain = msgspec.json.encode((user, password))
            return self._key.public.seal(plain, self._bound(made))
        if before and self._bound(before) == self._bound(made):
            return before.sealed
        return b""

    def _bound(self, camera: Camera) -> bytes:
        of = (self._site, camera.host, camera.port, camera.onvif_port)
        return b"examsite/v1/camera" + msgspec.json.encode(of)

    @contextmanager
    def _changing(self) -> Iterator[list[Camera]]:
        """The list, kept at the end of the block; one process at a time."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        with (self.folder / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            cameras = self.cameras()
            yield cameras
            write_durably(self._path, msgspec.json.encode(cameras), 0o600)


def _free(taken: Mapping[str, object]) -> str:
    return next(f"cam-{n}" for n in range(1, MOST_CAMERAS + 2) if f"cam-{n}" not in taken)
