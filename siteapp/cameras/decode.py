"""Two frames of one camera, decoded in a process of its own: `python -m siteapp.cameras.decode`.

What a camera sends is hostile, and a decoder is a large program in C: so this process holds no
secret but the camera's own password, which comes with the order on standard input; it has little
time and memory, and after its start it can open no file (Landlock, where the kernel has it).
"""

import ctypes
import importlib
import json
import logging
import os
import pkgutil
import resource
import signal
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

try:
    import av
    import av.error
    import av.video
except ImportError:  # pragma: no cover
    av = None  # type: ignore[assignment]

CPU_S, ALARM_S, MEMORY, FILES = 20, 30, 1536 * 2**20, 32
MOST_PIXELS = 4096 * 2304
# Judged on small pictures: an eighth of a second in Python, whatever the camera sends.
SMALL = 320, 180
# Points, not areas: a sensor's noise is what tells a picture from a frozen one.
POINTS = 640, 360
STILL_WIDTH = 640
# Of all file access that Landlock's first version knows nothing is allowed.
_ALL_ACCESS = 0x1FFF
_CREATE_RULESET, _RESTRICT_SELF, _NO_NEW_PRIVS = 444, 446, 38


def confine() -> None:
    """Little of everything, and no files; a kernel without Landlock leaves the rest."""
    os.nice(10)
    for what, most in (
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, FILES),
    ):
        resource.setrlimit(what, (most, most))
    libc = ctypes.CDLL(None, use_errno=True)
    attribute = ctypes.c_uint64(_ALL_ACCESS)
    ruleset = libc.syscall(_CREATE_RULESET, ctypes.byref(attribute), ctypes.c_size_t(8), 0)
    if ruleset >= 0 and libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        libc.syscall(_RESTRICT_SELF, ruleset, 0)
        os.close(ruleset)


def _warm() -> None:
    """All of the library is here before no file can be opened any more."""
    for one in pkgutil.walk_packages(av.__path__, "av."):
        if not one.name.endswith("__main__"):
            importlib.import_module(one.name)
    _stay_here()
    _still(av.VideoFrame(16, 16, "yuv420p"))


class _Redirected(logging.Handler):
    """Ends the process where FFmpeg says that it is about to go elsewhere."""

    def emit(self, record: logging.LogRecord) -> None:
        """Called in FFmpeg's own thread, before it has called anybody."""
        if "Redirecting to" in record.getMessage():
            _answer({"picture": "undecodable"}, b"")
            os._exit(0)


def _stay_here() -> None:
    """FFmpeg goes where an RTSP redirect sends it, password and all, and has no option against it.

    It says so first, and nothing else of what it says is kept.
    """
    said = logging.getLogger("libav")
    said.propagate = False
    said.setLevel(logging.INFO)
    said.addHandler(_Redirected())
    av.logging.set_level(av.logging.INFO)


def look(url: str, pause_s: float, seconds: float) -> tuple[dict[str, Any], bytes]:
    """Facts of two frames, `pause_s` apart, and a still; `picture` says what became of it."""
    until = time.monotonic() + seconds
    options = {
        "rtsp_transport": "tcp",
        "protocol_whitelist": "rtsp,rtp,tcp",
        "allowed_media_types": "video",
        "timeout": str(int(seconds * 1e6)),
        "probesize": "2000000",
        "analyzeduration": "1000000",
        "fpsprobesize": "0",
    }
    try:
        with av.open(url, options=options, timeout=(seconds, seconds)) as container:
            if not container.streams.video:
                return {"picture": "none"}, b""
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
            frames = _good(container.decode(stream), until)
            first = next(frames, None)
            if first is None:
                return {"picture": "late"}, b""
            due, second = time.monotonic() + pause_s, None
            for frame in frames:
                second = frame
                if time.monotonic() >= due:
                    break
            return _facts(first, second)
    except av.error.TimeoutError:
        return {"picture": "late"}, b""
    except (av.error.FFmpegError, ValueError, MemoryError):
        return {"picture": "late" if time.monotonic() >= until else "undecodable"}, b""


def _good(frames: Iterator[Any], until: float) -> Iterator[Any]:
    """Whole frames until the time is over."""
    for frame in frames:
        if time.monotonic() >= until:
            return
        if not frame.is_corrupt and 0 < frame.width * frame.height <= MOST_PIXELS:
            yield frame


def _facts(first: Any, second: Any | None) -> tuple[dict[str, Any], bytes]:
    latest = second or first
    small = grey(latest, *SMALL, "AREA")
    facts = {
        "picture": "ok",
        "width": latest.width,
        "height": latest.height,
        "light": light(small),
        "focus": focus(small, SMALL[0]),
        "change": None,
    }
    if second is not None:
        facts["change"] = change(grey(first, *POINTS, "POINT"), grey(second, *POINTS, "POINT"))
    return facts, _still(latest)


def grey(frame: Any, width: int, height: int, how: str) -> bytes:
    """The brightness of a frame, one byte a point, without the padding of lines."""
    plane = frame.reformat(width=width, height=height, format="gray", interpolation=how).planes[0]
    data, line = bytes(plane), plane.line_size
    return b"".join(data[at : at + width] for at in range(0, line * height, line))


def light(points: bytes) -> int:
    """The mean brightness, 0 … 255."""
    return sum(points) // len(points)


def focus(points: bytes, width: int) -> int:
    """How sharp: the Laplacian's energy against the picture's own contrast, in thousandths."""
    count = len(points)
    mean = sum(points) / count
    contrast = sum((one - mean) ** 2 for one in points) / count
    inner = range(width + 1, count - width - 1)
    edges = sum(
        (4 * points[i] - points[i - 1] - points[i + 1] - points[i - width] - points[i + width]) ** 2
        for i in inner
        if 0 < i % width < width - 1
    )
    return int(1000 * edges / count / contrast) if contrast >= 1 else 0


def change(before: bytes, after: bytes) -> int:
    """How much differs, in thousandths of a level of brightness a point."""
    return 1000 * sum(abs(a - b) for a, b in zip(before, after, strict=True)) // len(before)


def _still(frame: Any) -> bytes:
    """A JPEG made anew, at most so wide: nothing that the camera wrote but the picture."""
    width = min(STILL_WIDTH, frame.width) // 2 * 2
    height = max(2, frame.height * width // frame.width // 2 * 2)
    small = frame.reformat(width=width, height=height, format="yuvj420p")
    coder = av.CodecContext.create("mjpeg", "w")
    coder.width, coder.height, coder.pix_fmt = width, height, "yuvj420p"
    coder.time_base, small.pts = Fraction(1, 25), 0
    coder.options = {"qmin": "5", "qmax": "8"}
    return b"".join(bytes(packet) for packet in [*coder.encode(small), *coder.encode(None)])


def main() -> None:
    """One order in, one line of facts and a JPEG out."""
    if av is not None:
        _warm()
    confine()
    order = json.loads(sys.stdin.buffer.readline(8192))
    # Should nobody be there any more to end it.
    signal.alarm(ALARM_S + int(order["seconds"]))
    if av is None:
        facts, still = {"picture": "unavailable"}, b""
    else:
        facts, still = look(order["url"], order["pause_s"], order["seconds"])
    _answer(facts, still)


def _answer(facts: dict[str, Any], still: bytes) -> None:
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + still)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
