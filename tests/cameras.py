"""Cameras that tests look at: real ones by GStreamer, and such as answer badly."""

import os
import select
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

SCRIPT = Path(__file__).with_name("rtsp_cameras.py")
SYSTEM_PYTHON = "/usr/bin/python3"
START_S = 30
USER, PASSWORD = "viewer", "s3cret:@/ 密"
GIVEN: dict[str, Any] = {
    "label": "前门",
    "kind": "camera",
    "host": "127.0.0.1",
    "port": 554,
    "path": "/good",
    "onvif_port": 9,
    "room": "",
    "seats": "1-3",
    "user": "",
    "password": "",
}


class Ports(NamedTuple):
    """Of the cameras without a password, and of those that ask by Digest and by Basic."""

    open: int
    digest: int
    basic: int


def missing() -> str:
    """Why there can be no real camera; empty if there can."""
    if shutil.which(SYSTEM_PYTHON) is None:
        return "no python3 of the system"
    code = "import gi; gi.require_version('GstRtspServer', '1.0')"
    code += "; from gi.repository import Gst; Gst.init(None)"
    code += "; assert Gst.ElementFactory.find('x264enc') and Gst.ElementFactory.find('jpegenc')"
    done = subprocess.run([SYSTEM_PYTHON, "-c", code], capture_output=True, check=False)
    return "" if done.returncode == 0 else "GStreamer's RTSP server is not installed"


@contextmanager
def real_cameras() -> Iterator[Ports]:
    """All kinds of cameras on loopback; they end with the block."""
    child = subprocess.Popen(
        [SYSTEM_PYTHON, str(SCRIPT), "127.0.0.1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "GST_DEBUG": "0"},
    )
    try:
        assert child.stdout is not None
        assert select.select([child.stdout], [], [], START_S)[0], "no camera came up"
        yield Ports(*map(int, child.stdout.readline().split()))
    finally:
        child.kill()
        child.communicate()


@contextmanager
def device(behaves: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port on loopback where each caller is treated in this way; it ends with the block."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        callers: list[socket.socket] = []
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                if not select.select([door], [], [], 0.05)[0]:
                    continue
                caller = door.accept()[0]
                callers.append(caller)
                try:
                    behaves(caller)
                except OSError:
                    # It has hung up.
                    continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            ended.set()
            for one in callers:
                one.close()
            thread.join()


def never_answers(caller: socket.socket) -> None:
    """Takes the call, and says nothing."""


def sends_rubbish(caller: socket.socket) -> None:
    """Bytes without an end of a head, more than anybody takes."""
    caller.settimeout(5)
    for _ in range(64):
        caller.sendall(bytes(range(1, 256)) * 16)


def drips(caller: socket.socket) -> None:
    """A byte at a time: each comes soon, the reply never."""
    caller.settimeout(5)
    for byte in b"RTSP/1.0 200 OK\r\nX: " + b"x" * 200:
        caller.sendall(bytes([byte]))
        if select.select([caller], [], [], 0.05)[0] and not caller.recv(4096):
            return


def says(reply: bytes) -> Callable[[socket.socket], None]:
    """To whatever is asked, this."""

    def behaves(caller: socket.socket) -> None:
        caller.settimeout(5)
        while caller.recv(65536):
            caller.sendall(reply)

    return behaves
