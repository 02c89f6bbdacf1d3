"""Has a frame decoded by a child process, and believes nothing of what the child says either."""

import os
import selectors
import subprocess
import sys
import time
from contextlib import suppress
from typing import IO, Annotated
from urllib.parse import quote

import msgspec
from msgspec import Meta

from siteapp.cameras.login import Secret
from siteapp.cameras.model import Picture

MOST_OUT = 1024 * 1024
# Starting Python and the decoder, on a busy machine.
START_S = 10.0
Small = Annotated[int, Meta(ge=0, le=2**31)]


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the child says of the frames."""

    picture: Picture
    width: Annotated[int, Meta(ge=0, le=16384)] = 0
    height: Annotated[int, Meta(ge=0, le=16384)] = 0
    light: Annotated[int, Meta(ge=0, le=255)] | None = None
    focus: Small | None = None
    change: Small | None = None


def rtsp_url(address: str, port: int, path: str, secret: Secret | None) -> str:
    """Where the child looks; with the password, so nobody else may see it."""
    who = f"{quote(secret.user, safe='')}:{quote(secret.password, safe='')}@" if secret else ""
    return f"rtsp://{who}{address}:{port}{path}"


def take(url: str, pause_s: float, seconds: float) -> tuple[Facts, bytes]:
    """Facts and a still of the camera at that URL, in `seconds` at most; never fails."""
    order = msgspec.json.encode({"url": url, "pause_s": pause_s, "seconds": seconds}) + b"\n"
    # Nothing of our environment, no open file, no argument that says anything.
    child = subprocess.Popen(
        [sys.executable, "-I", "-m", "siteapp.cameras.decode"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
    )
    try:
        with suppress(BrokenPipeError):
            assert child.stdin is not None  # noqa: S101  (piped above)
            child.stdin.write(order)
            child.stdin.close()
        assert child.stdout is not None  # noqa: S101
        return _read(_all_of(child.stdout, time.monotonic() + START_S + seconds))
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


def _all_of(pipe: IO[bytes], until: float) -> bytes:
    """What comes until its end, the time's, or too much."""
    got = bytearray()
    with selectors.DefaultSelector() as ready:
        ready.register(pipe, selectors.EVENT_READ)
        while len(got) <= MOST_OUT and (left := until - time.monotonic()) > 0:
            if ready.select(left):
                piece = os.read(pipe.fileno(), 65536)
                if not piece:
                    return bytes(got)
                got += piece
    return b""


def _read(out: bytes) -> tuple[Facts, bytes]:
    line, _, still = out.partition(b"\n")
    try:
        facts = msgspec.json.decode(line, type=Facts)
    except msgspec.DecodeError:
        return Facts("killed"), b""
    if facts.picture != "ok":
        return Facts(facts.picture), b""
    if not (still.startswith(b"\xff\xd8\xff") and still.endswith(b"\xff\xd9")):
        return Facts("killed"), b""
    return facts, still
