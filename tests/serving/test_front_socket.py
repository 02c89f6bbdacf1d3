"""Behind a front on a socket: who may use it, and for whom it asks."""

import os
import socket
import stat
from pathlib import Path

import pytest

from siteapp.config import Settings, SettingsRefused
from sync.serving import behind, bind


def test_the_socket_lets_in_the_group_of_its_folder_and_nobody_else(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    if os.getuid() == 0:
        os.chown(folder, 0, 4711)
    folder.chmod(0o2750)
    before = os.umask(0o077)
    try:
        with bind(f"unix:{folder}/web.sock", 0):
            about = (folder / "web.sock").stat()
    finally:
        os.umask(before)
    assert stat.S_IMODE(about.st_mode) == 0o660
    assert about.st_gid == folder.stat().st_gid


def test_a_socket_that_a_killed_run_left_gives_way(tmp_path: Path) -> None:
    address = f"unix:{tmp_path}/web.sock"
    bind(address, 0).close()
    with bind(address, 0) as bound:
        bound.listen()
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(str(tmp_path / "web.sock"))


@pytest.mark.parametrize("value", ["unix:relative", "unix:", "unix:/a b", "tcp:/x"])
def test_only_a_whole_path_is_a_socket(tmp_path: Path, value: str) -> None:
    (tmp_path / "settings.toml").write_text(f'front = "{value}"')
    with pytest.raises(SettingsRefused):
        Settings.load(tmp_path)


def test_over_a_socket_the_front_is_believed() -> None:
    assert behind("unix:/x")["trusted_proxy"] == "localhost"
