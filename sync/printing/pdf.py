"""A page as an archive PDF, made by a child that may read nothing and ask nobody."""

import os
import subprocess
import sys
import threading
from pathlib import Path

from sync.errors import PrintingFailed
from sync.wire.files import write_durably

# A room of three hundred machines takes some seconds on a slow processor.
PATIENCE_S = 90
MOST_HTML = 32 * 1024 * 1024
CHILD = "sync.printing.child"
_one = threading.Lock()


def pdf(html: str) -> bytes:
    """The PDF of a whole page, or PrintingFailed. One at a time: each takes up to 200 MB."""
    data = html.encode("utf-8", "replace")
    if len(data) > MOST_HTML or not _one.acquire(timeout=PATIENCE_S):
        raise PrintingFailed(reason="too much at once")
    try:
        return _made(data)
    finally:
        _one.release()


def keep_pdf(path: Path, html: str) -> None:
    """The same, written whole."""
    write_durably(path, pdf(html))


def _made(data: bytes) -> bytes:
    command = [sys.executable, "-I", "-m", CHILD]
    # Nothing of our environment: neither proxies nor secrets.
    about = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=PATIENCE_S, env=about, check=False
        )
    except subprocess.TimeoutExpired:
        raise PrintingFailed(reason=f"> {PATIENCE_S} s") from None
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise PrintingFailed(reason=(said[-1] if said else str(done.returncode))[:200])
    return done.stdout
