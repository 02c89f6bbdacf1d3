"""The replayer of power cuts, on traces of a few lines whose crash states are known."""

from pathlib import Path
from random import Random

import pytest
from faults.powercut import Disk, everything, nothing, read_trace, some

D = Path("/d")


def x(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


OPEN = f'1 openat(AT_FDCWD<{x("/")}>, "{x("/d/a")}", O_RDWR|O_CREAT, 0666) = 3<{x("/d/a")}>'
WRITE = f'1 pwrite64(3<{x("/d/a")}>, "{x("new")}", 3, 0) = 3'
SYNC = f"1 fdatasync(3<{x('/d/a')}>) = 0"
MOVE = f'1 rename("{x("/d/a")}", "{x("/d/b")}") = 0'
SYNC_FOLDER = f"1 fsync(4<{x('/d')}>) = 0"


def after(lines: list[str], before: dict[str, bytes], least: bool = True) -> dict[str, bytes]:
    """The state with nothing more, or with everything, than what is certain."""
    disk = Disk(D, before)
    disk.replay(read_trace(lines), len(lines) + 1)
    return disk.after_cut(nothing if least else everything, lambda: not least)


def test_a_write_is_certain_only_after_its_sync() -> None:
    old, new = {"a": b"older"}, {"a": b"newer"}
    assert after([OPEN, WRITE], old) == old
    assert after([OPEN, WRITE], old, least=False) == new
    assert after([OPEN, WRITE, SYNC], old) == new


def test_a_write_that_ends_after_the_sync_began_is_not_certain() -> None:
    sync = [f"2 fdatasync(3<{x('/d/a')}> <unfinished ...>", WRITE, "2 <... fdatasync resumed>) = 0"]
    assert after([OPEN, *sync], {"a": b"older"}) == {"a": b"older"}


def test_a_sync_that_has_not_ended_makes_nothing_certain() -> None:
    lines = [OPEN, WRITE, f"2 fdatasync(3<{x('/d/a')}> <unfinished ...>"]
    assert after(lines, {"a": b"older"}) == {"a": b"older"}


def test_a_new_name_and_a_move_are_certain_only_after_the_folders_sync() -> None:
    made = [OPEN, WRITE, SYNC]
    assert after(made, {}) == {}
    assert after([*made, SYNC_FOLDER], {}) == {"a": b"new"}
    assert after([*made, SYNC_FOLDER, MOVE], {}) == {"a": b"new"}
    assert after([*made, MOVE, SYNC_FOLDER], {}) == {"b": b"new"}
    assert after([OPEN, WRITE, MOVE, SYNC_FOLDER], {}) == {"b": b""}


def test_a_write_is_torn_at_sectors_and_nowhere_else() -> None:
    random, seen = Random(1), set()
    for _ in range(200):
        content = bytearray(b"o" * 1300)
        for at, piece in some(random)(100, b"n" * 1200):
            content[at : at + len(piece or b"")] = piece or b""
        parts = content[100:512], content[512:1024], content[1024:1300]
        assert all(len(set(part)) == 1 for part in parts)
        seen.add(bytes(content[100::300]))
    assert len(seen) > 3


def test_a_call_that_is_not_modelled_is_an_error() -> None:
    with pytest.raises(NotImplementedError):
        after([OPEN, f"1 fallocate(3<{x('/d/a')}>, 0, 0, 9) = 0"], {"a": b""})
