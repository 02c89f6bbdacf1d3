"""Reading a file of items in a process of its own, with little memory and time.

Whoever made the file chooses how much reading it takes: with `python -m`, a path in, Found out.
"""

import resource
import subprocess
import sys
import threading
from pathlib import Path

import msgspec

from sync.errors import ExamError
from sync.headquarters.content.drafts import Found, Refusal
from sync.headquarters.content.imports.reading import read_items
from sync.headquarters.content_errors import ImportUnreadable
from sync.words import Words

MEMORY, SECONDS, PATIENCE_S = 2 * 1024**3, 60, 120
# Many files at once take no more memory than two.
_at_once = threading.BoundedSemaphore(2)


def read_apart(path: Path) -> Found:
    """As read_items; ImportUnreadable too for a file that takes more than it may."""
    command = [sys.executable, "-I", "-m", __name__, str(path)]
    try:
        with _at_once:
            done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        done = None
    if done is None or done.returncode:
        limit = f"> {MEMORY // 2**20} MiB / {SECONDS} s"
        raise ImportUnreadable(reason_zh=f"读取时超出限度（{limit}）", reason_en=f"reading {limit}")
    return msgspec.msgpack.decode(done.stdout, type=Found)


def main() -> None:
    """The file named, to standard output."""
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        resource.setrlimit(what, (most, most))
    path = Path(sys.argv[1])
    try:
        found = read_items(path)
    except ExamError as error:
        said = Words(error.say("zh"), error.say("en"))
        found = Found((), (Refusal(path.name, 0, "", error.code, said),))
    sys.stdout.buffer.write(msgspec.msgpack.encode(found))


if __name__ == "__main__":
    main()
