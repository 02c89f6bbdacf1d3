"""Headquarters gone for three days, and a stick that is pulled out at every write."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from delivery_world import Headquarters, Room, StickLine

from sync import stick as stick_module
from sync.delivery import CAP_S, SPREAD_S
from sync.errors import DocumentRefused
from sync.spool import digest_of
from sync.stick_parts import PART, joined

DAY_S = 24 * 3600


def test_three_days_without_headquarters_lose_nothing_and_cost_no_more_than_a_wait(
    online: Room,
) -> None:
    # The longest waits, so that three days are a thousand rounds and not two.
    online.courier._tried._random = lambda: 0.999
    online.line.close()
    digests, begun = [], online.clocks.ticks
    while online.clocks.ticks - begun < 3 * DAY_S:
        if len(digests) < (online.clocks.ticks - begun) // (6 * 3600):
            digests.append(online.put())
        online.clocks.pass_(online.courier.step().pause)
    assert [online.spool.state(d) for d in digests] == ["waiting"] * len(digests)
    status = online.spool.status()
    assert status is not None
    assert (status.last_contact, status.last_error_code) == (None, "headquarters-unreachable")
    online.line.open()
    back = online.clocks.ticks
    while online.spool.summary().waiting.count:
        online.clocks.pass_(online.courier.step().pause)
        assert online.clocks.ticks - back <= 2 * (CAP_S + SPREAD_S)
    assert sorted(online.hq.puts) == sorted(digests)
    assert len(digests) >= 11


class Pulled:
    """The `at`-th change of anything on the stick fails half done, and then it is gone."""

    def __init__(self, stick: StickLine, at: int, patch: pytest.MonkeyPatch) -> None:
        self.stick, self.left = stick, at
        for name in ("open", "mkdir", "replace", "fsync"):
            patch.setattr(os, name, self._watched(getattr(os, name)))
        self._fdopen = os.fdopen
        patch.setattr(os, "fdopen", self._opened)

    def _there(self, target: Any) -> bool:
        path = target
        if isinstance(target, int):
            path = Path(f"/proc/self/fd/{target}").readlink()
        return str(path).startswith(str(self.stick.root))

    def _count(self, target: Any) -> None:
        if not self._there(target) or self.left <= 0:
            return
        self.left -= 1
        if self.left == 0:
            self.stick.close()
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def _watched(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(target: Any, *rest: Any, **more: Any) -> Any:
            self._count(target)
            return real(target, *rest, **more)

        return call

    def _opened(self, handle: int, mode: str) -> Any:
        file = self._fdopen(handle, mode)
        if not self._there(handle):
            return file
        pulled = self

        class Watched:
            """A file of which the write that fails leaves a half."""

            def __enter__(self) -> "Watched":
                return self

            def __exit__(self, *_: object) -> None:
                file.close()

            def write(self, block: bytes) -> int:
                try:
                    pulled._count(handle)
                except OSError:
                    file.write(block[: len(block) // 2])
                    raise
                return int(file.write(block))

            def __getattr__(self, name: str) -> Any:
                return getattr(file, name)

        return Watched()


def half_batches(stick: StickLine) -> list[str]:
    """Files on the stick that say they are a batch, or the list of one, and are not."""
    folder = stick.root / "examsite" / "batches"
    found = folder.glob("*.batch") if folder.is_dir() else []
    half = [path.name for path in found if digest_of(path) != path.stem]
    lists = folder.glob("*.parts") if folder.is_dir() else []
    return half + [path.name for path in lists if not is_whole(path)]


def is_whole(listing: Path) -> bool:
    try:
        data = b"".join(joined(listing))
    except DocumentRefused:
        return False
    return hashlib.sha256(data).hexdigest() == listing.name[:64]


def pulls(folder: Path, part: int = PART) -> Iterator[tuple[int, Room, StickLine]]:
    """Two batches carried again and again, with the stick pulled one change later each time."""
    for at in range(1, 100):
        here = folder / f"{at}"
        here.mkdir()
        stick = StickLine(Headquarters(here), part)
        room = Room.at(stick, here / "spool")
        room.put(), room.put()
        with pytest.MonkeyPatch.context() as patch:
            fault = Pulled(stick, at, patch)
            room.courier.step()
        if fault.left > 0:
            return
        stick.open()
        yield at, room, stick


# In one piece; in three parts and their list.
@pytest.mark.parametrize(("part", "writes"), [(PART, 12), (700, 36)], ids=["whole", "parts"])
def test_a_stick_pulled_at_any_write_carries_no_half_batch_and_loses_none(
    tmp_path: Path, part: int, writes: int
) -> None:
    pulled = 0
    for pulled, room, stick in pulls(tmp_path, part):  # noqa: B007
        assert half_batches(stick) == []
        waiting = {entry.digest for entry in room.spool.outgoing()}
        assert room.spool.summary().waiting.count == 2
        room.rounds(3)
        assert set(stick.hq.batches) == waiting
        assert sorted(stick.hq.puts) == sorted(waiting)
        assert room.spool.summary().received.count == 2
    # Folders, file, content, sync, name, sync of the folder; for both.
    assert pulled >= writes


@pytest.mark.parametrize("part", [PART, 700])
def test_a_batch_written_under_its_name_would_be_found_by_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    def in_place(path: Path, blocks: Iterator[bytes]) -> None:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT), "wb") as file:
            for block in blocks:
                file.write(block)

    monkeypatch.setattr(stick_module, "write_durably", in_place)
    assert any(half_batches(stick) for _, _, stick in pulls(tmp_path, part))
